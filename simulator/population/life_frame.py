"""The people of a frame as columns, the calendar year they are followed through, and when and to whom things happen."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.figure import OLDEST
from simulator.domain.person_number import Integers
from simulator.domain.tables import INSTANT, LIFE_EVENTS
from simulator.figures import Figures
from simulator.population.layout import MUNICIPALITY, REPLICA
from simulator.streams import stream

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NEVER: Final = np.iinfo(np.int64).max
"""The instant of what does not happen."""

_OSLO: Final = ZoneInfo("Europe/Oslo")
_SECONDS: Final = 23 * 3600  # the shortest day has 23 hours


@dataclass(frozen=True, slots=True)
class Year:
    """A calendar year: everything is drawn for whole years, so that any part of one tells the same story."""

    number: int

    @property
    def days(self) -> int:
        """365 or 366."""
        return (date(self.number + 1, 1, 1) - date(self.number, 1, 1)).days

    @property
    def first(self) -> np.datetime64:
        """1 January, unit days."""
        return np.datetime64(f"{self.number}-01-01", "D")

    def instants(self, day: Integers, time: Floats) -> Integers:
        """Milliseconds since 1970 of days from 0 and times of day from 0 to 1, on whole seconds, in Oslo's days."""
        moments: Integers = (_midnights(self)[day] + (time * _SECONDS).astype(np.int64)) * 1000
        return moments


@cache
def _midnights(year: Year) -> Integers:
    """Seconds since 1970 at which each day of a year begins in Oslo."""
    new_year = datetime(year.number, 1, 1)  # noqa: DTZ001  a wall-clock date that Oslo's zone is put on below
    midnights = [(new_year + timedelta(days=n)).replace(tzinfo=_OSLO) for n in range(year.days)]
    return np.array([int(midnight.timestamp()) for midnight in midnights])


@dataclass(frozen=True, slots=True)
class Lives:
    """Residents of whole municipalities, ordered by number; every array has one entry per resident."""

    frame: pl.DataFrame
    figures: Figures
    seed: int
    year: Year
    resident: Integers
    male: Flags
    age: Integers
    """Whole years on 1 January of ``year``; 0 also for who is born later."""
    site: Integers
    """``replica * 10^4 + kommunenummer``."""

    @classmethod
    def of(cls, frame: pl.DataFrame, figures: Figures, seed: int, year: Year) -> "Lives":
        """The people of a frame ordered by ``resident``."""
        born = frame["birth_date"].to_numpy().astype("datetime64[D]")
        birth_year = born.astype("datetime64[Y]").astype(np.int64) + 1970
        new_year = born == born.astype("datetime64[Y]").astype("datetime64[D]")
        age = np.clip(year.number - birth_year - 1 + new_year, 0, OLDEST)
        resident: Integers = frame["resident"].to_numpy()
        site = resident // REPLICA * 10**4 + resident % REPLICA // MUNICIPALITY
        male: Flags = (frame["sex"] == "male").to_numpy()
        return cls(frame, figures, seed, year, resident, male, age, site)

    def rate(self, name: str) -> Floats:
        """A figure by age and sex, for everybody."""
        table = self.figures.by_age_sex(name)
        rates: Floats = table.ravel().take(self.male * table.shape[1] + self.age)
        return rates

    def draws(self, name: str, entity: Integers | None = None, n: int = 0) -> Floats:
        """Numbers from 0 to 1 for this year, keyed by resident or by another number."""
        keyed = stream(self.seed, "population", "life", name, self.year.number)
        return keyed.uniforms((self.resident if entity is None else entity).astype(np.uint64), n)

    def when(self, name: str, entity: Integers) -> Integers:
        """An instant of the year for each of some residents, keyed by these or by other numbers."""
        day = (self.draws(name, entity, 1) * self.year.days).astype(np.int64)
        return self.year.instants(day, self.draws(name, entity, 2))

    def rows(self, kind: str, who: Integers, at: Integers, columns: dict[str, object]) -> pl.DataFrame:
        """Rows of ``tables.LIFE_EVENTS`` about the residents ``who``; columns not given are null."""
        known = {"at": pl.Series(at, dtype=pl.Int64).cast(INSTANT), "resident": who, **columns}
        told = pl.DataFrame(known).with_columns(kind=pl.lit(kind).cast(LIFE_EVENTS["kind"]))
        empty = [pl.lit(None, dtype=kind).alias(name) for name, kind in LIFE_EVENTS.items() if name not in told.columns]
        return told.with_columns(empty).select(pl.col(name).cast(kind) for name, kind in LIFE_EVENTS.items())


def place_of(residents: pl.Series, frame: pl.DataFrame) -> Integers:
    """The row of each resident in a frame ordered by ``resident``; -1 for null and for who is not in it."""
    known: Integers = frame["resident"].to_numpy()
    wanted: Integers = residents.fill_null(-1).to_numpy()
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[place] == wanted, place, -1)


def scaled(figures: Figures, rate: str, total: float) -> float:
    """What to multiply a rate by, so that the nation of the figures' year has ``total`` of it in a year."""
    nation = float((figures.people.structure * figures.by_age_sex(rate)).sum())
    return total / nation if nation else 0.0


def codes(site: Integers) -> pl.Series:
    """``kommunenummer`` of sites."""
    return pl.Series(site % 10**4, dtype=pl.Int64).cast(pl.String).str.zfill(4)
