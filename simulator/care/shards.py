"""The people of a study cut into shards of whole municipalities, each of which a worker reads for itself."""

import re
from dataclasses import dataclass
from io import BytesIO
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final

import polars as pl

from simulator.domain.scenario import Study

People = pl.DataFrame | pl.LazyFrame

_MOST_PEOPLE: Final = 400_000
"""Residents of a shard of several municipalities at the most: what is prepared for a shard is in memory at once."""
_SHARDS_EACH: Final = 4
_ALWAYS: Final = ("resident", "replica", "kommunenummer", "sex", "age")
_HOME: Final = ("replica", "kommunenummer")


@dataclass(frozen=True, slots=True)
class Shard:
    """Consecutive people in a file that the workers of this machine read, or by themselves for another machine."""

    number: int
    start: int
    count: int
    file: Path
    data: bytes = b""

    def people(self) -> pl.DataFrame:
        """Its residents."""
        if self.data:
            return pl.read_ipc(BytesIO(self.data))
        return pl.scan_ipc(self.file).slice(self.start, self.count).collect()

    def to_send(self) -> "Shard":
        """The shard with its people in it."""
        file = BytesIO()
        self.people().write_ipc(file, compression="lz4")
        return Shard(self.number, self.start, self.count, self.file, file.getvalue())


def cut(people: People, study: Study, workers: int, folder: Path) -> list[Shard]:
    """Write the people into ``folder`` and say which of them are together, the largest shard first.

    A shard has whole municipalities, and so few people that each worker has several. Only columns that the study
    names are written: as they lie in memory, so that a shard is read without looking at the others.
    """
    named = set(re.findall(r"\w+", repr(study)))
    lazy = people.lazy()
    kept = lazy.select(name for name in lazy.collect_schema() if name in named or name in _ALWAYS)
    sites = _sites(kept)
    if sites.select(_HOME).is_duplicated().any():
        kept = kept.sort(_HOME, maintain_order=True)
        sites = _sites(kept)
    file = folder / "people.arrow"
    kept.sink_ipc(file, compression="uncompressed")
    lengths = sites["len"].to_list()
    most = min(_MOST_PEOPLE, sum(lengths) / (_SHARDS_EACH * workers))
    bounds = [0, *accumulate(_grouped(lengths, most))]
    shards = [Shard(n, start, end - start, file) for n, (start, end) in enumerate(pairwise(bounds))]
    return sorted(shards, key=lambda shard: -shard.count)


def _sites(people: pl.LazyFrame) -> pl.DataFrame:
    """Replica, municipality and number of people of each run of rows that are of one municipality."""
    homes = people.select(_HOME).with_columns(run=pl.struct(_HOME).rle_id())
    return homes.group_by("run", maintain_order=True).agg(pl.first(*_HOME), pl.len()).collect()


def _grouped(lengths: list[int], most: float) -> list[int]:
    groups: list[int] = []
    for length in lengths:
        if groups and groups[-1] + length <= most:
            groups[-1] += length
        else:
            groups.append(length)
    return groups
