"""A normal weekday of the whole nation: wall time, memory, and what a care event costs beside one municipality's.

Wall time and memory are those of ``journalbenk simulate national-weekday``, its people included. What an event costs is
measured in one process, on the care alone, so that both sides bear the same.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any, Final

import polars as pl

from simulator.care import Settings, simulated
from simulator.domain.scenario import Study
from simulator.figures import Figures
from simulator.run.lives import lives_of
from simulator.scenario import load_study
from tests.benchmarks.care import bare

_STUDY: Final = "national-weekday"
_WALL, _GIB = 60, 4
"""What the weekday may take: seconds of wall time on two cores, GiB of all its processes together."""
_FLAT: Final = 0.8
_MUNICIPALITY: Final = "4601"

Row = dict[str, Any]


def run() -> list[Row]:
    """Rows for ``make bench``: events per second, per GiB and per CPU-second, and how flat the last is."""
    theirs = bare(30_000, 1_000)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        wall, gib = _command(out)
        events = pl.scan_parquet(out / "events.parquet").select(pl.len()).collect().item()
        people = pl.read_parquet(out / "population.parquet")
    rows = [
        _row("weekday_wall", "events per second", events / wall, (events / _WALL, "value"), theirs),
        _row("weekday_memory", "events per GiB of peak memory", events / gib, (events / _GIB, "value"), theirs),
    ]
    figures = Figures.load()
    study = load_study(_STUDY, figures)
    alone = _per_cpu_second(study, people.filter(pl.col("kommunenummer") == _MUNICIPALITY), figures)
    whole = _per_cpu_second(study, people, figures)
    flat = _row("weekday_cost_flat", "events per CPU-second", whole, (_FLAT, "ratio"), alone)
    return [*rows, {**flat, "baseline": "the same care of Bergen alone"}]


def _row(name: str, unit: str, value: float, target: tuple[float, str], theirs: float) -> Row:
    ratio = value / theirs
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "baseline": "bare SimPy resource cycle, events per CPU-second",
        "baseline_value": theirs,
        "ratio": ratio,
        "target": round(target[0], 2),
        "target_of": target[1],
        "n": 1,
        "low": ratio,
        "high": ratio,
    }


def _command(out: Path) -> tuple[float, float]:
    """Wall seconds and peak GiB of all processes of the command."""
    began, peak = perf_counter(), 0
    command = [sys.executable, "-m", "simulator", "simulate", _STUDY, "--workers", "2", "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, sum(_resident(pid) for pid in _family(process.pid)))
            sleep(0.5)
    if process.returncode:
        raise RuntimeError(f"simulate ended with {process.returncode}")
    return perf_counter() - began, peak / 2**30


def _family(pid: int) -> list[int]:
    """A process and all that it started, and they."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(word) for task in tasks for word in (task / "children").read_text("utf-8").split()]
    except OSError:
        return []
    return [pid, *(one for child in children for one in _family(child))]


def _resident(pid: int) -> int:
    """Bytes of memory of a process; none of one that has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _per_cpu_second(study: Study, people: pl.DataFrame, figures: Figures) -> float:
    """Events of the period per CPU-second of simulating them in this process."""
    settings = Settings(lives=lives_of(study, people, figures))
    began = process_time()
    with simulated(study, people, figures, settings=settings) as told:
        events = sum(part.height for part in told.slices())
    return events / (process_time() - began)
