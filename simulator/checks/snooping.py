"""The check of log analysis: curious look-ups are shown to the data-protection officer, lawful ones not (TIL-03)."""

from math import sqrt
from typing import Final

from simulator.checks.evidence import (
    answered,
    broken,
    fact,
    finding,
    inconclusive,
    listed,
    name_in,
    not_refused,
    stored_name,
    written,
)
from simulator.checks.lists import all_accepted
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding

Z: Final = 1.959964
"""Of a 95 % interval."""
REFUSED: Final = [401, 403, 404]
Pair = tuple[str, str]


@check("curious_lookups_are_found", rule="R-TIL-03")
def curious_lookups_are_found(history: History) -> Finding:
    """Log analysis shows look-ups without a task to the data-protection officer alone, and hardly any lawful ones."""
    curious, lawful = _pairs(history, "curious"), _pairs(history, "lawful")
    for label in ("curious", "lawful", "visit"):
        all_accepted(history, label)
    officer = answered(history, "officer")
    shown = {
        pair
        for entry in listed(history, "officer")
        for who in entry.resource.get("implicated") or []
        if (pair := (str((who.get("identifier") or {}).get("value")), _patient(entry.resource))) in curious | lawful
    }
    nurse = answered(history, "nurse")
    problems = not_refused(nurse, REFUSED, "the analysis is for the data-protection officer only")
    found, wrong = len(shown & curious), len(shown & lawful)
    recall, precision = _share(found, len(curious)), _share(found, found + wrong)
    if not shown:
        broken(f"None of {len(curious)} curious look-ups is shown: recall {recall}.", officer)
    if found < float(fact(history, "least_recall")) * len(curious):
        problems.append(f"{found} of {len(curious)} curious look-ups are shown: recall {recall}")
    if found < float(fact(history, "least_precision")) * (found + wrong):
        problems.append(f"{wrong} of {len(lawful)} lawful look-ups are shown as well: precision {precision}")
    rates = f"recall {recall}, precision {precision}"
    passed = f"{found} of {len(curious)} curious look-ups are shown and {wrong} lawful ones: {rates}."
    return finding(problems, passed, [officer, nurse])


def _pairs(history: History, name: str) -> set[Pair]:
    """Who (HPR number) looked at whom (``Patient/id``)."""
    looks: list[dict[str, str]] = fact(history, name)
    if not looks:
        inconclusive("Nobody looked.", attribution="bench")
    return {(look["hpr"], stored_name(written(history, look["patient"]))) for look in looks}


def _patient(issue: dict[str, object]) -> str:
    reference = issue.get("patient")
    return name_in(str(reference.get("reference", ""))) or "" if isinstance(reference, dict) else ""


def _share(part: int, whole: int) -> str:
    """A share with Wilson's 95 % interval, in per cent."""
    if not whole:
        return "0 % (0-100 %)"
    share, z2 = part / whole, Z * Z
    middle, half = share + z2 / (2 * whole), Z * sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole))
    low, high = ((middle - half) / (1 + z2 / whole), (middle + half) / (1 + z2 / whole))
    return f"{100 * share:.0f} % ({100 * max(0.0, low):.0f}-{100 * min(1.0, high):.0f} %)"
