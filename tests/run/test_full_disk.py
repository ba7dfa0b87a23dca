"""A disk without room for what is put aside while care is simulated is said to be full."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import polars as pl
import pytest

from simulator.domain.scenario import Study
from simulator.errors import DiskFullError
from simulator.figures import Figures
from simulator.population import make_population
from simulator.run import load, timeline
from simulator.run.folder import RunFolder
from simulator.run.job import Job
from simulator.run.progress import Silent
from simulator.run.replication import Means, carry_out, task_of
from simulator.scenario import load_study
from simulator.storage import room

FULL = "No space left on device (os error 28)"


@pytest.mark.parametrize("error", [ConnectionRefusedError(111, "no"), OSError("the other side is gone"), ValueError()])
def test_what_is_no_full_disk_stays_what_it_is(tmp_path: Path, error: Exception) -> None:
    """Such as a scheduler of other machines that is gone."""
    with pytest.raises(type(error)) as told, room(tmp_path):
        raise error
    assert told.value is error


@pytest.fixture
def job() -> Job:
    """What a run works with."""
    return Job(Figures.load(), Silent())


@pytest.fixture
def study(islands: Path, job: Job, monkeypatch: pytest.MonkeyPatch) -> Study:
    """A study for whose shards there is no room."""

    def full(*_: Any, **__: Any) -> NoReturn:
        raise OSError(FULL)

    monkeypatch.setattr(pl.LazyFrame, "sink_ipc", full)
    return load_study(str(islands), job.figures)


@pytest.mark.parametrize("way", ["run", "simulate", "load"])
def test_no_room_for_what_is_put_aside_is_a_full_disk(study: Study, job: Job, tmp_path: Path, way: str) -> None:
    """In a run, a replication and the load's preparation alike: exit code 3 and what to do, no fault of the bench."""
    folder = RunFolder.create(tmp_path / "run", "x")
    people = folder.path / timeline.PEOPLE_FILE
    make_population(job.figures, study.municipalities, study.seed).write_parquet(people)
    assert study.load is not None
    plan = replace(study.load)
    ways: dict[str, Callable[[], object]] = {
        "run": lambda: timeline.make_timeline(study, folder, job),
        "simulate": lambda: carry_out(task_of(study, "", 0), Means(people, job.figures)),
        "load": lambda: load.prepare(study, plan, job),
    }
    with pytest.raises(DiskFullError, match="the disk is full"):
        ways[way]()
