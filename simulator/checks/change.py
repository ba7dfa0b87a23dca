"""Checks of a change of version: nobody is left without an answer, and clients of the version before go on (NFR-08)."""

from typing import Any

from simulator.checks.content import differences
from simulator.checks.evidence import (
    accepted,
    broken,
    describe,
    fact,
    finding,
    inconclusive,
    read_back,
    sent,
    stored_name,
)
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding

LEAST = 8
"""Fewer answers before, during or after the change would say little."""


@check("change_goes_unnoticed", rule="R-NFR-08A")
def change_goes_unnoticed(history: History) -> Finding:
    """While the version is changed everybody at work is answered, and what they wrote is there."""
    traffic = history.labelled("traffic")
    if any(e.outcome != "ok" for e in _between(history, traffic)[0]):
        inconclusive("Not everybody was answered even before the change.", *traffic[:1])
    _changed(history)
    _enough(history, traffic)
    problems = [f"Somebody at work was not served: {describe(e)}" for e in traffic if e.outcome != "ok"]
    writes = {stored_name(e): e for e in traffic if e.verb == "create" and e.outcome == "ok"}
    for read in (e for e in traffic if e.verb == "read" and e.outcome == "ok"):
        shown = read.resource() or {}
        write = writes.get(f"{shown.get('resourceType')}/{shown.get('id')}")
        problems += [f"What was written during the change is not as written: {d}" for d in _unlike(write, shown)]
    took = float(fact(history, "ended")) - float(fact(history, "began"))
    passed = f"{len(traffic)} of {len(traffic)} were answered while the version was changed in {took:.1f} s."
    failed = [e for e in traffic if e.outcome != "ok"]
    return finding(problems, passed, failed[:5] or traffic[-3:])


@check("earlier_clients_go_on_after_a_change", rule="R-NFR-08B")
def earlier_clients_go_on_after_a_change(history: History) -> Finding:
    """After a change of version all that the one before offered is offered, and what was begun with it can go on."""
    accepted(history, "begun")
    offered = _offered(read_back(history, "offered"))
    if not offered:
        inconclusive("The version before offered nothing.", *history.labelled("offered"))
    _changed(history)
    now = _offered(read_back(history, "offered-after"))
    problems = [f"{what} was offered before the change and is no longer" for what in sorted(offered - now)]
    (write,), read = history.labelled("begun"), read_back(history, "begun-read")
    problems += [f"What was written before the change is not as written: {d}" for d in differences(sent(write), read)]
    (changed,) = history.labelled("begun-changed")
    if changed.outcome != "ok":
        problems.append(f"What was begun before the change cannot be gone on with: {describe(changed)}")
    passed = f"{len(offered)} things offered before the change are offered after it, and what was begun went on."
    return finding(problems, passed, [*history.labelled("offered-after"), *history.labelled("begun-changed")])


def _changed(history: History) -> None:
    """The change took place: the version is another, or the processes are; a command that failed is a failure."""
    if "failed" in history.facts:
        broken(f"An operation of the candidate's file failed: {fact(history, 'failed')}")
    before, after = (_version(history, label) for label in ("offered", "offered-after"))
    if before == after and not fact(history, "gone"):
        inconclusive("Nothing was seen to change: version and processes are the same.")


def _version(history: History, label: str) -> str:
    statement = read_back(history, label)
    software = statement.get("software") or {}
    return f"{software.get('name')} {software.get('version')} {statement.get('version')}"


def _between(history: History, traffic: tuple[Exchange, ...]) -> tuple[list[Exchange], list[Exchange], list[Exchange]]:
    """What was sent before, during and after the change."""
    began, ended = float(fact(history, "began")), float(fact(history, "ended"))
    return (
        [e for e in traffic if e.finished < began],
        [e for e in traffic if e.finished >= began and e.sent <= ended],
        [e for e in traffic if e.sent > ended],
    )


def _enough(history: History, traffic: tuple[Exchange, ...]) -> None:
    few = min(map(len, _between(history, traffic)))
    if few < LEAST:
        inconclusive(f"Only {few} questions were asked before, during or after the change.", attribution="bench")


def _unlike(write: Exchange | None, shown: dict[str, Any]) -> list[str]:
    return differences(sent(write), shown) if write is not None else []


def _offered(statement: dict[str, Any]) -> set[str]:
    """Everything a CapabilityStatement offers, as ``Type interaction`` and ``Type?parameter``."""
    found = set()
    for rest in statement.get("rest") or []:
        for resource in rest.get("resource") or []:
            kind = resource.get("type")
            found |= {f"{kind} {item.get('code')}" for item in resource.get("interaction") or []}
            found |= {f"{kind}?{item.get('name')}" for item in resource.get("searchParam") or []}
    return found
