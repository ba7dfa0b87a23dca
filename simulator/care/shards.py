"""The people of a study cut into shards of whole municipalities, each of which a worker reads for itself.

Shards whose municipalities share organisations make a region. What happens in one is no other's affair.
"""

import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

import polars as pl

from simulator.care.plan import Plan
from simulator.care.sharing import kinds_elsewhere
from simulator.domain.scenario import Study

People = pl.DataFrame | pl.LazyFrame

_MOST_PEOPLE: Final = 400_000
"""Residents of a shard of several municipalities at the most: what is prepared for a shard is in memory at once."""
_SHARDS_EACH: Final = 4
_UNEVEN: Final = 1.25
"""How many times its fair part the largest region may be, for regions to be simulated each by itself."""
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


Region = list[Shard]
"""Shards that share organisations with one another and with no others, the largest first."""


def cut(people: People, study: Study, plan: Plan, workers: int, folder: Path) -> list[Region]:
    """Write the people into ``folder`` and say which of them are together, the largest region first.

    A shard has whole municipalities, and so few people that each worker has several. Only columns that the study
    names are written: as they lie in memory, so that a shard is read without looking at the others.
    """
    named = set(re.findall(r"\w+", repr(study)))
    lazy = people.lazy()
    kept = lazy.select(name for name in lazy.collect_schema() if name in named or name in _ALWAYS)
    sites = _sites(kept, plan)
    if sites.select(_HOME).is_duplicated().any() or not sites["region"].is_sorted():
        kept = kept.join(sites.lazy().unique(_HOME).drop("len"), on=_HOME, maintain_order="left")
        kept = kept.sort("region", *_HOME, maintain_order=True).drop("region")
        sites = _sites(kept, plan)
    file = folder / "people.arrow"
    kept.sink_ipc(file, compression="uncompressed")
    most = min(_MOST_PEOPLE, int(sites["len"].sum()) / (_SHARDS_EACH * workers))
    regions: dict[int, Region] = {}
    start = 0
    for number, (region, count) in enumerate(_grouped(sites.select("region", "len").rows(), most)):
        # Where nothing is shared a shard is a region by itself.
        key = region if kinds_elsewhere(plan) else number
        regions.setdefault(key, []).append(Shard(number, start, count, file))
        start += count
    found = [sorted(region, key=lambda shard: -shard.count) for region in regions.values()]
    return sorted(found, key=_size, reverse=True)


def even(regions: list[Region], workers: int) -> bool:
    """Whether regions that are simulated each by itself keep as many workers busy."""
    sizes = [_size(region) for region in regions]
    return len(sizes) > 1 and max(sizes) * workers <= _UNEVEN * sum(sizes)


def _size(region: Region) -> int:
    return sum(shard.count for shard in region)


def _sites(people: pl.LazyFrame, plan: Plan) -> pl.DataFrame:
    """Replica, municipality, region and number of people of each run of rows that are of one municipality."""
    homes = people.select(_HOME).with_columns(run=pl.struct(_HOME).rle_id())
    sites = homes.group_by("run", maintain_order=True).agg(pl.first(*_HOME), pl.len()).drop("run").collect()
    region = _regions(plan, sites.select(_HOME).rows())
    return sites.with_columns(region=pl.Series(region, dtype=pl.Int64))


def _regions(plan: Plan, homes: list[tuple[int, str]]) -> list[int]:
    """For each municipality (replica and number) a number that those have in common who share any organisation."""
    shared = sorted(kinds_elsewhere(plan))
    first: dict[tuple[int, str, str], int] = {}
    found = list(range(len(homes))) if shared else [0] * len(homes)
    for n, (replica, number) in enumerate(homes):
        for kind in shared:
            other = first.setdefault((replica, kind, plan.areas[kind][number]), n)
            low, high = sorted((found[n], found[other]))
            found = [low if region == high else region for region in found]
    return found


def _grouped(sites: list[tuple[int, int]], most: float) -> list[tuple[int, int]]:
    """Region and size of consecutive sites of one region, put together up to so many people."""
    groups: list[tuple[int, int]] = []
    for region, length in sites:
        if groups and groups[-1][0] == region and groups[-1][1] + length <= most:
            groups[-1] = region, groups[-1][1] + length
        else:
            groups.append((region, length))
    return groups
