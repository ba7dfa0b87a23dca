"""Checks of messages between organisations: the discharge chain in order, and a repeated message kept once (SAM)."""

from datetime import datetime

from simulator.checks.content import differences, instant, local_day
from simulator.checks.evidence import (
    Entry,
    accepted,
    describe,
    fact,
    finding,
    listed,
    name_given,
    names_written,
    observed,
    sent,
    stored_name,
)
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding

READY, DISCHARGED = "LOG_UTSKRIVNINGSKLAR", "LOG_UTSKREVET"


@check("discharge_chain_is_complete_and_in_order", rule="R-SAM-02")
def discharge_chain_is_complete_and_in_order(history: History) -> Finding:
    """Every message of a discharge is there, in the order it was sent, and the days to pay for add up."""
    chain = names_written(history, "chain")
    types: dict[str, str] = fact(history, "message_types")
    found = listed(history, "messages")
    order = [e.name for e in found if e.name in chain]
    kinds = {name: types[write.interaction] for name, write in chain.items()}
    problems = [f"{kinds[name]} ({name}) was sent and is not in the record" for name in chain if name not in order]
    sent_at = [m for m in (instant(sent(chain[name]).get("sent")) for name in order) if m is not None]
    if not problems and sent_at != sorted(sent_at):
        seen = ", ".join(kinds[name] for name in order)
        problems.append(f"The messages come in the order {seen}, expected {', '.join(kinds.values())}")
    for entry in found:
        if entry.name in chain:
            problems += [
                f"{kinds[entry.name]} changed: {d}" for d in differences(sent(chain[entry.name]), entry.resource)
            ]
    problems += _days(history, found, kinds)
    passed = f"All {len(chain)} messages of the discharge are there, in order, with the right days to pay for."
    return finding(problems, passed, history.labelled("messages"))


def _days(history: History, found: list[Entry], kinds: dict[str, str]) -> list[str]:
    truth = history.facts.get("days_to_pay")
    moments: dict[str, datetime] = {}
    for entry in found:
        moment = instant(entry.resource.get("sent"))
        if moment is not None and entry.name in kinds:
            moments[kinds[entry.name]] = moment
    if truth is None or READY not in moments or DISCHARGED not in moments:
        return []
    days = (local_day(moments[DISCHARGED]) - local_day(moments[READY])).days
    return [] if days == truth else [f"The record gives {days} days to pay for, expected {truth}"]


@check("repeated_message_is_kept_once", rule="R-SAM-03")
def repeated_message_is_kept_once(history: History) -> Finding:
    """A message sent again because no receipt came is recognised and kept once."""
    first = accepted(history, "message")
    name = stored_name(first)
    again = observed(history, "repeat")
    inbox = listed(history, "inbox")
    problems = []
    if again.response is not None and again.response.status == 201:
        problems.append("The repeated message was stored as a new one")
    if name_given(again) not in (None, name):
        problems.append(f"The repeated message was called {name_given(again)}, the first {name}")
    if [e.name for e in inbox] != [name]:
        problems.append(f"The receiver sees the message {len(inbox)} times, expected once")
    problems += [f"The message changed: {d}" for e in inbox[:1] for d in differences(sent(first), e.resource)]
    return finding(
        problems, f"The message is kept once: {describe(again)}.", [first, again, *history.labelled("inbox")]
    )
