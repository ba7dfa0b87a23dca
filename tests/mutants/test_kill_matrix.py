"""Proof that the features can fail: the sound journal passes them all, and each mutant is caught by its own check."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest

from simulator.checks import CHECKS, by_rule
from simulator.domain.verdict import Verdict
from simulator.places import ROOT
from simulator.scenario.catalogue import load_catalogue
from tests.mutants.catalogue import MUTANTS
from tests.mutants.degenerate import DEGENERATE
from tests.mutants.faults import Mutant

MATRIX = ROOT / "runs" / "kill-matrix.json"
ALL = os.environ.get("JOURNALBENK_MUTANTS") == "all"
CHOSEN = MUTANTS if ALL else MUTANTS[::10]
"""All of them take a quarter of an hour (`make mutants`); among the other tests it is every tenth."""
NO_JOURNALS = list(DEGENERATE) if ALL else ["never-answers"]
"""Among the other tests, the one that must be waited for."""

Judged = Callable[..., list[Verdict]]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]


def _row(mutant: Mutant, judged: Judged) -> dict[str, Any]:
    """What the features of the mutant's requirement say of it."""
    requirement = load_catalogue().rules[mutant.rule].requirement
    verdicts = judged(mutant.name, requirement, secured=mutant.secured, neighbours=mutant.neighbours)
    expected = by_rule(mutant.rule).name
    killers = [v.check for v in verdicts if v.outcome == "fail" and v.attribution == "candidate"]
    said = next((f"{v.outcome}: {v.message}" for v in verdicts if v.check == expected), "no verdict")
    return {
        "mutant": mutant.name,
        "requirement": requirement,
        "expected_check": expected,
        "killed": expected in killers,
        "killed_by": killers,
        "said": said,
        "description": mutant.description,
        "consequence": mutant.consequence,
    }


@pytest.mark.skipif(not ALL, reason="among the other tests the whole run shows it (tests/run/test_whole_run.py)")
def test_the_sound_journal_passes_everything(judged: Judged) -> None:
    """No correct journal is failed: every check passes the reference journal, one verdict for each.

    Those of who is let in pass the secured journal; to the open one they do not apply.
    """
    verdicts = judged("")
    assert {v.check: f"{v.outcome}: {v.message}" for v in verdicts if v.outcome not in {"pass", "not_applicable"}} == {}
    assert sorted(v.check for v in verdicts) == sorted(CHECKS)
    assert {v.rule for v in verdicts if v.outcome == "not_applicable"} == {m.rule for m in MUTANTS if m.secured}


def test_the_sound_secured_journal_passes_everything(judged: Judged) -> None:
    """The secured journal passes every check, those of who is let in among them."""
    verdicts = judged("", secured=True)
    assert {v.check: f"{v.outcome}: {v.message}" for v in verdicts if v.outcome != "pass"} == {}
    assert sorted(v.check for v in verdicts) == sorted(CHECKS)


def test_every_mutant_is_killed_by_its_own_check(judged: Judged, capsys: pytest.CaptureFixture[str]) -> None:
    """Each fault is caught, and by the check that is there for it; the list is printed and, when whole, kept."""
    with ThreadPoolExecutor(2) as pool:
        rows = list(pool.map(lambda mutant: _row(mutant, judged), CHOSEN))
    if len(rows) == len(MUTANTS):
        MATRIX.parent.mkdir(exist_ok=True)
        MATRIX.write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
    with capsys.disabled():
        for row in rows:
            print(f"\n{'killed  ' if row['killed'] else 'SURVIVED'} {row['mutant']:22} {row['expected_check']}", end="")  # noqa: T201  the list is what this command is for
    assert {row["mutant"]: row["said"] for row in rows if not row["killed"]} == {}


@pytest.mark.parametrize("name", NO_JOURNALS)
def test_what_is_no_journal_scores_no_pass(name: str, judged: Judged) -> None:
    """A candidate that answers everything alike, or nothing, passes not a single rule."""
    verdicts = judged(name, within="0.1" if name == "never-answers" else "20")
    assert {v.check: v.message for v in verdicts if v.outcome == "pass"} == {}
    assert len({v.check for v in verdicts}) == len(CHECKS)
