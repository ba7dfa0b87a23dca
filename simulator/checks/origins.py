"""Check of where entries come from: a Provenance for each version (JRN-04)."""

from typing import Any

from simulator.checks.evidence import (
    Resource,
    accepted,
    fact,
    finding,
    listed,
    observed,
    stored_name,
    version_given,
)
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding

ACTIVITIES = {"write": "CREATE", "correction": "UPDATE"}


@check("every_version_tells_who_wrote_it", rule="R-JRN-04C")
def every_version_tells_who_wrote_it(history: History) -> Finding:
    """Each version has a Provenance: what was done, when, and by whom for which organisation, if people sign in."""
    authors: list[str] = fact(history, "authors")
    name = stored_name(accepted(history, "write"))
    observed(history, "origins")
    shown = [entry.resource for entry in listed(history, "origins")]
    problems = []
    for (label, activity), author in zip(ACTIVITIES.items(), authors or ["", ""], strict=True):
        version = f"{name}/_history/{version_given(accepted(history, label))}"
        about = [one for one in shown if any(t.endswith(version) for t in _targets(one))]
        if not about:
            problems.append(f"No Provenance is about {version}")
            continue
        problems += _faults(about, version, (activity, author), fact(history, "units"))
    passed = f"Each of {len(ACTIVITIES)} versions tells who wrote it, for whom and when."
    if not authors:
        passed = f"Each of {len(ACTIVITIES)} versions tells what was done and when; nobody signs in here."
    return finding(problems, passed, history.labelled("origins"))


def _faults(about: list[Resource], version: str, wanted: tuple[str, str], units: list[str]) -> list[str]:
    """What no Provenance of a version says; one that says it is enough."""
    activity, author = wanted
    agents = [agent for one in about for agent in one.get("agent") or []]
    problems = []
    if author and not any(author in _values(agent.get("who")) for agent in agents):
        problems.append(f"No Provenance of {version} names its author by HPR number")
    if author and not any(set(_values(agent.get("onBehalfOf"))) & set(units) for agent in agents):
        problems.append(f"No Provenance of {version} names the organisation it was written for")
    if not any(activity in _codes(one.get("activity")) for one in about):
        problems.append(f"No Provenance of {version} says that it was {activity}")
    if not all(one.get("recorded") for one in about):
        problems.append(f"A Provenance of {version} does not say when")
    return problems


def _targets(provenance: Resource) -> list[str]:
    return [str(target.get("reference")) for target in provenance.get("target") or []]


def _values(reference: Any) -> list[str]:
    """What a reference names somebody by: its identifier's value."""
    return [str(((reference or {}).get("identifier") or {}).get("value"))]


def _codes(concept: Any) -> list[str]:
    return [str(coding.get("code")) for coding in (concept or {}).get("coding") or []]
