"""Checks of people and their appointments: identity from fields, moves kept, a time booked once (GRU, INN-05)."""

from collections.abc import Sequence
from typing import Any, Final

from simulator.checks.content import differences
from simulator.checks.evidence import (
    accepted,
    answered,
    describe,
    fact,
    finding,
    inconclusive,
    listed,
    not_refused,
    observed,
    read_back,
    sent,
    stored_name,
)
from simulator.checks.races import one_free_time, winners
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding

REFUSALS: Final = (400, 409, 412, 422)


@check("identity_is_taken_from_fields", rule="R-GRU-01")
def identity_is_taken_from_fields(history: History) -> Finding:
    """A person with a number of the series from 2032 is taken in and found, with gender and birth date as given."""
    write = observed(history, "register")
    name = stored_name(write)
    found = listed(history, "lookup")
    problems = [] if [e.name for e in found] == [name] else [f"The number found {len(found)} people, expected one"]
    for entry in found[:1]:
        problems += [f"The person is not as registered: {d}" for d in differences(sent(write), entry.resource)]
    return finding(problems, "The person was registered and found as given.", [write, *history.labelled("lookup")])


@check("municipality_is_kept_with_history", rule="R-GRU-03")
def municipality_is_kept_with_history(history: History) -> Finding:
    """After a move between municipalities both the old and the new kommunenummer can be read, each where it belongs."""
    write, move = accepted(history, "write"), observed(history, "move")
    earlier, current = read_back(history, "earlier"), read_back(history, "current")
    old, new = fact(history, "old_municipality"), fact(history, "new_municipality")
    problems = []
    if not _municipalities(earlier) or new in _municipalities(earlier):
        problems.append(f"The earlier version says {_said(earlier)}, expected {old} alone")
    if not {old, new} <= _municipalities(current):
        problems.append(f"The current version says {_said(current)}, expected {old} as former and {new} as present")
    problems += [f"The person before the move: {d}" for d in differences(sent(write), earlier)]
    problems += [f"The person after the move: {d}" for d in differences(sent(move), current)]
    evidence = [write, move, *history.labelled("earlier"), *history.labelled("current")]
    return finding(problems, f"{old} and {new} are both kept, each where it belongs.", evidence)


def _said(patient: dict[str, Any]) -> str:
    return ", ".join(sorted(_municipalities(patient))) or "no kommunenummer"


def _municipalities(value: Any) -> set[str]:
    """Every four-digit kommunenummer coded anywhere in a person's addresses."""
    if isinstance(value, dict):
        own = {str(value["code"])} if _is_municipality(value) else set()
        return own.union(*(_municipalities(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(_municipalities(inner) for inner in value))
    return set()


def _is_municipality(coding: dict[str, Any]) -> bool:
    return "kommunenummer" in str(coding.get("system", "")) and "code" in coding


@check("appointment_is_booked_once", rule="R-INN-05")
def appointment_is_booked_once(history: History) -> Finding:
    """When several citizens book one free time at once, one gets it and the others are told."""
    return one_free_time(history, _booked)


def _booked(history: History, number: str) -> list[str]:
    race = history.labelled(f"booking.{number}")
    made = [e for e in race if e.response is not None and e.response.status == 201]
    booked = listed(history, f"booked.{number}")
    problems = winners(race, made)
    if len(booked) > 1 or (made and not booked):
        problems.append(f"{len(booked)} appointments stand on one time, expected one")
    for winner, standing in zip(made[:1], booked[:1], strict=False):
        changed = differences(sent(winner), standing.resource)
        problems += [f"The appointment is not the one that was booked: {d}" for d in changed]
    fell_over = [e for e in race if e.response is not None and e.response.status >= 500]
    return problems + [f"{describe(e)}, expected a conflict to be told" for e in fell_over]


@check("person_has_one_record", rule="R-JRN-01B")
def person_has_one_record(history: History) -> Finding:
    """Of several who register one person at once, on no condition, one does; nobody else is given the number."""
    race = history.labelled("registered")
    if all(e.response is None for e in race):
        inconclusive("The simultaneous registrations were not answered.", *race, attribution="environment")
    taken, evidence = answered(history, "taken"), [*race, *history.labelled("found"), *history.labelled("taken")]
    problems = _only_one(race, "somebody else has registered the person")
    found = listed(history, "found")
    problems += [f"{len(found)} people carry the identity number, expected one"] if len(found) != 1 else []
    problems += not_refused(taken, REFUSALS, "the number is another person's")
    known, now = sent(accepted(history, "known")), read_back(history, "after")
    problems += [f"The resident is not who they were: {d}" for d in differences(known, now)]
    return finding(
        problems, f"{len(race)} registrations at once made one person, and the number stayed theirs.", evidence
    )


def _only_one(race: Sequence[Exchange], why: str) -> list[str]:
    """What is wrong unless exactly one of a race was taken, and every other was refused."""
    won = [e for e in race if e.outcome == "ok"]
    lost = [e for e in race if e not in won and e.response is not None]
    problems = [f"{len(won)} of {len(race)} that came at once were taken, expected one"] if len(won) > 1 else []
    if not won and len(lost) == len(race):
        problems.append(f"None of those that came at once was taken: {describe(race[0])}")
    return problems + [text for e in lost for text in not_refused(e, REFUSALS, why)]


@check("required_is_at_one_place", rule="R-INN-05D")
def required_is_at_one_place(history: History) -> Finding:
    """Of several bookings that need one person at one time one is taken; what overlaps it is not, a later one is."""
    race = history.labelled("needed")
    if all(e.response is None for e in race):
        inconclusive("The simultaneous bookings were not answered.", *race, attribution="environment")
    why = "whoever must be present is at another appointment then"
    within, after = answered(history, "within.1"), answered(history, "after.1")
    problems = [*_only_one(race, why), *not_refused(within, REFUSALS, why)]
    if after.outcome != "ok":
        problems.append(f"The hour after was free, and could not be booked: {describe(after)}")
    done = f"{len(race)} bookings at once and one in their midst gave one hour, and the next hour was free."
    return finding(problems, done, [*race, within, after])
