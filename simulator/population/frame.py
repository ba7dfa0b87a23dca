"""Puts the columns of a population together, a block of municipalities at a time to keep memory small."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from simulator.domain.figure import SEXES
from simulator.domain.tables import POPULATION
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.population.addresses import make_addresses, make_phones, make_protection
from simulator.population.backgrounds import Backgrounds, make_backgrounds, make_languages
from simulator.population.care_needs import CareModels, care_models, make_care_needs
from simulator.population.gp_lists import make_fastlege
from simulator.population.health import condition_models, make_conditions
from simulator.population.households import make_households
from simulator.population.layout import Layout, Site
from simulator.population.names import make_names
from simulator.population.odds import Model
from simulator.population.use import Uses, make_gp_use

_BLOCK: Final = 60_000
_SEXES: Final = pl.Series(SEXES, dtype=POPULATION["sex"])


@dataclass(frozen=True, slots=True)
class Known:
    """What every block is made from."""

    layout: Layout
    figures: Figures
    models: list[Model]
    care: CareModels
    uses: Uses
    backgrounds: Backgrounds
    seed: int


def make_population(
    figures: Figures, kommunenummer: Sequence[str], seed: int, *, replicas: int = 1, workers: int = 1
) -> pl.DataFrame:
    """Residents of the municipalities, one row each, columns and order as in ``tables.POPULATION``.

    Replica 0 is the same whatever else is made with it; further replicas are other people in the same municipalities.
    No two rows of one call share a person number. ``workers`` blocks are made at a time, which changes nothing in them.

    Raises:
        InputError: An unknown or repeated municipality, no replica or worker, more people than numbers.
    """
    return pl.concat(population_blocks(figures, kommunenummer, seed, replicas=replicas, workers=workers))


def population_blocks(
    figures: Figures, kommunenummer: Sequence[str], seed: int, *, replicas: int = 1, workers: int = 1
) -> Iterator[pl.DataFrame]:
    """The rows of :func:`make_population` some whole municipalities at a time, so that they need not all be held.

    Raises what that raises, before the first block is asked for.
    """
    if workers < 1:
        raise InputError(f"{workers} workers", expected="at least 1")
    known, groups = prepared(figures, kommunenummer, seed, replicas)
    return _blocks(known, groups, workers)


def prepared(
    figures: Figures, kommunenummer: Sequence[str], seed: int, replicas: int = 1
) -> tuple[Known, list[list[Site]]]:
    """What all blocks are made from, and the municipalities of each; raises as :func:`make_population` does."""
    codes = sorted(figures.municipality(code).kommunenummer for code in kommunenummer)
    repeated = next((code for code, following in pairwise(codes) if code == following), None)
    if repeated:
        raise InputError(f"municipality {repeated} is named twice", expected="each once")
    if not codes or replicas < 1:
        raise InputError(f"{len(codes)} municipalities, {replicas} replicas", expected="at least one of each")
    sites = [Site(code, replica) for replica in range(replicas) for code in codes]
    models = condition_models(figures)
    care, uses = care_models(figures, models), Uses.read(figures)
    known = Known(Layout(figures, sites, seed), figures, models, care, uses, Backgrounds.read(figures), seed)
    return known, list(_groups(sites, figures))


def _blocks(known: Known, groups: Sequence[Sequence[Site]], workers: int) -> Iterator[pl.DataFrame]:
    """The blocks in order, each begun only when it will soon be asked for."""
    waiting: deque[Future[pl.DataFrame]] = deque()
    # Threads, not processes: the work is whole columns, for which numpy and polars let other threads run.
    with ThreadPoolExecutor(workers) as pool:
        for group in groups:
            waiting.append(pool.submit(block_of, known, group))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _groups(sites: Sequence[Site], figures: Figures) -> Iterator[list[Site]]:
    """Consecutive sites, together not much larger than a block."""
    group: list[Site] = []
    people = 0
    for site in sites:
        size = figures.municipality(site.kommunenummer).population
        if group and people + size > _BLOCK:
            yield group
            group, people = [], 0
        group.append(site)
        people += size
    yield group


def block_of(known: Known, sites: Sequence[Site]) -> pl.DataFrame:
    """The rows of some whole municipalities, whoever else is made."""
    figures, seed = known.figures, known.seed
    block = known.layout.block(sites)
    born, number = known.layout.births(block)
    has = make_conditions(block, known.models, seed)
    needs = make_care_needs(block, has, known.care, figures, seed)
    families = make_households(block, figures, seed, needs.nursing_home)
    household = block.resident[families.head].astype(np.int64)
    background = make_backgrounds(block, families, known.backgrounds, figures, seed)
    replica = np.array([site.replica for site in block.sites], dtype=np.uint16)[block.site]
    columns = {
        "resident": block.resident.astype(np.int64),
        "replica": replica,
        "sex": _SEXES.gather(pl.Series(block.male.astype(np.uint32))),
        "age": block.age.astype(np.uint8),
        "birth_date": born,
        "person_number": pl.Series(number).cast(pl.String).str.zfill(11),
        **families.columns(block.resident),
        "phone": make_phones(block),
        "fastlege": make_fastlege(block, household, figures, seed),
        "home_care_hours": needs.home_care_hours,
        "nursing_home": needs.nursing_home,
        "safety_alarm": needs.safety_alarm,
        **make_names(block, families, background, (figures, known.backgrounds.names), seed),
        **make_languages(block, background, known.backgrounds, figures, seed),
        **make_addresses(block, household, figures, seed),
        "protection": make_protection(block, families.head, figures, seed),
        "gp_use": make_gp_use(block, known.uses, seed),
        **{f"has_{name}": flags for name, flags in has.items()},
    }
    return pl.DataFrame({name: columns[name] for name in POPULATION}, schema=POPULATION)
