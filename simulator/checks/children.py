"""Check of the child health programme: growth as z-scores, and what is overdue (JRN-07)."""

from typing import Any, Final

from simulator.checks.content import instant
from simulator.checks.evidence import Resource, fact, finding, listed, names_written, sent
from simulator.checks.lists import all_accepted, exactly
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding

NEARLY: Final = 0.005


@check("child_programme_can_be_followed", rule="R-JRN-07")
def child_programme_can_be_followed(history: History) -> Finding:
    """Growth is read in order and as z-scores, and the vaccines given show which is overdue."""
    all_accepted(history, "check")
    growth, given = names_written(history, "growth"), names_written(history, "given")
    curve, vaccines = listed(history, "curve"), listed(history, "vaccines")
    problems = exactly(history, curve, growth, "the growth curve")
    moments = [m for m in (instant(e.resource.get("effectiveDateTime")) for e in curve) if m is not None]
    if moments != sorted(moments):
        problems.append("The growth curve is not in order, oldest first")
    for entry in curve:
        truth = _z_score(sent(growth[entry.name])) if entry.name in growth else None
        shown = _z_score(entry.resource)
        if truth is not None and (shown is None or abs(shown - truth) > NEARLY):
            problems.append(f"{entry.name} is {shown} standard deviations from the middle, expected {truth:.2f}")
    problems += exactly(history, vaccines, given, "the list of vaccines")
    doses = {_dose(e.resource) for e in vaccines}
    overdue = [dose for dose in map(tuple, fact(history, "due")) if dose not in doses]
    truth_overdue = [tuple(dose) for dose in fact(history, "overdue")]
    if overdue != truth_overdue:
        problems.append(f"The record leaves {overdue} overdue, expected {truth_overdue}")
    passed = f"{len(growth)} measurements read as z-scores, {len(given)} vaccines given, {len(overdue)} overdue."
    return finding(problems, passed, [*history.labelled("curve"), *history.labelled("vaccines")])


def _z_score(observation: Resource) -> float | None:
    """Standard deviations from the middle of a range that is two to each side; None when something is missing."""
    limits: dict[str, Any] = (observation.get("referenceRange") or [{}])[0]
    quantities = (observation.get("valueQuantity"), limits.get("low"), limits.get("high"))
    found = [q["value"] for q in quantities if isinstance(q, dict) and isinstance(q.get("value"), (int, float))]
    if len(found) < len(quantities) or found[1] >= found[2]:
        return None
    value, low, high = map(float, found)
    return (value - (low + high) / 2) / ((high - low) / 4)


def _dose(immunization: Resource) -> tuple[Any, ...]:
    coding = ((immunization.get("vaccineCode") or {}).get("coding") or [{}])[0]
    protocol = (immunization.get("protocolApplied") or [{}])[0]
    return coding.get("code"), protocol.get("doseNumberPositiveInt")
