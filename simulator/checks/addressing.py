"""Checks of messages that a candidate sends: to the address that holds, and followed up when not acknowledged (SAM)."""

from datetime import datetime
from typing import Any

import orjson

from simulator.checks.evidence import accepted, answered, broken, describe, fact, finding, sent
from simulator.checks.receipts import numbers
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding

Entry = dict[str, Any]
DONE = "completed"


def came_of(history: History, exchange: Exchange) -> list[Entry]:
    """What the message server received that carries a message, by the identifier it was written with."""
    wanted = numbers(sent(exchange)["identifier"])
    return [e for e in fact(history, "received.meldingstjener") if e["direction"] == "in" and wanted & _numbers(e)]


def _numbers(entry: Entry) -> set[tuple[Any, Any]]:
    bundle = entry["body"] if isinstance(entry["body"], dict) else {}
    resources = [e.get("resource") or {} for e in bundle.get("entry") or [] if isinstance(e, dict)]
    messages = [r for r in resources if r.get("resourceType") == "Communication"]
    return numbers([one for message in messages for one in message.get("identifier") or []])


@check("messages_go_to_the_address_that_holds", rule="R-SAM-04")
def messages_go_to_the_address_that_holds(history: History) -> Finding:
    """Each message goes to the service it is for, in time, at the address it has when the message is sent."""
    limit = float(fact(history, "limit_s"))
    boxes: dict[str, str] = fact(history, "boxes")
    problems, evidence = [], []
    for label, box in boxes.items():
        written, asked = accepted(history, f"written.{label}"), answered(history, f"send.{label}")
        evidence += [written, asked]
        if asked.outcome != "ok":
            broken(f"{describe(asked)}, expected the message to be sent.", asked)
        came = came_of(history, written)
        if not came:
            problems.append(f"The {label} message came nowhere within {limit:g} s")
        elsewhere = sorted({entry["address"] for entry in came} - {box})
        problems += [f"The {label} message went to {address}, expected {box}" for address in elsewhere]
        late = [e for e in came if datetime.fromisoformat(e["at"]).timestamp() - asked.sent > limit]
        if came and len(late) == len(came):
            problems.append(f"The {label} message came later than {limit:g} s")
    return finding(problems, "Each message went to the address that held, and nowhere else.", evidence)


@check("unacknowledged_messages_are_followed_up", rule="R-SAM-03C")
def unacknowledged_messages_are_followed_up(history: History) -> Finding:
    """A refused message is seen as refused with its error; one that could not be delivered is open until it arrives."""
    refused, lost = answered(history, "send.refused"), answered(history, "send.lost")
    for exchange in (refused, lost):
        if exchange.outcome != "ok" or not history.labelled("task.refused") or not history.labelled("task.waiting"):
            broken(f"{describe(exchange)} without a Task that tells how far the message has come.", exchange)
    problems = []
    after, waiting = _task(history, "task.refused"), _task(history, "task.waiting")
    if after.get("status") not in {"failed", "rejected"}:
        problems.append(f"The refused message is a Task with status {after.get('status')}, expected failed or rejected")
    elif fact(history, "refusal") not in orjson.dumps(after).decode():
        problems.append(f"The Task of the refused message does not tell the error {fact(history, 'refusal')}")
    if waiting.get("status") == DONE:
        problems.append("The message that could not be delivered is shown as done")
    arrived = _task(history, "task.arrived")
    if not [e for e in came_of(history, accepted(history, "written.lost")) if e["status"] == 200]:
        problems.append("The message that could not be delivered never arrived")
    elif arrived.get("status") != DONE:
        problems.append(f"The message that arrived late is a Task with status {arrived.get('status')}, expected {DONE}")
    passed = "The refusal is seen with its error, and the message that could not be delivered arrived later."
    return finding(problems, passed, [refused, lost, *history.labelled("task.refused")[-1:]])


def _task(history: History, label: str) -> dict[str, Any]:
    """The Task as it was last seen."""
    exchanges = history.labelled(label)
    return (exchanges[-1].resource() or {}) if exchanges else {}
