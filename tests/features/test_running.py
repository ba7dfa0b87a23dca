"""Running the features: what is not claimed is left out, and the bench's own lack is never the candidate's."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.study import NobodyError, Study, anybody
from simulator.candidates import load_candidate, running
from simulator.checks import CHECKS
from simulator.domain.tables import EVENTS, INTERACTIONS, POPULATION
from simulator.histories import read_verdicts
from simulator.places import FEATURES

CANDIDATE = """
name: sound
title: The reference journal, claiming only some of it
base_url: http://127.0.0.1:{port}/fhir
auth: none
claims: [JRN]
start:
  command: ["{python}", "-m", "simulator.journal", "--open", "--port", "{port}", "--data", "{data}"]
"""


@pytest.fixture
def nobody(tmp_path: Path) -> Path:
    """A run in which nobody lives."""
    for name, schema in (("population", POPULATION), ("events", EVENTS), ("interactions", INTERACTIONS)):
        pl.DataFrame(schema=schema).write_parquet(tmp_path / f"{name}.parquet")
    return tmp_path


@pytest.fixture
def served(nobody: Path) -> Iterator[dict[str, str]]:
    """The journal, and the environment the features need."""
    yaml = nobody / "candidate.yaml"
    yaml.write_text(CANDIDATE)
    with running(load_candidate(str(yaml)), nobody) as found:
        names = {"RUN": str(nobody), "CANDIDATE": str(yaml), "BASE_URL": found.base_url}
        yield {f"JOURNALBENK_{name}": value for name, value in names.items()}


def _run(
    folder: Path, environment: dict[str, str], features: Path = FEATURES, *more: str
) -> subprocess.CompletedProcess[str]:
    report = f"--junitxml={folder / 'junit.xml'}"
    command = [sys.executable, "-m", "pytest", str(features), "-q", "--import-mode=importlib", report, *more]
    return subprocess.run(
        command, env={**os.environ, **environment}, cwd=folder, capture_output=True, text=True, check=False
    )


def test_what_is_not_claimed_or_not_to_be_had_is_told(nobody: Path, served: dict[str, str]) -> None:
    """A capability not claimed is not applicable; a study without anybody who fits is the bench's lack."""
    done = _run(nobody, served)
    verdicts = read_verdicts(nobody / "verdicts.jsonl")
    seen = {(v.capability == "JRN", v.outcome, v.attribution) for v in verdicts}
    assert seen == {(True, "inconclusive", "bench"), (False, "not_applicable", "candidate")}, done.stdout
    assert done.returncode == 1
    assert sorted(v.check for v in verdicts) == sorted(CHECKS)
    assert "skipped" in (nobody / "junit.xml").read_text("utf-8")


VERDICTLESS = """Feature: Examples that come to no verdict
  @JRN-03 @R-JRN-03
  Scenario: Words that no step has
    Then nobody has written a step for this

  @JRN-04 @R-JRN-04A
  Scenario: Steps that judge nothing
    Then all is well
"""
BOUND = """
from pytest_bdd import scenarios, then

scenarios("mine.feature")


@then("all is well")
def well():
    pass
"""


def test_an_example_without_a_verdict_is_an_error(nobody: Path, served: dict[str, str]) -> None:
    """Words that no step has, and steps that end without judging, are errors of the bench, not silence."""
    mine = nobody / "mine"
    mine.mkdir()
    for name, text in (
        ("mine.feature", VERDICTLESS),
        ("test_mine.py", BOUND),
        ("conftest.py", "from features.conftest import *"),
    ):
        (mine / name).write_text(text, "utf-8")
    done = _run(nobody, served, mine, "-c", str(FEATURES / "pytest.ini"), "--rootdir", str(mine))
    found = {v.rule: (v.outcome, v.attribution) for v in read_verdicts(nobody / "verdicts.jsonl")}
    assert found == dict.fromkeys(("R-JRN-03", "R-JRN-04A"), ("error", "bench")), done.stdout
    assert done.returncode == 1
    assert "2 failed" in done.stdout


def test_features_without_a_run_say_what_to_do(tmp_path: Path) -> None:
    """Started by hand without a run, the features name what is missing and how to start them."""
    done = _run(tmp_path, {"JOURNALBENK_RUN": "", "JOURNALBENK_CAPABILITY": "GRU"})
    assert "Start the features with `journalbenk conformance`" in done.stdout


def _resident(number: int) -> dict[str, Any]:
    row = dict.fromkeys(INTERACTIONS) | {"interaction": f"p{number}", "seq": number, "phase": "record", "event": -1}
    return row | {"resident": number, "verb": "create", "type": "Patient", "body": b"{}", "needs": []}


@pytest.fixture
def small(nobody: Path) -> Study:
    """A run with three people."""
    rows = [_resident(n) for n in range(3)]
    pl.DataFrame(rows, schema=INTERACTIONS).write_parquet(nobody / "interactions.parquet")
    people = [dict.fromkeys(POPULATION) | {"resident": n} for n in range(3)]
    pl.DataFrame(people, schema=POPULATION).write_parquet(nobody / "population.parquet")
    return Study(nobody)


def test_nobody_takes_part_twice(small: Study) -> None:
    """Each example has people of its own, until there are none left."""
    met = {small.resident("example", anybody, record_Patient=1).person["resident"] for _ in range(3)}
    assert met == {0, 1, 2}
    with pytest.raises(NobodyError):
        small.resident("example", anybody, record_Patient=1)


def test_the_same_example_meets_the_same_people(nobody: Path, small: Study) -> None:
    """Who takes part depends on the example's name and the study, not on chance."""
    again = Study(nobody)
    assert small.resident("one", anybody).person == again.resident("one", anybody).person


def test_only_who_fits_takes_part(small: Study) -> None:
    """A resident who does not fit is passed over."""
    assert small.resident("example", lambda r: r.person["resident"] == 2).person["resident"] == 2
