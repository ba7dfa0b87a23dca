"""Puts the columns of a population together, a block of municipalities at a time to keep memory small."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from simulator.domain.figure import SEXES
from simulator.domain.tables import POPULATION
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.population.addresses import make_addresses, make_names, make_phones
from simulator.population.care_needs import make_care_needs, make_fastlege
from simulator.population.health import Model, make_conditions, make_models
from simulator.population.households import make_households
from simulator.population.layout import Layout, Site

_BLOCK: Final = 60_000
_SEXES: Final = pl.Series(SEXES, dtype=POPULATION["sex"])


def make_population(figures: Figures, kommunenummer: Sequence[str], seed: int, *, replicas: int = 1) -> pl.DataFrame:
    """Residents of the municipalities, one row each, columns and order as in ``tables.POPULATION``.

    Replica 0 is the same whatever else is made with it; further replicas are other people in the same municipalities.
    No two rows of one call share a person number.

    Raises:
        InputError: An unknown or repeated municipality, no replica, or more people than there are numbers for.
    """
    codes = sorted(figures.municipality(code).kommunenummer for code in kommunenummer)
    repeated = next((code for code, following in pairwise(codes) if code == following), None)
    if repeated:
        raise InputError(f"municipality {repeated} is named twice", expected="each once")
    if not codes or replicas < 1:
        raise InputError(f"{len(codes)} municipalities, {replicas} replicas", expected="at least one of each")
    sites = [Site(code, replica) for replica in range(replicas) for code in codes]
    layout = Layout(figures, sites, seed)
    models = make_models(figures)
    return pl.concat([_columns(layout, group, (figures, models), seed) for group in _groups(sites, figures)])


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


def _columns(layout: Layout, sites: Sequence[Site], known: tuple[Figures, list[Model]], seed: int) -> pl.DataFrame:
    figures, models = known
    block = layout.block(sites)
    born, number = layout.births(block)
    needs = make_care_needs(block, figures, seed)
    families = make_households(block, figures, seed, needs.nursing_home)
    household = block.resident[families.head].astype(np.int64)
    replica = np.array([site.replica for site in block.sites], dtype=np.uint16)[block.site]
    columns = {
        "resident": block.resident.astype(np.int64),
        "replica": replica,
        "sex": _SEXES.gather(pl.Series(block.male.astype(np.uint32))),
        "age": block.age.astype(np.uint8),
        "birth_date": born,
        "person_number": pl.Series(number).cast(pl.String).str.zfill(11),
        **families.columns(block.resident),
        "phone": make_phones(block, household, seed),
        "fastlege": make_fastlege(block, household, figures, seed),
        "home_care_hours": needs.home_care_hours,
        "nursing_home": needs.nursing_home,
        "safety_alarm": needs.safety_alarm,
        **make_names(block, household, seed),
        **make_addresses(block, household, figures, seed),
        **make_conditions(block, models, seed),
    }
    return pl.DataFrame({name: columns[name] for name in POPULATION}, schema=POPULATION)
