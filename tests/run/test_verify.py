"""``journalbenk verify``: what a run says is computed again from what it recorded."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from simulator.errors import InputError
from simulator.run.verify import verify

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, run_once: Callable[..., Path]) -> Path:
    """A finished run with conformance and load."""
    return run_once(tmp_path_factory.mktemp("verify"))


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy of it to tamper with."""
    return Path(shutil.copytree(finished, tmp_path / "run"))


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


def test_events_changed_afterwards_are_found(run: Path) -> None:
    """Another timeline than the one that was simulated has another digest."""
    shutil.copy(run / "population.parquet", run / "events.parquet")
    assert "events.parquet: digest" in verify(run)[0][0]


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    """A folder that holds no run is wrong input."""
    with pytest.raises(InputError, match=r"no manifest\.json"):
        verify(tmp_path)
