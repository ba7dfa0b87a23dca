"""Who lives where: how many of each sex and single year in every municipality, and the numbers residents go by."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.domain.figure import OLDEST, SEXES
from simulator.domain.person_number import CAPACITY, FIRST_YEAR, LAST_YEAR, Integers, make_numbers
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.streams import stream

AGES: Final = OLDEST + 1
REPLICA: Final = 10**11
MUNICIPALITY: Final = 10**7
_AREA: Final = 1000
"""Areas of a site are numbered in their streams by thousands."""


@dataclass(frozen=True, slots=True)
class Site:
    """One municipality in one replica: people of their own."""

    kommunenummer: str
    replica: int

    @property
    def number(self) -> int:
        """What the numbers of its residents begin with."""
        return self.replica * REPLICA + int(self.kommunenummer) * MUNICIPALITY


@dataclass(frozen=True, slots=True)
class Area:
    """A ward, or the whole of a site that has none."""

    site: int
    """Index into the sites of the block."""
    ward: str | None
    number: int
    """What its streams are keyed by; no two areas share one."""


@dataclass(frozen=True, slots=True)
class Block:
    """The residents of some sites as columns, ordered by resident; every array has one entry per resident."""

    sites: tuple[Site, ...]
    site: Integers
    """Index into ``sites``."""
    areas: tuple[Area, ...]
    area: Integers
    """Index into ``areas``: people share homes and streets with others of their area."""
    resident: NDArray[np.uint64]
    male: NDArray[np.bool_]
    age: Integers
    rank: Integers
    """Number of the person among those of the same site, sex and age, from 0."""

    @property
    def population(self) -> Integers:
        """How many live in each area."""
        people: Integers = np.bincount(self.area, minlength=len(self.areas))
        return people

    @property
    def cell(self) -> Integers:
        """Index of sex and age in a flattened (2, 121) table."""
        cells: Integers = self.male * AGES + self.age
        return cells


class Layout:
    """How the residents of a call are counted out; a municipality's people do not depend on which others are made."""

    def __init__(self, figures: Figures, sites: Sequence[Site], seed: int) -> None:
        self._seed = seed
        self._figures = figures
        self._people = figures.people
        self._year = figures.from_file("population.csv").year
        figures.from_file("age_structure.csv")
        self._check_years()
        codes = [m.kommunenummer for m in figures.municipalities()]
        counts = single_years(figures, seed)
        self._counts = dict(zip(codes, counts, strict=True))
        before = np.cumsum(counts, axis=0) - counts
        self._before = {Site(code, 0): before[i] for i, code in enumerate(codes)}
        self._nation: Integers = counts.sum(axis=0)
        passed = np.zeros_like(self._nation)
        for site in sites:
            if site.replica:
                self._before[site] = passed
                passed = passed + self._counts[site.kommunenummer]
        self._check_room(passed)

    def block(self, sites: Sequence[Site]) -> Block:
        """The residents of ``sites``, which are in the order of their numbers."""
        tables = [self._areas(site) for site in sites]
        areas = tuple(
            Area(index, ward, site.number + place * _AREA)
            for index, (site, (wards, _)) in enumerate(zip(sites, tables, strict=True))
            for place, ward in enumerate(wards)
        )
        counts = np.concatenate([table for _, table in tables]).ravel()
        # Who is of one site, sex and age is counted on from ward to ward.
        passed = np.concatenate([np.cumsum(table, axis=0) - table for _, table in tables]).ravel()
        total = int(counts.sum())
        cell = np.repeat(np.arange(len(counts)), counts)
        rank = np.arange(total) - np.repeat(np.cumsum(counts) - counts - passed, counts)
        area = cell // (2 * AGES)
        site = np.array([part.site for part in areas])[area]
        per_site = np.bincount(site, minlength=len(sites))
        running = np.arange(total) - np.repeat(np.cumsum(per_site) - per_site, per_site)
        first = np.array([place.number for place in sites], dtype=np.int64)
        resident = (first[site] + running).astype(np.uint64)
        return Block(tuple(sites), site, areas, area, resident, cell // AGES % 2 == 1, cell % AGES, rank)

    def _areas(self, site: Site) -> tuple[list[str | None], Integers]:
        """The wards of a site, or None for all of it, and their residents by sex and single year."""
        counts = self._counts[site.kommunenummer]
        wards = self._people.wards.get(site.kommunenummer)
        if wards is None:
            return [None], counts[None]
        self._figures.from_file("wards.csv")
        return list(wards.names), share_wards_out(counts, wards.residents, self._people.bands, site, self._seed)

    def births(self, block: Block) -> tuple[NDArray[np.datetime64], Integers]:
        """Birth date and person number (as an integer) of every resident; no two share a number.

        A resident has a place among all people of the same sex and age in the nation (or, for a replica, in what the
        nation leaves free); a permutation of the places gives the day and which of the day's numbers.
        """
        before = np.stack([self._before[site] for site in block.sites])
        place = before[block.site, block.male.astype(np.int64), block.age] + block.rank
        replica = np.array([site.replica for site in block.sites])[block.site] > 0
        year = self._year - 1 - block.age
        # A year of life begins on 2 January: who is born on 1 January has a whole year more on the day of the count.
        days = 365 + ((year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0)))
        tables = np.stack([self._permutation(replicas=False), self._permutation(replicas=True)])
        size, factor, shift = tables[replica.astype(np.int64), :, block.male.astype(np.int64), block.age].T
        mixed = (place * factor + shift) % size
        slot = mixed // days + np.where(replica, self._first_free(days, block), 0)
        start = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") + np.timedelta64(1, "D")
        born = start + (mixed % days).astype("timedelta64[D]")
        offset = np.where(slot < CAPACITY, 80, 65)
        return born, make_numbers(born, block.male, slot % CAPACITY, offset)

    def _first_free(self, days: Integers, block: Block) -> Integers:
        free: Integers = -(-self._nation[block.male.astype(np.int64), block.age] // days)
        return free

    def _permutation(self, *, replicas: bool) -> Integers:
        """Size, factor and shift of the permutation of places by sex and age: shape (3, 2, 121)."""
        keyed = stream(self._seed, "population", "birth", "replicas" if replicas else "nation")
        table = np.ones((3, 2, AGES), dtype=np.int64)
        for sex in (0, 1):
            for age in range(AGES):
                size = max(1, self._free(sex, age) if replicas else int(self._nation[sex, age]))
                factor = 1 + keyed.bits(sex * AGES + age) % size
                while gcd(factor, size) != 1:
                    factor += 1
                table[:, sex, age] = size, factor, keyed.bits(sex * AGES + age, 1) % size
        return table

    def _free(self, sex: int, age: int) -> int:
        """How many numbers the nation leaves free for replicas of one sex and age, in both series."""
        return 365 * (2 * CAPACITY - -(-int(self._nation[sex, age]) // 365))

    def _check_years(self) -> None:
        """The oldest and the youngest are born in years that person numbers can say."""
        oldest = int(np.flatnonzero(self._people.structure.any(axis=0)).max(initial=0))
        first, last = FIRST_YEAR + oldest + 1, LAST_YEAR
        if not first <= self._year <= last:
            raise InputError(
                f"'population.csv' is of {self._year}",
                expected=f"a year from {first} to {last}, in which everybody can have a person number",
                where=str(self._figures.directory / "sources.yaml"),
            )

    def _check_room(self, replicas: Integers) -> None:
        for sex, age in np.argwhere(self._nation > 0):
            nation, wanted, free = int(self._nation[sex, age]), int(replicas[sex, age]), self._free(int(sex), int(age))
            if nation > 365 * CAPACITY or wanted > free:
                raise InputError(
                    f"{wanted} more people who are {SEXES[sex]} and {age} years old than the nation's {nation}",
                    expected=f"at most {free}, so that no two share a person number",
                    remedy="Use fewer replicas or smaller municipalities.",
                )


def single_years(figures: Figures, seed: int) -> Integers:
    """Residents of every municipality by sex and single year: shape (municipalities, 2, 121).

    Each band's official count is divided as in the nation, systematically from a keyed start, so that the bands stay
    exact and small municipalities together still follow the nation.
    """
    people = figures.people
    residents = np.stack([people.residents[code] for code in people.municipalities])
    entities = np.array([int(code) for code in people.municipalities], dtype=np.uint64)
    keyed = stream(seed, "population", "age")
    counts = np.zeros((len(residents), 2, AGES), dtype=np.int64)
    for sex in (0, 1):
        for number, (first, last) in enumerate(people.bands):
            ends = _shares_up_to(people.structure[sex, first : last + 1])
            start = keyed.uniforms(entities, sex * 100 + number)
            taken = np.floor(residents[:, sex, number, None] * ends + start[:, None]).astype(np.int64)
            counts[:, sex, first : last + 1] = np.diff(taken, prepend=0)
    return counts


def share_wards_out(
    counts: Integers, wards: Integers, bands: Sequence[tuple[int, int]], site: Site, seed: int
) -> Integers:
    """Residents of a city's wards by sex and single year: shape (wards, 2, 121).

    Wards have their counts by band (shape (wards, 2, bands)) and the city has its own by year (shape (2, 121)): who of
    a band is of which age is drawn.
    """
    keyed = stream(seed, "population", "ward")
    table = np.zeros((len(wards), 2, AGES), dtype=np.int64)
    for sex in (0, 1):
        for number, (first, last) in enumerate(bands):
            ages = np.repeat(np.arange(first, last + 1), counts[sex, first : last + 1])
            people = np.uint64(site.number) + np.arange(len(ages), dtype=np.uint64)
            draws = keyed.uniforms(people, sex * 100 + number)
            drawn = ages[np.argsort(draws, kind="stable")]
            ward = np.repeat(np.arange(len(wards)), wards[:, sex, number])
            table[:, sex] += np.bincount(ward * AGES + drawn, minlength=len(wards) * AGES).reshape(-1, AGES)
    return table


def _shares_up_to(structure: Integers) -> NDArray[np.float64]:
    """The share of a band that is of each age or younger; exactly 1 from the last age that anybody has."""
    weights = structure.astype(np.float64)
    weights[0] += float(not weights.any())
    ends: NDArray[np.float64] = np.cumsum(weights) / weights.sum()
    ends[np.flatnonzero(weights)[-1] :] = 1.0
    return ends
