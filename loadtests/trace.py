"""The trace: what must exist before, what the clock releases when, and what waits for what."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import polars as pl

from simulator.domain import tables
from simulator.errors import InputError

_LEAVES_NO_TRACE: Final = frozenset({"read", "vread", "search", "history", "capabilities"})


@dataclass(frozen=True, slots=True)
class Trace:
    """A study's interactions cut at the window: rows to seed, rows to release, and their order.

    ``followers[i]`` are the positions that may be sent only when position ``i`` is done; ``waits[i]`` counts those
    position ``i`` itself waits for. A resident's interactions follow one another, and so do those of an event.
    """

    seeds: list[dict[str, Any]]
    care: pl.DataFrame
    intended: list[int]
    """Nanoseconds from the start of the window, ascending."""
    waits: list[int]
    followers: list[tuple[int, ...]]
    left_out: int
    """Interactions after the window."""


def read_interactions(folder: Path) -> pl.DataFrame:
    """The interactions of ``folder``; raises InputError when they are missing or of another shape."""
    path = folder / "interactions.parquet"
    if not path.is_file():
        raise InputError("no such file", where=str(path), remedy="Prepare the load folder first.")
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"not a readable Parquet file ({type(error).__name__})", where=str(path)) from None
    missing = sorted(set(tables.INTERACTIONS) - set(frame.columns))
    if missing:
        raise InputError(f"columns are missing: {', '.join(missing)}", where=str(path))
    return frame


def make_trace(frame: pl.DataFrame, start: datetime, seconds: float) -> Trace:
    """Cut ``frame`` at the window [start, start + seconds); raises InputError when nothing falls into it."""
    start = start.astimezone(UTC)
    end = start + timedelta(seconds=seconds)
    in_care = pl.col("phase").cast(pl.String) == "care"
    care = frame.filter(in_care & (pl.col("at") >= start) & (pl.col("at") < end)).sort("at", "seq")
    if care.is_empty():
        raise InputError(
            f"no interaction falls between {start.isoformat()} and {end.isoformat()}",
            where="interactions.parquet",
            remedy="Choose another --window-start, or more --seconds.",
        )
    before = frame.filter(~in_care | (pl.col("at") < start)).sort("phase", "at", "seq")
    seeds = [row for row in before.iter_rows(named=True) if row["verb"] not in _LEAVES_NO_TRACE]
    _require_all_needed(care, seeds)
    waits, followers = _order(care)
    intended = ((care["at"] - start).dt.total_milliseconds() * 1_000_000).to_list()
    return Trace(seeds, care, intended, waits, followers, frame.height - before.height - care.height)


def _require_all_needed(care: pl.DataFrame, seeds: list[dict[str, Any]]) -> None:
    known = set(care["interaction"]) | {row["interaction"] for row in seeds}
    absent = [name for name in care["needs"].explode().drop_nulls().unique() if name not in known]
    if absent:
        raise InputError(
            f"{len(absent)} interactions that others refer to are not in the file, the first of them {min(absent)}",
            where="interactions.parquet",
            remedy="Write the window together with everything it needs.",
        )


def _order(care: pl.DataFrame) -> tuple[list[int], list[tuple[int, ...]]]:
    position = {name: i for i, name in enumerate(care["interaction"])}
    after: list[set[int]] = [set() for _ in range(care.height)]
    latest: dict[tuple[str, int], int] = {}
    columns = care.select("resident", "event", "needs", "target").iter_rows()
    for i, (resident, event, needs, target) in enumerate(columns):
        key = ("resident", resident) if resident >= 0 else ("event", event)
        if key in latest:
            after[i].add(latest[key])
        if key[1] >= 0:
            latest[key] = i
        for name in (*(needs or ()), target):
            earlier = position.get(name, i) if name else i
            if earlier < i:
                after[i].add(earlier)
    followers: list[list[int]] = [[] for _ in range(care.height)]
    for i, earlier_ones in enumerate(after):
        for earlier in earlier_ones:
            followers[earlier].append(i)
    return [len(earlier_ones) for earlier_ones in after], [tuple(later) for later in followers]
