"""Checks of what other journals know: shown with its source, and its absence told (SAM-12, SAM-13)."""

from collections import Counter
from typing import Any

from simulator.checks.content import patient_of, warns
from simulator.checks.evidence import Resource, describe, fact, finding, name_in, observed
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding

Kind = tuple[str, str]


@check("own_system_of_a_gp_is_shown", rule="R-SAM-12B")
def own_system_of_a_gp_is_shown(history: History) -> Finding:
    """A GP's own system is shown with its source, and that it is silent, or tells of somebody else, is said."""
    return _looks(history)


@check("other_regions_are_shown", rule="R-SAM-13B")
def other_regions_are_shown(history: History) -> Finding:
    """What a hospital and Helseplattformen know is shown with its source; one's silence does not hide the other."""
    return _looks(history)


def _looks(history: History) -> Finding:
    patient = fact(history, "patient")
    theirs = {name: Counter(map(tuple, rows)) for name, rows in fact(history, "theirs").items()}
    looks: dict[str, dict[str, Any]] = fact(history, "looks")
    problems = []
    for label, wanted in looks.items():
        exchange = observed(history, label)
        resources = _resources(exchange)
        for name, known in theirs.items():
            found = Counter(_kind(r) for r in resources if f"/{name}/" in str((r.get("meta") or {}).get("source", "")))
            expected = known if name in wanted["answers"] else Counter[Kind]()
            problems += [f"{t} {c} of {name} is not shown once with its source" for t, c in (expected - found)]
            problems += [f"{t} {c} is shown as told by {name}, which it was not" for t, c in (found - expected)]
        about = {name_in(patient_of(r)) for r in resources if r["resourceType"] != "OperationOutcome"}
        problems += [f"Something is shown of {name}, expected {patient} alone" for name in about - {patient}]
        told = any(map(warns, resources))
        silent = sorted(theirs.keys() - set(wanted["answers"]))
        if silent and not told:
            problems.append(f"{describe(exchange)}, and nothing says that {', '.join(silent)} could not be asked")
        if told and not silent:
            problems.append(f"{describe(exchange)}, and something is said to be missing though all answered")
    count = sum(sum(known.values()) for known in theirs.values())
    passed = f"{count} entries of {len(theirs)} other journals are shown with their source, and their absence is told."
    return finding(problems, passed, [observed(history, label) for label in looks])


def _resources(exchange: Exchange) -> list[Resource]:
    entries = (exchange.resource() or {}).get("entry") or []
    return [e["resource"] for e in entries if isinstance(e, dict) and isinstance(e.get("resource"), dict)]


def _kind(resource: Resource) -> Kind:
    concept = resource.get("code") or resource.get("medicationCodeableConcept") or {}
    coding: Resource = next(iter(concept.get("coding") or []), {})
    return str(resource.get("resourceType")), str(coding.get("code"))
