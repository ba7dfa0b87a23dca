"""Check of several sources becoming one record (MIG-02)."""

from typing import Any

from simulator.checks.evidence import (
    Resource,
    fact,
    finding,
    listed,
    name_in,
    names_written,
    repeated,
)
from simulator.checks.lists import all_accepted
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding


@check("sources_become_one_record", rule="R-MIG-02")
def sources_become_one_record(history: History) -> Finding:
    """What several sources know becomes one record: what they agree on once, what they disagree on with its source."""
    patient = next(iter(names_written(history, "patient")))
    all_accepted(history, "source")
    people = [e.name for e in listed(history, "people")]
    problems = [] if people == [patient] else [f"The person is found as {people}, expected {patient} alone"]
    diagnoses = listed(history, "diagnoses")
    codes = sorted(_code(e.resource, "code") for e in diagnoses)
    if codes != sorted(fact(history, "agreed")):
        problems.append(
            f"The record holds the diagnoses {codes}, expected {sorted(fact(history, 'agreed'))}, once each"
        )
    problems += [f"{name} stands twice" for name in repeated(diagnoses)]
    truth = {(dose, source) for dose, source in fact(history, "disputed")}
    shown = {(_dose(e.resource), _source(e.resource)) for e in listed(history, "medicines")}
    problems += [f"Nobody can see that {source} says '{dose}'" for dose, source in sorted(truth - shown)]
    problems += [f"'{dose}' is shown as said by {source}" for dose, source in sorted(shown - truth)]
    passed = f"One person, {len(codes)} diagnoses once each, {len(truth)} disputed doses with their sources."
    return finding(problems, passed, [*history.labelled("source"), *history.labelled("medicines")])


def _code(resource: Resource, element: str) -> str:
    coding: dict[str, Any] = ((resource.get(element) or {}).get("coding") or [{}])[0]
    return str(coding.get("code"))


def _dose(statement: Resource) -> str:
    return str((statement.get("dosage") or [{}])[0].get("text"))


def _source(statement: Resource) -> str:
    return name_in(str((statement.get("informationSource") or {}).get("reference", ""))) or "nobody"
