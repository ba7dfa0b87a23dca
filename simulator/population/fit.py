"""Holds a population against the figures it was made from: every target, what was made, and whether it is near enough.

Totals may differ by 3 %; a cell by 5 % or by four standard errors of drawing its people, whichever is more.
"""

from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.figure import OLDEST, SEXES, FigureUse
from simulator.domain.tables import CONDITIONS
from simulator.figures import Figures

_TOTAL: Final = 0.03
_CELL: Final = 0.05
_ERRORS: Final = 4.0
_ALONE_BANDS: Final = ((20, 29), (30, 49), (50, 66), (67, 79), (80, OLDEST))
# The shares living alone are known to within so much.
_ALONE: Final = 0.04

Row = dict[str, Any]
Floats = NDArray[np.float64]


def population_fit(frame: pl.DataFrame, figures: Figures) -> list[Row]:
    """One row per target: target, official, made, error (relative), tolerance, status, source, ok.

    ``frame`` is a whole population of some municipalities (``tables.POPULATION``), of any number of replicas. The
    column ``official`` holds the value aimed at; ``status`` says whether it is official, derived or assumed.
    """
    cells = _cells(frame)
    rows = [*_residents(frame, figures), *_bands(frame, cells, figures), *_conditions(frame, cells, figures)]
    rows += [*_care(frame, cells, figures), *_lists(frame, figures), *_households(frame, figures)]
    if frame["kommunenummer"].n_unique() == len(figures.municipalities()) and frame["replica"].max() == 0:
        rows += _nation(frame, figures)
    return rows


def _row(target: str, official: float, made: float, tolerance: float, origin: FigureUse) -> Row:
    difference = made - official
    error = difference / official if official else float(made > 0)
    return {
        "target": target,
        "official": float(official),
        "made": float(made),
        "error": error,
        "tolerance": tolerance,
        "status": origin.status,
        "source": origin.source,
        "ok": bool(abs(error) <= tolerance),
    }


def _cells(frame: pl.DataFrame) -> Floats:
    """Residents by sex and single year, shape (2, 121)."""
    cell = (frame["sex"] == SEXES[1]).to_numpy().astype(np.int64) * (OLDEST + 1) + frame["age"].to_numpy()
    return np.bincount(cell, minlength=2 * (OLDEST + 1)).astype(np.float64).reshape(2, -1)


def _drawn(target: str, expected: Floats, cells: Floats, made: float, origin: FigureUse) -> Row:
    """A count that was drawn person by person with the chance ``expected`` of each cell."""
    count = float((expected * cells).sum())
    error = float(np.sqrt((expected * (1 - expected) * cells).sum()))
    return _row(target, count, made, max(_CELL, _ERRORS * error / count) if count else 0.0, origin)


def _residents(frame: pl.DataFrame, figures: Figures) -> list[Row]:
    origin = figures.from_file("municipalities.csv")
    rows = []
    for code, made, replicas in (
        frame.group_by("kommunenummer").agg(pl.len(), pl.col("replica").n_unique()).sort("kommunenummer").iter_rows()
    ):
        place = figures.municipality(code)
        rows.append(_row(f"residents {code} {place.name}", place.population * replicas, made, _TOTAL, origin))
    whole = sum(row["official"] for row in rows)
    return [_row("residents", whole, frame.height, _TOTAL, origin), *rows]


def _bands(frame: pl.DataFrame, cells: Floats, figures: Figures) -> list[Row]:
    origin = figures.from_file("population.csv")
    replicas = frame.group_by("kommunenummer").agg(pl.col("replica").n_unique()).iter_rows()
    official = np.sum([figures.people.residents[code] * times for code, times in replicas], axis=0)
    return [
        _row(f"{name} aged {first}-{last}", official[sex, n], cells[sex, first : last + 1].sum(), _CELL, origin)
        for sex, name in enumerate(SEXES)
        for n, (first, last) in enumerate(figures.people.bands)
    ]


