"""Check of the past moved from old systems: complete by type, unchanged, on the right person (MIG-01)."""

from typing import Any

from simulator.checks.content import codes, differences, patient_of
from simulator.checks.evidence import (
    Entry,
    Resource,
    fact,
    finding,
    inconclusive,
    listed,
    name_in,
    observed,
    sent,
)
from simulator.checks.lists import all_accepted
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding

Kind = dict[str, Any]


@check("the_past_arrives_whole", rule="R-MIG-01")
def the_past_arrives_whole(history: History) -> Finding:
    """What is moved from old systems is complete by type of information, unchanged, and on the right person."""
    moved = _moved(all_accepted(history, "move"))
    people = {who: moved[identity][0] for who, identity in fact(history, "people").items()}
    problems: list[str] = []
    total = 0
    for who, person in people.items():
        wanted = {name: r for name, r in moved.values() if name == person or name_in(patient_of(r)) == person}
        found = _found(history, who)
        for kind in fact(history, "types"):
            mine = {name: r for name, r in wanted.items() if _is(r, kind)}
            if not mine:
                inconclusive(f"Nothing of the type '{kind['name']}' was moved.", attribution="bench")
            total += len(mine)
            problems += _compared(mine, {n: r for n, r in found.items() if _is(r, kind)}, kind, person)
    passed = f"{total} entries of {len(fact(history, 'types'))} types arrived whole on {len(people)} people."
    return finding(problems, passed, [*history.labelled("person"), *history.labelled("chart")])


def _moved(exchanges: tuple[Exchange, ...]) -> dict[str, tuple[str, Resource]]:
    """By the old system's number: what each entry was stored as, and the entry with its references as they became."""
    pairs: list[tuple[str, str, Resource]] = []
    for exchange in exchanges:
        answers = (exchange.resource() or {}).get("entry") or []
        for asked, answered in zip(sent(exchange).get("entry") or [], answers, strict=False):
            name = name_in(str((answered.get("response") or {}).get("location") or ""))
            if name is None:
                inconclusive("An entry was taken in without saying what it was stored as.", exchange)
            pairs.append((str(asked["fullUrl"]).removeprefix("urn:uuid:"), name, asked["resource"]))
    became = {f"urn:uuid:{identity}": name for identity, name, _ in pairs}
    return {identity: (name, _translated(resource, became)) for identity, name, resource in pairs}


def _translated(node: Any, became: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _translated(value, became) for key, value in node.items()}
    if isinstance(node, list):
        return [_translated(value, became) for value in node]
    return became.get(node, node) if isinstance(node, str) else node


def _found(history: History, who: str) -> dict[str, Resource]:
    """Everything that is shown of a person, by name; one that is listed twice is counted by its key."""
    person = observed(history, f"person.{who}").resource() or {}
    entries = [Entry(f"Patient/{person.get('id')}", person, observed(history, f"person.{who}"))]
    labels = dict.fromkeys(e.label for e in history.labelled(f"chart.{who}"))
    for label in labels:
        entries += listed(history, label)
    found: dict[str, Resource] = {}
    for entry in entries:
        name = entry.name if entry.name not in found else f"{entry.name} once more"
        found[name] = entry.resource
    return found


def _is(resource: Resource, kind: Kind) -> bool:
    """Whether a resource is of a type of information."""
    if resource.get("resourceType") != kind["type"]:
        return False
    return "category" not in kind or kind["category"] in {code for _, code in codes(resource.get("category"))}


def _compared(wanted: dict[str, Resource], found: dict[str, Resource], kind: Kind, person: str) -> list[str]:
    problems = []
    if len(found) != len(wanted):
        problems.append(f"{len(wanted)} of the type '{kind['name']}' were moved to {person} and {len(found)} are there")
    problems += [f"{name} was moved and is not there" for name in wanted if name not in found]
    problems += [f"{name} is shown of {person} and was not moved there" for name in found if name not in wanted]
    for name, resource in found.items():
        if name in wanted:
            problems += [
                f"{name} arrived otherwise than it was moved: {d}" for d in differences(wanted[name], resource)
            ]
    return problems
