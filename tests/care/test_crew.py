"""Who simulates decides nothing: processes of this machine, a Dask cluster; and nobody is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from simulator.care import Settings, simulate, simulated
from simulator.care.cluster import crew_on
from simulator.care.crew import crew_of, hired
from simulator.care.plan import make_plan
from simulator.domain.digest import table_digest
from simulator.domain.scenario import Study
from simulator.errors import BenchError, InputError
from simulator.figures import Figures
from simulator.population import make_population
from simulator.scenario import load_study

SMALL = ("5532", "5534", "5536")


@pytest.fixture(scope="module")
def study(figures: Figures) -> Study:
    """The default study over three small municipalities for a day."""
    return replace(load_study("quickstart", figures), municipalities=SMALL, days=1)


@pytest.fixture(scope="module")
def residents(figures: Figures, study: Study) -> pl.DataFrame:
    """The people of those municipalities."""
    return make_population(figures, study.municipalities, study.seed)


def test_a_dask_cluster_gives_the_same_bytes(
    study: Study, residents: pl.DataFrame, figures: Figures, cluster: str
) -> None:
    """Two workers of a cluster make the timeline that this process makes."""
    far = simulate(study, residents, figures, settings=Settings(cluster=cluster))
    assert far.height > 500
    assert table_digest(far) == table_digest(simulate(study, residents, figures))


def test_a_cluster_that_is_not_there_is_named(study: Study, figures: Figures, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address at which no scheduler answers ends in one error that names it."""
    monkeypatch.setattr("simulator.care.cluster._PATIENCE_S", 0.3)
    with pytest.raises(InputError, match=r"127\.0\.0\.1:9"), crew_on("tcp://127.0.0.1:9", make_plan(study, figures)):
        pass


def test_the_same_processes_simulate_one_study_after_the_other(
    study: Study, residents: pl.DataFrame, figures: Figures
) -> None:
    """Processes that are ready beforehand make the timeline that this process makes, and then that of another seed."""
    other = replace(study, seed=study.seed + 1)
    with hired(2) as hands:
        found = [
            table_digest(simulate(one, residents, figures, workers=2, settings=Settings(hands=hands)))
            for one in (study, other)
        ]
        assert all(_runs(hand.pid or 0) for hand in hands)
    assert found == [table_digest(simulate(one, residents, figures)) for one in (study, other)]
    assert not any(_runs(hand.pid or 0) for hand in hands)


def test_processes_end_when_nothing_more_is_asked_of_them(
    study: Study, residents: pl.DataFrame, figures: Figures
) -> None:
    """After the last study they are gone before its events are read."""
    with hired(2) as hands:
        settings = Settings(hands=hands, last=True)
        with simulated(study, residents, figures, workers=2, settings=settings) as told:
            assert not any(_runs(hand.pid or 0) for hand in hands)
            assert sum(events.height for events in told.slices()) > 500


def test_a_killed_worker_ends_in_one_clear_error(study: Study, figures: Figures, tmp_path: Path) -> None:
    """What was asked of a process that is gone fails with its exit code and what to do."""
    with crew_of(make_plan(study, figures), 2, tmp_path) as crew:
        process: Any = crew[0]
        os.kill(process.pid, signal.SIGKILL)
        future: Future[Any] = crew[0].ask("simulate", None)
        with pytest.raises(BenchError, match="exit code -9"):
            future.result(timeout=30)


def test_what_goes_wrong_in_a_worker_is_raised_here(study: Study, figures: Figures, tmp_path: Path) -> None:
    """A fault in a worker process comes back to whoever asked as what it is."""
    with crew_of(make_plan(study, figures), 2, tmp_path) as crew, pytest.raises(TypeError, match="NoneType"):
        crew[1].ask("simulate", None).result(timeout=60)


def test_no_worker_is_left_when_the_work_is_given_up(study: Study, figures: Figures, tmp_path: Path) -> None:
    """Leaving in the middle of the work ends every process of the crew."""
    pids = []
    with pytest.raises(KeyboardInterrupt), crew_of(make_plan(study, figures), 2, tmp_path) as crew:  # noqa: PT012  the block is what is left
        members: list[Any] = list(crew)
        pids = [member.pid for member in members]
        raise KeyboardInterrupt
    assert len(pids) == 2
    assert not any(_runs(pid) for pid in pids)


def test_no_worker_hears_ctrl_c_while_it_starts(study: Study, figures: Figures, tmp_path: Path) -> None:
    """A worker holds Ctrl-C back from its first instruction on; whoever asked is the one who hears of it."""
    with crew_of(make_plan(study, figures), 2, tmp_path) as crew:
        members: list[Any] = list(crew)
        assert all(holds_back_ctrl_c(member.pid) for member in members)
    assert not holds_back_ctrl_c(os.getpid())


def test_ctrl_c_leaves_no_worker(tmp_path: Path) -> None:
    """A simulation interrupted by hand ends with its code, and its worker processes with it."""
    command = [sys.executable, "-m", "simulator", "simulate", "quickstart", "--workers", "2", "--out", "run"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        workers = _wait_for(lambda: _children(process.pid), 90)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=90)
    assert process.returncode == 3
    assert "stopped by hand" in said
    assert len(workers) >= 2
    assert _wait_for(lambda: not any(_runs(pid) for pid in workers), 20)


def _children(parent: int) -> list[int]:
    """Worker processes of a process, once there are two of them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(entry.parent.name))
    return found if len(found) >= 2 else []


def holds_back_ctrl_c(pid: int) -> bool:
    """Whether Linux keeps SIGINT from a process."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    blocked = next(line for line in status.splitlines() if line.startswith("SigBlk:"))
    return bool(int(blocked.split()[1], 16) & (1 << (signal.SIGINT - 1)))


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _wait_for(look: Callable[[], Any], seconds: float) -> Any:
    """What ``look`` finds, as soon as it finds anything."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError("nothing found in time")
