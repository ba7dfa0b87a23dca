"""Check of a plan that several bodies share (SAM-11)."""

from simulator.checks.evidence import Resource, accepted, finding, inconclusive, read_back, rounds, sent, stored_name
from simulator.checks.races import contested
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding


@check("shared_plan_keeps_every_measure", rule="R-SAM-11")
def shared_plan_keeps_every_measure(history: History) -> Finding:
    """When several change a shared plan at once, one change stands, the others are told, and all come in by turns."""
    edits = history.labelled("edit")
    if edits and all(e.outcome == "unknown" for e in edits):
        inconclusive("The changes were not answered.", *edits, attribution="environment")
    problems = [p for number in rounds(history, "edit") for p in _round(history, number)]
    passed = "One change stood each time, the others were told, and in the end every measure is in the plan."
    return finding(problems, passed, [*edits, *history.labelled("final")])


def _round(history: History, number: str) -> list[str]:
    name = stored_name(accepted(history, f"write.{number}"))
    edits = history.labelled(f"edit.{number}")
    problems = contested(edits, name)
    final = _measures(read_back(history, f"final.{number}"))
    meant = [_last_measure(e) for e in edits]
    problems += [f"The measure '{measure}' is not in the plan in the end" for measure in meant if measure not in final]
    return problems


def _measures(plan: Resource) -> list[str]:
    return [str((a.get("detail") or {}).get("description")) for a in plan.get("activity") or [] if isinstance(a, dict)]


def _last_measure(edit: Exchange) -> str:
    return _measures(sent(edit))[-1]
