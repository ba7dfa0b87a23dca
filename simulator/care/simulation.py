"""Simulates a study: municipalities in shards, by one worker or several, merged into one timeline."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl

from simulator.care.cluster import crew_on
from simulator.care.colleague import Crew
from simulator.care.crew import Beside, crew_of
from simulator.care.merging import merged
from simulator.care.parts import Part
from simulator.care.plan import make_plan
from simulator.care.shards import People, Region, cut, even
from simulator.care.sharing import kinds_elsewhere
from simulator.care.timeline import ACCOUNTS, PLACES
from simulator.care.windows import together
from simulator.domain.scenario import Study
from simulator.domain.tables import NOTICES
from simulator.figures import Figures

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """How to simulate; none of it changes what happens up to ``until``."""

    replica: int | None = None
    """Only this replica of the population; None for all in the frame."""
    until: int | None = None
    """Stop at this second after the period's start."""
    lives: pl.DataFrame | None = None
    """Events in the residents' lives (tables.LIFE_EVENTS), where a pathway starts from them."""
    on_progress: Progress | None = None
    """Called with how much is done and how much there is: shards, or days where shards wait for one another."""
    cluster: str = ""
    """Address of a Dask scheduler whose workers are to simulate; none for processes of this machine."""
    hands: Sequence[Beside] = ()
    """Processes of this machine that are to simulate; when there are none, some are started and ended."""
    last: bool = False
    """Whether nothing is asked of the hands after this: they end before events are read, which takes memory too."""
    scratch: Path | None = None
    """Folder for what workers leave for one another, removed at the end; None for the system's."""


DEFAULT = Settings()
SCRATCH: Final = "care-"
"""What the name of a folder begins with in which something is put aside."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What came of a study."""

    events: pl.DataFrame
    """Schema ``tables.EVENTS``."""
    accounts: pl.DataFrame
    """Per pathway and step: wanted, done, missed, waiting and under way at the end, warm-up included; and ``overdue``,
    not done at the end though due in the period."""
    places: pl.DataFrame
    """What became of the places in the period, schema ``timeline.PLACES``."""
    notices: pl.DataFrame
    """Who in hospital was ready to leave and who had left, from before the period on, schema ``tables.NOTICES``."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """What came of a study, its events still in shards."""

    parts: list[Part]

    def slices(self) -> Iterator[pl.DataFrame]:
        """The events (schema ``tables.EVENTS``), in order and numbered, some hours at a time."""
        return _ahead(merged([part.file for part in self.parts]))

    @property
    def accounts(self) -> pl.DataFrame:
        """Per pathway and step, as :class:`Simulation` says."""
        accounts = pl.concat([pl.DataFrame(schema=ACCOUNTS), *(part.accounts for part in self.parts)])
        return accounts.group_by("pathway", "step", maintain_order=True).sum()

    @property
    def places(self) -> pl.DataFrame:
        """What became of the places in the period, schema ``timeline.PLACES``."""
        parts = [pl.DataFrame(schema=PLACES), *(part.places for part in self.parts)]
        return pl.concat(parts).group_by("place").sum().sort("place")

    @property
    def notices(self) -> pl.DataFrame:
        """Who in hospital was ready to leave and who had left, schema ``tables.NOTICES``."""
        parts = [pl.DataFrame(schema=NOTICES), *(part.notices for part in self.parts)]
        return pl.concat(parts).sort("at", "episode", "message")


def _ahead(slices: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Each slice, while a thread prepares the next one."""
    with ThreadPoolExecutor(1) as thread:
        following = thread.submit(next, slices, None)
        while (part := following.result()) is not None:
            following = thread.submit(next, slices, None)
            yield part


def simulate(
    study: Study, population: People, figures: Figures, *, workers: int = 1, settings: Settings = DEFAULT
) -> pl.DataFrame:
    """The care events of a study over its population (schema ``tables.EVENTS``), in order and numbered.

    The same study, seed and people give the same bytes for any number of ``workers``.
    """
    return simulate_fully(study, population, figures, workers=workers, settings=settings).events


def simulate_fully(
    study: Study, population: People, figures: Figures, *, workers: int = 1, settings: Settings = DEFAULT
) -> Simulation:
    """The care events of a study, and an account of every step that was wanted."""
    with simulated(study, population, figures, workers=workers, settings=settings) as told:
        return Simulation(pl.concat(told.slices()), told.accounts, told.places, told.notices)


@contextmanager
def simulated(
    study: Study, population: People, figures: Figures, *, workers: int = 1, settings: Settings = DEFAULT
) -> Iterator[Simulated]:
    """A study carried out; its events can be read, slice by slice, until the block ends."""
    plan = make_plan(study, figures, settings.until, settings.lives)
    people = population if settings.replica is None else population.filter(pl.col("replica") == settings.replica)
    with TemporaryDirectory(prefix=SCRATCH, dir=settings.scratch) as name:
        folder = Path(name)
        here = crew_of(plan, workers, folder, settings.hands)
        with crew_on(settings.cluster, plan) if settings.cluster else here as crew:
            regions = cut(people, study, plan, len(crew), folder)
            if kinds_elsewhere(plan) and not even(regions, len(crew)):
                parts = together(plan, crew, [shard for region in regions for shard in region], settings.on_progress)
            else:
                parts = _apart(crew, regions, settings.on_progress)
        for hand in settings.hands if settings.last else ():
            hand.dismiss()
        yield Simulated([part.kept(folder) for part in sorted(parts, key=lambda part: part.shard)])


def _apart(crew: Crew, regions: list[Region], on_progress: Progress | None) -> list[Part]:
    """Regions simulated each by itself, by whoever is free, in their order."""
    parts: list[Part] = []
    waiting = iter(regions)
    busy: dict[Future[Any], int] = {}

    def give(member: int) -> None:
        region = next(waiting, None)
        if region is not None:
            sent = [shard.to_send() for shard in region] if crew[member].far else region
            busy[crew[member].ask("simulate", sent)] = member

    for member in range(len(crew)):
        give(member)
    while busy:
        for future in wait(busy, return_when=FIRST_COMPLETED).done:
            give(busy.pop(future))
            parts += future.result()
            if on_progress is not None:
                on_progress(len(parts), sum(map(len, regions)))
    return parts
