"""Replications in processes of their own."""

from multiprocessing import active_children
from pathlib import Path
from typing import Any, cast

import pytest

from simulator.errors import BenchError
from simulator.figures import Figures
from simulator.run.replication import Means, mapped


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
