"""Checks of e-prescriptions: what Reseptformidleren holds, and what is known of what it hands out (LEG-02)."""

from typing import Any

from simulator.checks.evidence import (
    accepted,
    broken,
    fact,
    finding,
    inconclusive,
    listed,
    name_in,
    names_written,
    observed,
)
from simulator.checks.lists import all_accepted
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding

Held = dict[str, Any]


@check("prescriptions_arrive_once", rule="R-LEG-02A")
def prescriptions_arrive_once(history: History) -> Finding:
    """Each order is one prescription at Reseptformidleren, as it was written, whatever went wrong on the way."""
    written = all_accepted(history, "order")
    orders, held = fact(history, "orders"), fact(history, "held")
    problems = []
    for order in orders:
        found = [one for one in held if one["atc"] == order["atc"]]
        if len(found) != 1:
            problems.append(f"Reseptformidleren holds {len(found)} prescriptions of {order['atc']}, expected one")
        problems += _wrong(found, order)
    strange = {one["atc"] for one in held} - {order["atc"] for order in orders}
    problems += [f"Reseptformidleren holds {atc}, which nobody ordered" for atc in sorted(strange)]
    return finding(problems, f"Each of {len(orders)} orders is one prescription.", written)


def _wrong(found: list[Held], order: Held) -> list[str]:
    problems = [
        f"The dosage of {order['atc']} is {one['dosage']} at Reseptformidleren, expected {order['dosage']}"
        for one in found
        if one["dosage"] != order["dosage"]
    ]
    return problems + [f"{order['atc']} is {one['status']}" for one in found if one["status"] != "active"]


@check("recalled_is_not_handed_out", rule="R-LEG-02B")
def recalled_is_not_handed_out(history: History) -> Finding:
    """What was stopped, and what was renewed, can no longer be handed out; the renewal and the rest can."""
    all_accepted(history, "order")
    _arrived(history)
    changes = [accepted(history, "stop"), accepted(history, "renewal")]
    held = {one["id"]: one for one in fact(history, "held")}
    _, second, third = fact(history, "orders")
    valid = [one for one in held.values() if one["status"] == "active"]
    ended = {name: held.get(fact(history, name)) for name in ("stopped", "renewed")}
    standing = {name: one["atc"] for name, one in ended.items() if one and one["status"] == "active"}
    problems = [f"{atc} was {name} and can still be handed out" for name, atc in standing.items()]
    new = [one for one in valid if one["atc"] == second["atc"] and one["dosage"] == fact(history, "new_dosage")]
    if len(new) != 1:
        problems.append(f"{len(new)} prescriptions of the renewal can be handed out, expected one")
    if not any(one["atc"] == third["atc"] for one in valid):
        problems.append(f"{third['atc']} can no longer be handed out, and nobody stopped it")
    return finding(problems, "What was stopped or renewed cannot be handed out, the rest can.", changes)


def _arrived(history: History) -> None:
    """Stops unless the prescriptions that the example goes on with arrived."""
    orders, before = fact(history, "orders"), fact(history, "before")
    lacking = [order["atc"] for order in orders if order["atc"] not in {one["atc"] for one in before}]
    if lacking:
        inconclusive(f"The prescription of {lacking[0]} never reached Reseptformidleren.", *history.labelled("order"))


@check("refused_recall_is_told", rule="R-LEG-02C")
def refused_recall_is_told(history: History) -> Finding:
    """A recall that came too late is on a list for whoever prescribed; one that came in time is not."""
    _arrived(history)
    changes = [accepted(history, "stop"), accepted(history, "stop-in-time")]
    late, in_time = names_written(history, "late"), names_written(history, "in_time")
    told = [name_in((e.resource.get("focus") or {}).get("reference") or "") for e in listed(history, "told")]
    problems = [f"Nobody is told that {name} was not recalled" for name in late if name not in told]
    problems += [f"There is a task about {name}, which was recalled" for name in in_time if name in told]
    return finding(problems, "The recall that came too late is told, the other is not.", changes)


@check("dispensing_is_seen", rule="R-LEG-02D")
def dispensing_is_seen(history: History) -> Finding:
    """What was handed out is in the record once, with its order, which is completed when nothing is left."""
    _arrived(history)
    part, whole = list(names_written(history, "part")), list(names_written(history, "whole"))
    untouched = list(names_written(history, "untouched"))
    observed(history, "dispenses")
    dispensed = [
        name_in(one.get("reference") or "")
        for entry in listed(history, "dispenses")
        for one in entry.resource.get("authorizingPrescription") or ()
    ]
    statuses = {entry.name: entry.resource.get("status") for entry in listed(history, "orders")}
    if not statuses:
        broken("The orders are not found.", *history.labelled("orders"))
    problems = [
        f"{name} was handed out once, and is {dispensed.count(name)} times in the record"
        for name in (*part, *whole)
        if dispensed.count(name) != 1
    ]
    problems += [f"{name} was not handed out, and is in the record" for name in untouched if name in dispensed]
    wanted = {**dict.fromkeys((*part, *untouched), "active"), **dict.fromkeys(whole, "completed")}
    problems += [
        f"{name} is {statuses.get(name)}, expected {status}"
        for name, status in wanted.items()
        if statuses.get(name) != status
    ]
    evidence = [*history.labelled("dispenses"), *history.labelled("orders")]
    return finding(problems, f"{len(part) + len(whole)} dispenses are in the record, each with its order.", evidence)


@check("one_list_for_everybody", rule="R-LEG-02E")
def one_list_for_everybody(history: History) -> Finding:
    """What others change on the one list is neither overwritten nor missed, and what two change differently is told."""
    all_accepted(history, "medicine")
    first, second, third = fact(history, "numbers")
    if not {first, second} <= fact(history, "before").keys():
        broken("What was written never reached the common list.", *history.labelled("medicine"))
    changes = [accepted(history, "change.1"), accepted(history, "change.2")]
    listed_now, wanted = fact(history, "listed"), fact(history, "wanted")
    problems = [
        f"A medicine is '{listed_now.get(number, '')}' on the common list, expected '{dosage}'"
        for number, dosage in wanted.items()
        if listed_now.get(number) != dosage
    ]
    numbers = [str(one.get("value")) for e in listed(history, "record") for one in e.resource.get("identifier") or ()]
    if numbers.count(third) != 1:
        problems.append(f"What the hospital added is {numbers.count(third)} times in the record, expected once")
    told = [name_in((e.resource.get("focus") or {}).get("reference") or "") for e in listed(history, "told")]
    contested, own = names_written(history, "medicines")
    if contested not in told:
        problems.append(f"Nobody is told that {contested} was changed by two")
    if own in told:
        problems.append(f"There is a task about {own}, which one alone changed")
    passed = f"{len(wanted)} medicines are on the one list as they were changed first, and the conflict is told."
    return finding(problems, passed, [*changes, *history.labelled("record"), *history.labelled("told")])
