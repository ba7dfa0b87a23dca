"""Checks of medicines: one current list whoever changes it, and differences between sources in plain sight (LEG)."""

from simulator.checks.content import differences
from simulator.checks.evidence import (
    Resource,
    accepted,
    answered,
    broken,
    describe,
    fact,
    finding,
    inconclusive,
    listed,
    name_of,
    names_written,
    observed,
    read_back,
    rounds,
    sent,
    stored_name,
)
from simulator.checks.lists import all_accepted
from simulator.checks.races import contested
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding


@check("one_prescriber_wins", rule="R-LEG-01")
def one_prescriber_wins(history: History) -> Finding:
    """When two prescribers change one medicine at once, one change stands and the other is told of the conflict."""
    changes = history.labelled("prescriber")
    if all(e.outcome == "unknown" for e in changes):
        inconclusive("The two changes were not answered.", *changes, attribution="environment")
    problems = [p for number in rounds(history, "prescriber") for p in _contest(history, number)]
    return finding(problems, "One change stands each time, the other prescriber was told of the conflict.", changes)


def _contest(history: History, number: str) -> list[str]:
    name = stored_name(accepted(history, f"write.{number}"))
    changes = history.labelled(f"prescriber.{number}")
    won = [e for e in changes if e.outcome == "ok"]
    unknown = [e for e in changes if e.outcome == "unknown"]
    current = read_back(history, f"current.{number}")
    problems = contested(changes, name)
    standing = [e for e in (*won, *unknown) if not differences(sent(e), current)]
    if name_of(current) != name or not standing:
        problems.append("The list that stands is not the one of the prescriber whose change was taken")
    return problems


@check("medicine_differences_are_visible", rule="R-LEG-03")
def medicine_differences_are_visible(history: History) -> Finding:
    """At a transition the list shows each medicine added and stopped since, with its source, and nothing else."""
    kept, added = names_written(history, "kept"), names_written(history, "added")
    stopped = names_written(history, "stopped")
    accepted(history, "stop")
    active = {e.name: e.resource for e in listed(history, "active")}
    whole = {e.name: e.resource for e in listed(history, "whole")}
    problems = [f"{n} was added and is not among the active medicines" for n in added if n not in active]
    problems += [f"{n} was stopped and still stands as active" for n in stopped if n in active]
    problems += [f"{n} is unchanged and has gone from the active medicines" for n in kept if n not in active]
    expected = kept.keys() | added.keys()
    problems += [f"{n} stands as active and nobody added it" for n in active if n not in expected | stopped.keys()]
    problems += [f"{n} was stopped and has vanished from the whole list" for n in stopped if n not in whole]
    for name, write in added.items():
        problems += [
            f"{name} is shown otherwise than added: {d}"
            for d in differences(sent(write), active.get(name, sent(write)))
        ]
    passed = f"{len(added)} added and {len(stopped)} stopped medicines are seen, {len(kept)} unchanged."
    return finding(problems, passed, (*history.labelled("active"), *history.labelled("whole")))


@check("unsafe_orders_are_warned_of", rule="R-LEG-08")
def unsafe_orders_are_warned_of(history: History) -> Finding:
    """Signing is warned of where medicines do not go together, with a source, and nowhere else; a reason is kept."""
    all_accepted(history, "use")
    services = observed(history, "services")
    if not history.labelled("sign"):
        broken("No decision support is offered for the moment of signing an order (order-sign).", services)
    problems: list[str] = []
    for name, unsafe in fact(history, "warned").items():
        cards = _warnings(history, f"sign.{name}")
        if unsafe and not cards:
            problems.append(f"Nobody is warned when {name} is about to be signed")
        if not unsafe and cards:
            problems.append(f"There is a warning of {name}, which go together")
        problems += [f"The warning of {name} names no source" for card in cards if not _source(card)]
    if problems:
        return finding(problems, "", [services, *history.labelled("sign")])
    observed(history, "override")
    kept = [e for e in listed(history, "issues") if fact(history, "reason") in str(e.resource.get("mitigation"))]
    problems = [] if kept else ["Why the warning was overridden does not stand in the record"]
    passed = f"Warned of {sum(fact(history, 'warned').values())} pairs, silent otherwise, and the reason is kept."
    return finding(problems, passed, [services, *history.labelled("sign"), *history.labelled("issues")])


def _warnings(history: History, label: str) -> list[Resource]:
    cards = (observed(history, label).resource() or {}).get("cards")
    if not isinstance(cards, list):
        broken(f"{describe(answered(history, label))} without a list of cards.", answered(history, label))
    return [card for card in cards if isinstance(card, dict) and card.get("indicator") in {"warning", "critical"}]


def _source(card: Resource) -> str:
    source = card.get("source")
    return str(source.get("label") or "") if isinstance(source, dict) else ""
