"""Deaths by the life table; births by the mother's age, each newborn with a number that nobody else has."""

from collections.abc import Iterable
from math import ceil, gcd, sqrt
from typing import Final

import numpy as np
import polars as pl

from simulator.domain.figure import SEXES
from simulator.domain.person_number import CAPACITY, Integers, make_numbers
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.population.layout import MUNICIPALITY, REPLICA
from simulator.population.life_frame import NEVER, Flags, Lives, Year, place_of, scaled
from simulator.streams import stream

_SITES: Final = 10**4
_NEWBORN: Final = 1_000_000
"""Running numbers of newborns in their municipality begin here, above those of all residents."""
_PER_DAY: Final = 500
_SPREADS: Final = 6.0
_SPARE: Final = 8


def deaths(lives: Lives) -> Integers:
    """The instant of everybody's death, :data:`life_frame.NEVER` for who lives on."""
    factor = scaled(lives.figures, "life.death_rate", lives.figures.value("life.deaths_national"))
    dies = lives.draws("death") < np.minimum(1.0, lives.rate("life.death_rate") * factor)
    at = np.full(len(dies), NEVER)
    at[dies] = lives.when("death", lives.resident[dies])
    return at


class Numbers:
    """The birth dates and numbers of a year's newborns, each municipality with a share of its own.

    A place among all newborns gives the day and which of the day's numbers, by a permutation. Municipalities have
    consecutive places enough for every birth that can be expected; replicas have theirs after the nation's.
    """

    def __init__(self, figures: Figures, seed: int, year: Year, sites: Iterable[int]) -> None:
        self._year, self._seed = year, seed
        room = {int(code): _room(figures, code) for code in figures.people.municipalities}
        self._first: dict[int, int] = {}
        # The nation's places, then those of the replicas.
        self._sizes = [sum(room.values()), 0]
        passed = 0
        for code, places in room.items():
            self._first[code] = passed
            passed += places
        for site in sorted(site for site in sites if site >= _SITES):
            self._first[site] = self._sizes[1]
            self._sizes[1] += room[site % _SITES]
        # Nobody is born on 1 January: the figures' residents born that day are counted among last year's.
        self._days = year.days - 1
        self._slots = [-(-size // self._days) for size in self._sizes]
        if sum(self._slots) > 2 * CAPACITY:
            raise InputError(
                f"newborns of {len(self._first) - len(room)} municipalities in replicas",
                expected=f"at most {2 * CAPACITY} newborns of each sex a day in all",
                remedy="Use fewer replicas or smaller municipalities.",
            )
        self._room = room

    def take(self, site: int, count: int, *, male: bool) -> tuple[Integers, Integers]:
        """Days of the year (from 0, ascending) and person numbers of ``count`` newborns of a site and sex."""
        if count > self._room[site % _SITES]:
            raise InputError(f"{count} births in {site % _SITES:04d}", expected=f"at most {self._room[site % _SITES]}")
        replica = int(site >= _SITES)
        factor, shift = self._permutation(replica, male=male)
        mixed = ((self._first[site] + np.arange(count)) * factor + shift) % self._sizes[replica]
        mixed = mixed[np.argsort(mixed % self._days, kind="stable")]
        day = 1 + mixed % self._days
        slot = mixed // self._days + (self._slots[0] if replica else 0)
        born = self._year.first + day.astype("timedelta64[D]")
        offset = np.where(slot < CAPACITY, 80, 65)
        return day, make_numbers(born, np.full(count, male), slot % CAPACITY, offset)

    def _permutation(self, replica: int, *, male: bool) -> tuple[int, int]:
        keyed = stream(self._seed, "population", "life", "newborn", self._year.number, replica)
        size = max(1, self._sizes[replica])
        factor = 1 + keyed.bits(int(male)) % size
        while gcd(factor, size) != 1:
            factor += 1
        return factor % size or 1, keyed.bits(int(male), 1) % size


def births(lives: Lives, numbers: Numbers, barred: Flags) -> tuple[pl.DataFrame, Integers]:
    """A row per newborn, and the mothers as rows of the frame, in the same order; ``barred`` bear no child this year.

    Within a municipality the days go to the mothers by the earliest that each can have another child.
    """
    factor = scaled(lives.figures, "life.fertility", lives.figures.value("life.births_national"))
    bears = (lives.draws("birth") < np.minimum(1.0, lives.rate("life.fertility") * factor)) & ~barred
    mother = np.flatnonzero(bears)
    ratio = lives.figures.value("life.boys_per_girl")
    male = lives.draws("newborn-sex", lives.resident[mother]) < ratio / (1 + ratio)
    ready = _ready(lives)[mother]
    group = lives.site[mother] * 2 + male
    mother = mother[order := np.lexsort((lives.draws("birth-order", lives.resident[mother]), ready, group))]
    ready, group, male = ready[order], group[order], male[order]
    found, count = np.unique(group, return_counts=True)
    taken = [numbers.take(int(g // 2), int(n), male=bool(g % 2)) for g, n in zip(found, count, strict=True)]
    none = np.zeros(0, dtype=np.int64)
    day = np.concatenate([none, *(days for days, _ in taken)])
    number = np.concatenate([none, *(some for _, some in taken)])
    at = lives.year.instants(day, lives.draws("birth-time", lives.resident[mother]))
    born = pl.Series(number).cast(pl.String).str.zfill(11)
    columns: dict[str, object] = {"to": born, "other": lives.resident[mother]}
    spaced = day >= ready
    told = lives.rows("birth", _newborn(lives, lives.site[mother], day), at, columns)
    return told.filter(pl.Series(spaced)), mother[spaced]


def _ready(lives: Lives) -> Integers:
    """The first day of the year (from 0) on which each woman can have another child."""
    wait = int(lives.figures.value("life.birth_spacing_days"))
    mother = place_of(lives.frame["mother"], lives.frame)
    born = (lives.frame["birth_date"].to_numpy().astype("datetime64[D]") - lives.year.first).astype(np.int64)
    ready = np.zeros(len(lives.resident), dtype=np.int64)
    np.maximum.at(ready, mother[mother >= 0], born[mother >= 0] + wait)
    return ready


def _newborn(lives: Lives, site: Integers, day: Integers) -> Integers:
    """Numbers of the newborns: counted up within municipality and day, days since the figures' population."""
    since = int((lives.year.first - np.datetime64(f"{lives.figures.year}-01-01", "D")).astype(np.int64)) + day
    cell = site * 10**6 + since
    order = np.argsort(cell, kind="stable")
    starts = np.flatnonzero(np.diff(cell[order], prepend=-1))
    rank = np.arange(len(cell)) - np.repeat(starts, np.diff(starts, append=len(cell)))
    running = np.empty(len(cell), dtype=np.int64)
    running[order] = rank
    numbers: Integers = site // _SITES * REPLICA + site % _SITES * MUNICIPALITY + _NEWBORN + since * _PER_DAY + running
    return numbers


def _room(figures: Figures, kommunenummer: str) -> int:
    """How many newborns of one sex a municipality has places for in a year: far more than it can expect."""
    factor = scaled(figures, "life.fertility", figures.value("life.births_national"))
    people = figures.people
    female = SEXES.index("female")
    rate = figures.by_age_sex("life.fertility")[female]
    expected = sum(
        count * rate[first : last + 1].max()
        for count, (first, last) in zip(people.residents[kommunenummer][female], people.bands, strict=True)
    )
    each = factor * float(expected) / 2
    return ceil(each + _SPREADS * sqrt(each)) + _SPARE
