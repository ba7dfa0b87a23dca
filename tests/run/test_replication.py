"""Replications in processes of their own."""

from multiprocessing import active_children
from pathlib import Path
from typing import Any, cast

import pytest

from simulator.errors import BenchError
from simulator.figures import Figures
from simulator.run.job import Job
from simulator.run.progress import Silent
from simulator.run.replication import Means, hands_for, mapped
from simulator.scenario import load_study


def test_no_process_hears_ctrl_c_while_it_starts(tmp_path: Path) -> None:
    """A pool's processes hold Ctrl-C back from their first instruction on, and still tell of what went wrong."""
    nothing = cast("Any", None)
    with mapped(Means(tmp_path / "nobody.parquet", Figures.load(), workers=2), residents=0) as spread:
        outcomes = spread([nothing])
        started = [Path(f"/proc/{process.pid}/status").read_text("utf-8") for process in active_children()]
        with pytest.raises(AttributeError, match="study"):
            next(outcomes)
    held = [next(line for line in status.splitlines() if line.startswith("SigBlk:")) for status in started]
    assert held
    assert all(int(line.split()[1], 16) & 0b10 for line in held)


@pytest.mark.parametrize(
    ("name", "cluster", "expected"),
    [("national-weekday", "", 2), ("national-weekday", "tcp://127.0.0.1:9", 0), ("quickstart", "", 0)],
)
def test_processes_get_ready_beforehand_for_a_large_study_only(name: str, cluster: str, expected: int) -> None:
    """A nation that is spread over this machine's processes has them started before its people are made."""
    figures = Figures.load()
    job = Job(figures, Silent(), workers=2, cluster=cluster)
    with hands_for(load_study(name, figures), job) as hands:
        assert len(hands) == expected


def test_a_process_that_is_killed_is_told_of(tmp_path: Path) -> None:
    """What the machine ended, as for want of memory, is no fault of the bench; the message says what helps."""
    means = Means(tmp_path / "nobody.parquet", Figures.load(), workers=2)

    def work() -> None:
        with mapped(means, residents=0) as spread:
            outcomes = spread([cast("Any", None)] * 20)
            for process in active_children():
                process.kill()
            list(outcomes)

    with pytest.raises(BenchError, match="take fewer --workers"):
        work()
