"""The population as it is shown: how well the made people agree with the official figures."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reports.cleaning import line
from reports.run_files import Row, RunFiles

WORST_SHOWN: Final = 10
# The fit names an official age band so: "female aged 20-29".
_BAND: Final = re.compile(r"(female|male) aged (\d{1,3})-(\d{1,3})")
_OLDEST: Final = 99


@dataclass(frozen=True, slots=True)
class FitRow:
    """One target of the fit; ``strain`` is its error over its tolerance."""

    target: str
    official: float
    made: float
    error: float
    tolerance: float
    status: str
    source: str
    ok: bool

    @property
    def strain(self) -> float:
        """How much of the tolerance is used up; above one it is missed."""
        return abs(self.error) / self.tolerance if self.tolerance else float("inf") if self.error else 0.0


@dataclass(frozen=True, slots=True)
class PopulationView:
    """The population part of the page."""

    residents: int
    within: int
    targets: int
    worst: list[FitRow]


@dataclass(frozen=True, slots=True)
class Band:
    """Official number of one sex in an age band, ages inclusive."""

    sex: str
    youngest: int
    oldest: int
    people: float


def population_view(run: RunFiles) -> PopulationView | None:
    """Residents and fit; None when the run holds neither."""
    if run.population is None and not run.fit:
        return None
    fit = sorted((fit_row(row) for row in run.fit), key=lambda row: (row.ok, -row.strain, row.target))
    missed = sum(1 for row in fit if not row.ok)
    residents = own(run.population).height if run.population is not None else 0
    return PopulationView(residents, len(fit) - missed, len(fit), fit[: max(WORST_SHOWN, missed)])


def own(people: pl.DataFrame) -> pl.DataFrame:
    """The study's own residents: replica 0, without those added for load."""
    return people.filter(pl.col("replica") == 0)


def by_age(people: pl.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Residents per single year of age 0..99 (99 and older together), by sex."""
    made = {}
    for sex in ("female", "male"):
        ages = own(people.select("replica", "sex", "age")).filter(pl.col("sex") == sex)["age"].to_numpy()
        made[sex] = np.bincount(np.minimum(ages, _OLDEST), minlength=_OLDEST + 1).astype(np.float64)
    return made


def official_bands(fit: list[Row]) -> list[Band]:
    """The official age bands among the fit's targets, women first, youngest first."""
    found = []
    for row in fit:
        named = _BAND.fullmatch(str(row["target"]))
        if named:
            sex, youngest, oldest = named[1], int(named[2]), min(int(named[3]), _OLDEST)
            found.append(Band(sex, youngest, oldest, float(row.get("official") or 0)))
    return sorted(found, key=lambda band: (band.sex, band.youngest))


def fit_row(row: Row) -> FitRow:
    """A row of ``population-fit.json`` fit to be shown, whatever the file holds."""
    return FitRow(
        target=line(row["target"], 120),
        official=float(row.get("official") or 0),
        made=float(row.get("made") or 0),
        error=float(row.get("error") or 0),
        tolerance=float(row.get("tolerance") or 0),
        status=line(row.get("status", ""), 20),
        source=line(row.get("source", ""), 200),
        ok=bool(row.get("ok")),
    )
