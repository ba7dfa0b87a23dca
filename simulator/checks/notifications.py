"""Checks of notifications: asked first, in order, none lost, and nothing told that may not be (SAM-06, SAM-07, INN)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from simulator.checks.evidence import (
    Resource,
    accepted,
    broken,
    describe,
    fact,
    finding,
    inconclusive,
    mentions,
    name_in,
    names_written,
    stored_name,
    tells_person_number,
    written,
)
from simulator.checks.lists import all_accepted
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding

EVENT: Final = "event-notification"
LATE_HEARTBEATS: Final = 2
"""A sign of life may come as late as this many periods after the last thing told."""


@dataclass(frozen=True, slots=True)
class Told:
    """One notification: when it came, what came along, its type, and its events by number with what they are about."""

    at: float
    subscriber: str
    kind: str
    subscription: str
    count: str
    events: tuple[tuple[str, str], ...]
    whole: Any


@check("events_are_told_in_order", rule="R-SAM-06F")
def events_are_told_in_order(history: History) -> Finding:
    """A subscriber is asked by a handshake, told of each event once and in order, and hears heartbeats in silence."""
    asked = _subscribed(history)
    wanted = list(names_written(history, "expected"))
    all_accepted(history, "contact")
    told = _told(history, asked)
    problems = [] if told[0].kind == "handshake" else [f"The first that came was {told[0].kind or 'no notification'}"]
    problems += [
        f"A notification came without the header asked for ({one.subscriber or 'none'})"
        for one in told
        if one.subscriber != fact(history, "subscriber")
    ]
    problems += _out_of_order(told, wanted)
    problems += _silent(history, told)
    passed = f"{len(wanted)} events were told once each and in order, after a handshake, with heartbeats afterwards."
    return finding(problems, passed, [asked, *history.labelled("subscription"), *history.labelled("status")])


def _out_of_order(told: Sequence[Told], wanted: Sequence[str]) -> list[str]:
    """What is wrong with numbers and what they are about."""
    events = [event for one in told if one.kind == EVENT for event in one.events]
    numbers = [number for number, _ in events]
    problems = []
    if numbers != [str(number) for number in range(1, len(wanted) + 1)]:
        problems.append(f"The events came with the numbers {', '.join(numbers) or 'none'}, expected 1 to {len(wanted)}")
    problems += [f"{name} was not told" for name in wanted if name not in [focus for _, focus in events]]
    problems += [
        f"{focus or 'Nothing'} was told of, which is none of the events" for _, focus in events if focus not in wanted
    ]
    for one in told:
        if one.kind == EVENT and one.events and one.count != one.events[-1][0]:
            problems.append(
                f"A notification says {one.count or 'no count'} of events and ends with number {one.events[-1][0]}"
            )
    return problems


def _silent(history: History, told: Sequence[Told]) -> list[str]:
    """Whether signs of life came while nothing happened: the last that came is a heartbeat, and no gap is too long."""
    period, quiet = float(fact(history, "heartbeat_s")), float(fact(history, "quiet_s"))
    last = max((n for n, one in enumerate(told) if one.kind == EVENT), default=0)
    after = [one for one in told[last + 1 :] if one.kind == "heartbeat"]
    if len(after) < int(quiet / (LATE_HEARTBEATS * period)):
        return [f"{len(after)} heartbeats came in {quiet:g} s of silence, with a period of {period:g} s"]
    return []


@check("notification_holds_no_person_number", rule="R-SAM-06G")
def notification_holds_no_person_number(history: History) -> Finding:
    """No notification holds a person number, not even when the message that it tells of does."""
    asked = _subscribed(history)
    message = accepted(history, "message")
    name = stored_name(message)
    told = _told(history, asked)
    problems = [] if any(name == focus for one in told for _, focus in one.events) else [f"{name} was not told"]
    for one in told:
        text = one.whole if isinstance(one.whole, str) else orjson.dumps(one.whole).decode()
        if tells_person_number(text):
            problems.append(f"A notification ({one.kind or 'of no type'}) holds a person number")
    return finding(problems, f"{len(told)} notifications came, none with a person number.", [asked, message])


@check("no_event_is_lost_in_an_outage", rule="R-SAM-07B")
def no_event_is_lost_in_an_outage(history: History) -> Finding:
    """The next in the chain is told within seconds; what came while its screen was down comes later or on request."""
    asked = _subscribed(history)
    contacts = all_accepted(history, "contact")
    limit = float(fact(history, "limit_s"))
    told = _told(history, asked)
    came = {focus: one.at for one in reversed(told) if one.kind == EVENT for _, focus in one.events}
    missed = history.labelled("missed")
    kept = {focus for e in missed if e.outcome == "ok" for _, focus in _notification(0.0, "", e.resource()).events}
    first, *_, last = contacts
    problems = []
    for contact in contacts:
        name = stored_name(contact)
        # What was written in the dark cannot come before the screen is up, which the last contact follows.
        since = contact.finished if contact is first else last.finished
        if name not in came and name not in kept:
            problems.append(f"{name} was neither told nor kept to be asked for")
        elif name in came and came[name] - since > limit:
            problems.append(f"{name} was told {came[name] - since:.1f} s later, expected at most {limit:g} s")
        elif name not in came and contact is not contacts[1]:
            problems.append(f"{name} was not told though the screen was up")
    passed = f"{len(contacts)} contacts are known, {len(came)} of them told within {limit:g} s."
    return finding(problems, passed, [asked, *contacts, *missed])


@check("applicant_is_told_of_the_own_case", rule="R-INN-04B")
def applicant_is_told_of_the_own_case(history: History) -> Finding:
    """An applicant who subscribes is told within seconds that the case is decided, and nothing of anybody else's."""
    asked = _subscribed(history)
    own, other = (stored_name(written(history, fact(history, f"decision.{number}")[0])) for number in (1, 2))
    decided = accepted(history, "decided.1")
    accepted(history, "decided.2")
    limit = float(fact(history, "limit_s"))
    told = [one for one in _told(history, asked) if one.kind == EVENT]
    times = [one.at for one in told for _, focus in one.events if focus == own]
    problems = [] if times else [f"{own} was not told"]
    if times and times[0] - decided.finished > limit:
        problems.append(f"{own} was told {times[0] - decided.finished:.1f} s later, expected at most {limit:g} s")
    problems += [f"{focus} of somebody else was told" for one in told for _, focus in one.events if focus == other]
    return finding(problems, "The applicant was told of the decision on the own case only.", [asked, decided])


