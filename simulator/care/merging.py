"""Shards' events as one timeline, in order and numbered, some hours of it in memory at a time."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from simulator.domain.tables import EVENTS

ORDER: Final = ("at", "resident", "episode", "step")
_SLICE: Final = 200_000
"""Events in memory at a time, as long as not so many are of one instant."""


def merged(files: Sequence[Path], most: int = _SLICE) -> Iterator[pl.DataFrame]:
    """The events of the files, each in order of time, in the order of ``tables.EVENTS``, a slice of them at a time.

    The same however events were shared out over files. There is a slice at the least, be it empty.
    """
    scans = [pl.scan_ipc(file) for file in files]
    instants = [scan.select(pl.col("at").to_physical()).collect()["at"].to_numpy() for scan in scans]
    every = np.sort(np.concatenate(instants)) if instants else np.zeros(0, dtype=np.int64)
    if not len(every):
        yield pl.DataFrame(schema=EVENTS)
        return
    cuts = [every[0], *np.unique(every[most::most]), every[-1] + 1]
    number = 0
    for first, last in pairwise(np.unique(cuts)):
        bounds = [np.searchsorted(at, (first, last)).tolist() for at in instants]
        parts = [scan.slice(a, b - a) for scan, (a, b) in zip(scans, bounds, strict=True) if b > a]
        part = pl.concat(pl.collect_all(parts)).sort(ORDER)
        yield part.drop("event").with_row_index("event", number).cast({"event": pl.UInt32}).select(list(EVENTS))
        number += part.height
