"""One whole run, made once: what it promises is there, and ``journalbenk verify`` computes again what it says."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from simulator.checks import CHECKS
from simulator.histories import read_verdicts
from simulator.run.verify import verify
from tests.mutants.catalogue import MUTANTS
from tests.run.conftest import write

pytestmark = pytest.mark.slow

NEEDS_SIGN_IN = {m.rule for m in MUTANTS if m.secured}
"""Rules of access: a journal that asks nobody who they are has nothing to try."""
ONLY_LARGER_LOADS = {"NFR-04", "NFR-06"}
"""Requirements that a small load cannot speak for."""


Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """A finished run with conformance and load, and how it ended."""
    folder: Path = tmp_path_factory.mktemp("whole")
    study = write(folder / "town.yaml", municipalities='"5601"', days=9, window="5 s", people=8)
    command = [sys.executable, "-m", "simulator", "run", str(study), "--out", str(folder / "run"), "--lang", "nb"]
    return folder / "run", subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=600)


@pytest.fixture(scope="module")
def finished(done: tuple[Path, Done]) -> Path:
    """The folder of the finished run."""
    return done[0]


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy of it to tamper with."""
    return Path(shutil.copytree(finished, tmp_path / "run"))


def test_the_whole_chain_ends_with_a_report(done: tuple[Path, Done]) -> None:
    """A run against the sound journal is complete: every promised file is there, in the language asked for."""
    folder, ended = done
    assert "Traceback" not in ended.stderr
    assert ended.returncode in (0, 3), ended.stderr
    assert orjson.loads((folder / "manifest.json").read_bytes())["state"] == "complete"
    promised = ("report.html", "junit.xml", "measurements.json", "load/load.parquet", "load/generator.json")
    assert [name for name in promised if not (folder / name).exists()] == []
    assert 'lang="nb"' in (folder / "report.html").read_text("utf-8")
    assert sorted(path.name for path in (folder / "candidate").iterdir()) == ["candidate.log", "neighbours.log"]


def test_the_sound_journal_passes_what_can_be_tried(finished: Path) -> None:
    """No correct journal is failed: every check passes the reference journal, or does not apply to an open one."""
    verdicts = [v for v in read_verdicts(finished / "verdicts.jsonl") if v.requirement not in ONLY_LARGER_LOADS]
    left = {v.check: f"{v.outcome}: {v.message}" for v in verdicts if v.outcome not in {"pass", "not_applicable"}}
    assert left == {}
    assert {v.rule for v in verdicts if v.outcome == "not_applicable"} == NEEDS_SIGN_IN
    assert sorted(v.check for v in verdicts) == sorted(CHECKS)


def test_a_small_load_passes_no_requirement_of_a_large_one(finished: Path) -> None:
    """They are shown as not tried; as unknown where the machine was too busy to send in time."""
    told = [v for v in read_verdicts(finished / "verdicts.jsonl") if v.requirement in ONLY_LARGER_LOADS]
    assert {v.requirement for v in told} == ONLY_LARGER_LOADS
    assert {v.outcome for v in told} <= {"not_applicable", "inconclusive"}


def test_a_finished_run_agrees_with_its_records(finished: Path) -> None:
    """Every digest, verdict and measurement comes out as the run says."""
    faults, count = verify(finished)
    assert faults == []
    assert count > 50


def test_a_verdict_changed_afterwards_is_found(run: Path) -> None:
    """A failure made a pass, or a pass a failure, does not survive recomputing."""
    path = run / "verdicts.jsonl"
    path.write_text(path.read_text("utf-8").replace('"outcome":"pass"', '"outcome":"fail"', 1), "utf-8")
    (fault,) = verify(run)[0]
    assert "the history says pass" in fault


def test_a_measurement_changed_afterwards_is_found(run: Path) -> None:
    """A response time made better does not survive recomputing."""
    path = run / "measurements.json"
    rows: list[dict[str, Any]] = orjson.loads(path.read_bytes())
    rows[0]["value"] /= 2
    path.write_bytes(orjson.dumps(rows))
    assert len(verify(run)[0]) == 1


@pytest.mark.parametrize(
    ("name", "key", "value"), [("load-limits", "verdict", "met-by-far"), ("load-correctness", "outcome", "passed")]
)
def test_what_load_came_to_changed_afterwards_is_found(run: Path, name: str, key: str, value: str) -> None:
    """A limit, or what had to be kept under load, made better does not survive recomputing."""
    path = run / f"{name}.json"
    rows: list[dict[str, Any]] = orjson.loads(path.read_bytes())
    rows[0][key] = value
    path.write_bytes(orjson.dumps(rows))
    (fault,) = verify(run)[0]
    assert fault.startswith(f"{name}.json: {key} of ")
    assert fault.endswith(f", not {value}")


@pytest.mark.parametrize("name", ["events", "notices"])
def test_events_changed_afterwards_are_found(run: Path, name: str) -> None:
    """Another timeline than the one that was simulated has another digest, and so have notices before and in it."""
    shutil.copy(run / "population.parquet", run / f"{name}.parquet")
    assert f"{name}.parquet: digest" in verify(run)[0][0]