@check("blocked_information_is_not_told", rule="R-INN-02B")
def blocked_information_is_not_told(history: History) -> Finding:
    """What a resident has blocked is in no notification, though what others have not blocked is."""
    asked = _subscribed(history)
    accepted(history, "consent")
    all_accepted(history, "medicine")
    wanted = [stored_name(written(history, name)) for name in fact(history, "told")]
    blocked = [stored_name(written(history, name)) for name in fact(history, "blocked")]
    told = _told(history, asked)
    text = orjson.dumps([one.whole for one in told]).decode()
    problems = [f"{name}, which is blocked, is in a notification" for name in blocked if mentions(text, name)]
    problems += [f"{name} was not told" for name in wanted if not mentions(text, name)]
    numbers = [number for one in told if one.kind == EVENT for number, _ in one.events]
    if not problems and numbers != [str(number) for number in range(1, len(numbers) + 1)]:
        problems.append("A gap between the numbers of the events tells that there is something blocked")
    passed = f"{len(wanted)} medicines were told, and the blocked one was not."
    return finding(problems, passed, [asked, *history.labelled("medicine")])


def _subscribed(history: History) -> Exchange:
    """The subscription that was taken; fail when none was, since the rule says it shall be."""
    asked = history.labelled("subscribe")
    if not asked:
        inconclusive("Nobody subscribed.", attribution="bench")
    taken = [e for e in asked if e.outcome == "ok"]
    if not taken:
        broken(f"{describe(asked[-1])}, expected the subscription to be taken.", *asked)
    return taken[-1]


def _told(history: History, asked: Exchange) -> list[Told]:
    """What came for the subscription, in the order it came; fail when nothing did."""
    came = [_notification(one["at"], one["subscriber"], one["body"]) for one in fact(history, "notifications")]
    if not came:
        broken("Nothing came to the subscriber's endpoint.", asked)
    name = stored_name(asked)
    strange = [one for one in came if one.subscription not in (name, "")]
    if strange:
        broken(f"A notification came for {strange[0].subscription}, expected {name}.", asked)
    return came


def _notification(at: float, subscriber: str, body: Any) -> Told:
    """A notification by the parts that matter; what is none has no type and no events."""
    entries = body.get("entry") if isinstance(body, dict) and body.get("type") == "history" else None
    status = (entries[0].get("resource") or {}) if isinstance(entries, list) and entries else {}
    listed = status.get("parameter") if status.get("resourceType") == "Parameters" else None
    parameters = [one for one in listed or [] if isinstance(one, dict)]
    values = {str(one.get("name")): _value(one) for one in parameters if "part" not in one}
    events = []
    for one in parameters:
        if one.get("name") == "notification-event":
            parts = {str(p.get("name")): _value(p) for p in one.get("part") or [] if isinstance(p, dict)}
            events.append((parts.get("event-number", ""), name_in(parts.get("focus", "")) or ""))
    subscription = name_in(values.get("subscription", "")) or ""
    count = values.get("events-since-subscription-start", "")
    return Told(at, subscriber, values.get("type", ""), subscription, count, tuple(events), body)


def _value(parameter: Resource) -> str:
    """The value of a parameter as text; of a reference its target."""
    found = next((value for name, value in parameter.items() if name.startswith("value")), "")
    return str(found.get("reference", "")) if isinstance(found, dict) else str(found)
