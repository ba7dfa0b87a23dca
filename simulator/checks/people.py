"""Checks of people and their appointments: identity from fields, moves kept, a time booked once (GRU, INN-05)."""

from typing import Any

from simulator.checks.content import differences
from simulator.checks.evidence import (
    accepted,
    describe,
    fact,
    finding,
    inconclusive,
    listed,
    observed,
    read_back,
    rounds,
    sent,
    stored_name,
)
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding


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
    race = history.labelled("booking")
    if all(e.response is None for e in race):
        inconclusive("The simultaneous bookings were not answered.", *race, attribution="environment")
    problems = [p for number in rounds(history, "booking") for p in _booked(history, number)]
    return finding(problems, f"{len(race)} bookings, several at once, gave each time to one citizen.", race)


def _booked(history: History, number: str) -> list[str]:
    race = history.labelled(f"booking.{number}")
    made = [e for e in race if e.response is not None and e.response.status == 201]
    booked = listed(history, f"booked.{number}")
    problems = []
    if len(made) > 1:
        problems.append(f"{len(made)} of {len(race)} citizens were told they got the one free time")
    if not made and all(e.response is not None for e in race):
        problems.append(f"Nobody got the free time: {describe(race[0])}")
    if len(booked) > 1 or (made and not booked):
        problems.append(f"{len(booked)} appointments stand on one time, expected one")
    for winner, standing in zip(made[:1], booked[:1], strict=False):
        changed = differences(sent(winner), standing.resource)
        problems += [f"The appointment is not the one that was booked: {d}" for d in changed]
    fell_over = [e for e in race if e.response is not None and e.response.status >= 500]
    return problems + [f"{describe(e)}, expected a conflict to be told" for e in fell_over]
