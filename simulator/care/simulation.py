"""Simulates a study: municipalities in shards, in one process or several, merged into one timeline."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from multiprocessing import get_context
from typing import Final

import polars as pl

from simulator.care.engine import Engine
from simulator.care.plan import Plan, make_plan
from simulator.care.timeline import ACCOUNTS, accounts_of, events_of, merge
from simulator.domain.scenario import Study
from simulator.figures import Figures

_MOST_PEOPLE: Final = 400_000
"""Residents of a shard of several municipalities at the most: what is prepared for a shard is in memory at once."""
_SHARDS_EACH: Final = 4

Progress = Callable[[int, int], None]
Shard = tuple[Plan, pl.DataFrame]
Part = tuple[pl.DataFrame, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Settings:
    """How to simulate; none of it changes what happens up to ``until``."""

    replica: int | None = None
    """Only this replica of the population; None for all in the frame."""
    until: int | None = None
    """Stop at this second after the period's start."""
    on_progress: Progress | None = None
    """Called with the number of shards done and of all."""


DEFAULT = Settings()


@dataclass(frozen=True, slots=True)
class Simulation:
    """What came of a study."""

    events: pl.DataFrame
    """Schema ``tables.EVENTS``."""
    accounts: pl.DataFrame
    """Per pathway and step: wanted, done, missed, waiting and under way at the end; warm-up included."""


def simulate(
    study: Study, population: pl.DataFrame, figures: Figures, *, workers: int = 1, settings: Settings = DEFAULT
) -> pl.DataFrame:
    """The care events of a study over its population (schema ``tables.EVENTS``), in order and numbered.

    The same study, seed and people give the same bytes for any number of ``workers``.
    """
    return simulate_fully(study, population, figures, workers=workers, settings=settings).events


def simulate_fully(
    study: Study, population: pl.DataFrame, figures: Figures, *, workers: int = 1, settings: Settings = DEFAULT
) -> Simulation:
    """The care events of a study, and an account of every step that was wanted."""
    plan = make_plan(study, figures, settings.until)
    people = population if settings.replica is None else population.filter(pl.col("replica") == settings.replica)
    shards = [(plan, shard) for shard in _shards(people, workers)]
    parts = []
    with _mapped(shards, workers) as results:
        for part in results:
            parts.append(part)
            if settings.on_progress is not None:
                settings.on_progress(len(parts), len(shards))
    accounts = pl.concat([pl.DataFrame(schema=ACCOUNTS), *(part[1] for part in parts)])
    summed = accounts.group_by("pathway", "step", maintain_order=True).sum()
    return Simulation(merge([part[0] for part in parts]), summed)


def _shards(people: pl.DataFrame, workers: int) -> list[pl.DataFrame]:
    """Whole municipalities, together so many people that each worker has several shards; the largest first."""
    home = pl.struct("replica", "kommunenummer")
    sites = (
        people.select(site=home.rle_id(), home=home)
        .group_by("site", maintain_order=True)
        .agg(pl.len(), pl.first("home"))
    )
    if sites["home"].is_duplicated().any():
        return _shards(people.sort("replica", "kommunenummer", maintain_order=True), workers)
    most = min(_MOST_PEOPLE, people.height / (_SHARDS_EACH * workers))
    lengths: list[int] = []
    for length in sites["len"]:
        if lengths and lengths[-1] + length <= most:
            lengths[-1] += length
        else:
            lengths.append(length)
    starts = [0, *accumulate(lengths)]
    shards = [people.slice(start, length) for start, length in zip(starts, lengths, strict=False)]
    return sorted(shards, key=len, reverse=True)


def simulate_shard(shard: Shard) -> Part:
    """A shard's events, not yet numbered, and its accounts."""
    plan, frame = shard
    engine = Engine(plan, frame)
    return events_of(engine, engine.run()), accounts_of(engine)


@contextmanager
def _mapped(shards: list[Shard], workers: int) -> Iterator[Iterable[Part]]:
    """The shards' results in their order, made here or by worker processes."""
    if workers <= 1 or len(shards) <= 1:
        yield map(simulate_shard, shards)
        return
    # Spawned, not forked: the columns' library keeps threads that a fork would cut off.
    pool = ProcessPoolExecutor(min(workers, len(shards)), mp_context=get_context("spawn"))
    try:
        yield pool.map(simulate_shard, shards)
    finally:
        pool.shutdown(cancel_futures=True)