def _conditions(frame: pl.DataFrame, cells: Floats, figures: Figures) -> list[Row]:
    return [
        _drawn(
            f"condition {name}",
            figures.by_age_sex(f"condition.{name}"),
            cells,
            int(frame[f"has_{name}"].sum()),
            figures.origin(f"condition.{name}"),
        )
        for name in CONDITIONS
    ]


def _care(frame: pl.DataFrame, cells: Floats, figures: Figures) -> list[Row]:
    at_home = frame.filter(pl.col("home_care_hours") > 0)
    made = {
        "care.home_share": at_home,
        "care.nursing_home_share": frame.filter(pl.col("nursing_home")),
        "care.safety_alarm_share": frame.filter(pl.col("safety_alarm")),
    }
    rows = []
    for name, people in made.items():
        expected, origin, have = figures.by_age_sex(name), figures.origin(name), _cells(people)
        rows.append(_drawn(name, expected, cells, have.sum(), origin))
        old = slice(80, OLDEST + 1)
        rows.append(_drawn(f"{name} aged 80-{OLDEST}", expected[:, old], cells[:, old], have[:, old].sum(), origin))
    name = "care.home_hours_per_week"
    hours = float((figures.by_age_sex(name) * _cells(at_home)).sum())
    # Of lognormal hours with this spread, one person's standard deviation relative to the mean.
    spread = float(np.sqrt(np.expm1(figures.value("care.home_hours_spread") ** 2)))
    tolerance = max(_CELL, _ERRORS * spread / np.sqrt(max(1, at_home.height)))
    rows.append(
        _row(name, hours, float(at_home["home_care_hours"].cast(pl.Float64).sum()), tolerance, figures.origin(name))
    )
    return rows


def _lists(frame: pl.DataFrame, figures: Figures) -> list[Row]:
    with_gp = frame.filter(pl.col("fastlege") >= 0)
    lists = with_gp.select("replica", "kommunenummer", "fastlege").n_unique()
    sites = frame.select("replica", "kommunenummer").n_unique()
    share = figures.value("gp.without_gp_share")
    # A municipality has a whole number of lists, so the mean cannot be nearer than half a list each.
    tolerance = _TOTAL + sites / (2 * max(1, lists))
    return [
        _row(
            "gp.list_mean",
            figures.value("gp.list_mean"),
            with_gp.height / max(1, lists),
            tolerance,
            figures.origin("gp.list_mean"),
        ),
        _drawn(
            "gp.without_gp_share",
            np.array(share),
            np.array(float(frame.height)),
            frame.height - with_gp.height,
            figures.origin("gp.without_gp_share"),
        ),
    ]


def _households(frame: pl.DataFrame, figures: Figures) -> list[Row]:
    name = "household.living_alone_share"
    alone = _cells(frame.filter(pl.col("household_type") == "single"))
    cells, shares, origin = _cells(frame), figures.by_age_sex(name), figures.origin(name)
    rows = []
    for first, last in _ALONE_BANDS:
        ages = slice(first, last + 1)
        count = float((shares[:, ages] * cells[:, ages]).sum())
        tolerance = _ALONE * cells[:, ages].sum() / count + 1 / np.sqrt(count) if count else 0.0
        rows.append(_row(f"{name} aged {first}-{last}", count, alone[:, ages].sum(), tolerance, origin))
    return rows


def _nation(frame: pl.DataFrame, figures: Figures) -> list[Row]:
    """Targets that are known for the country only."""
    made = {
        "household.mean_size": frame.height / frame["household"].n_unique(),
        "care.home_recipients_national": int((frame["home_care_hours"] > 0).sum()),
        "care.nursing_home_residents_national": int(frame["nursing_home"].sum()),
        "gp.lists_filled": frame.filter(pl.col("fastlege") >= 0).select("kommunenummer", "fastlege").n_unique(),
    }
    return [_row(name, figures.value(name), value, _TOTAL, figures.origin(name)) for name, value in made.items()]
