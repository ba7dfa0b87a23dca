"""Holds a population against the figures it was made from: every target, what was made, and whether it is near enough.

What may differ by how much is told in :mod:`fit_rows`.
"""

from typing import Final

import numpy as np
import polars as pl

from simulator.domain.figure import OLDEST, SEXES
from simulator.domain.tables import CONDITIONS
from simulator.figures import Figures
from simulator.population.fit_health import health_rows, list_rows
from simulator.population.fit_rows import CELL, ERRORS, TOTAL, Floats, Row, count_cells, drawn_off, drawn_row, make_row

_ALONE_BANDS: Final = ((20, 29), (30, 49), (50, 66), (67, 79), (80, OLDEST))
# The shares living alone are known to within so much.
_ALONE: Final = 0.04
_COUNTED: Final = (
    *("replica", "kommunenummer", "sex", "age", "household_size", "household_type", "fastlege", "gp_use"),
    *("home_care_hours", "nursing_home", "safety_alarm", *(f"has_{name}" for name in CONDITIONS)),
)


def counted(frame: pl.DataFrame, figures: Figures) -> pl.DataFrame:
    """The columns of a population that its fit counts, so small that those of a whole nation can be held."""
    codes = pl.Enum([place.kommunenummer for place in figures.municipalities()])
    return frame.select(_COUNTED).with_columns(pl.col("kommunenummer").cast(codes))


def population_fit(frame: pl.DataFrame, figures: Figures) -> list[Row]:
    """One row per target: target, official, made, error (relative), tolerance, status, source, ok.

    ``frame`` is a whole population of some municipalities (``tables.POPULATION``, or what :func:`counted` leaves of
    it), of any number of replicas. The column ``official`` holds the value aimed at; ``status`` says whether it is
    official, derived or assumed.
    """
    cells = count_cells(frame)
    rows = [*_residents(frame, figures), *_bands(frame, cells, figures), *_conditions(frame, cells, figures)]
    rows += [*_care(frame, cells, figures), *list_rows(frame, figures), *health_rows(frame, figures)]
    rows += _households(frame, figures)
    if frame["kommunenummer"].n_unique() == len(figures.municipalities()) and frame["replica"].max() == 0:
        rows += _nation(frame, figures)
    return rows


def _residents(frame: pl.DataFrame, figures: Figures) -> list[Row]:
    origin = figures.from_file("municipalities.csv")
    rows = []
    for code, made, replicas in _municipalities(frame).iter_rows():
        place = figures.municipality(code)
        rows.append(make_row(f"residents {code} {place.name}", place.population * replicas, made, TOTAL, origin))
    whole = sum(row["official"] for row in rows)
    return [make_row("residents", whole, frame.height, TOTAL, origin), *rows]


def _municipalities(frame: pl.DataFrame) -> pl.DataFrame:
    """``kommunenummer``, ``people`` and ``replicas``, counted site by site: fast, and small in memory."""
    sites = frame.lazy().group_by("kommunenummer", "replica").len().collect()
    counted = sites.group_by("kommunenummer").agg(people=pl.col("len").sum(), replicas=pl.len())
    return counted.sort("kommunenummer")


def _bands(frame: pl.DataFrame, cells: Floats, figures: Figures) -> list[Row]:
    origin = figures.from_file("population.csv")
    replicas = _municipalities(frame).select("kommunenummer", "replicas").iter_rows()
    official = np.sum([figures.people.residents[code] * times for code, times in replicas], axis=0)
    return [
        make_row(f"{name} aged {first}-{last}", official[sex, n], cells[sex, first : last + 1].sum(), CELL, origin)
        for sex, name in enumerate(SEXES)
        for n, (first, last) in enumerate(figures.people.bands)
    ]


def _conditions(frame: pl.DataFrame, cells: Floats, figures: Figures) -> list[Row]:
    return [
        drawn_row(
            f"condition {name}",
            figures.by_age_sex(f"condition.{name}"),
            cells,
            int(frame[f"has_{name}"].sum()),
            figures.origin(f"condition.{name}"),
        )
        for name in CONDITIONS
    ]


def _care(frame: pl.DataFrame, cells: Floats, figures: Figures) -> list[Row]:
    frame = frame.select("sex", "age", "home_care_hours", "nursing_home", "safety_alarm")
    at_home = frame.filter(pl.col("home_care_hours") > 0)
    made = {
        "care.home_share": at_home,
        "care.nursing_home_share": frame.filter(pl.col("nursing_home")),
        "care.safety_alarm_share": frame.filter(pl.col("safety_alarm")),
    }
    rows = []
    for name, people in made.items():
        expected, origin, have = figures.by_age_sex(name), figures.origin(name), count_cells(people)
        rows.append(drawn_row(name, expected, cells, have.sum(), origin))
        old = slice(80, OLDEST + 1)
        rows.append(drawn_row(f"{name} aged 80-{OLDEST}", expected[:, old], cells[:, old], have[:, old].sum(), origin))
    name = "care.home_hours_per_week"
    hours = float((figures.by_age_sex(name) * count_cells(at_home)).sum())
    # Of lognormal hours with this spread, one person's standard deviation relative to the mean.
    spread = float(np.sqrt(np.expm1(figures.value("care.home_hours_spread") ** 2)))
    tolerance = max(CELL, ERRORS * spread / np.sqrt(max(1, at_home.height)))
    rows.append(
        make_row(name, hours, float(at_home["home_care_hours"].cast(pl.Float64).sum()), tolerance, figures.origin(name))
    )
    return rows


def _households(frame: pl.DataFrame, figures: Figures) -> list[Row]:
    name = "household.living_alone_share"
    alone = count_cells(frame.select("sex", "age", "household_type").filter(pl.col("household_type") == "single"))
    cells, shares, origin = count_cells(frame), figures.by_age_sex(name), figures.origin(name)
    rows = []
    for first, last in _ALONE_BANDS:
        ages = slice(first, last + 1)
        part, people = shares[:, ages], cells[:, ages]
        count = float((part * people).sum())
        known = _ALONE * float(people.sum()) / count if count else 0.0
        tolerance = known + drawn_off(count, float((part * (1 - part) * people).sum()), 0.0)
        rows.append(make_row(f"{name} aged {first}-{last}", count, alone[:, ages].sum(), tolerance, origin))
    return rows


def _nation(frame: pl.DataFrame, figures: Figures) -> list[Row]:
    """Targets that are known for the country only."""
    made = {
        "household.mean_size": frame.height / float((1 / frame["household_size"]).sum()),
        "care.home_recipients_national": int((frame["home_care_hours"] > 0).sum()),
        "care.nursing_home_residents_national": int(frame["nursing_home"].sum()),
        "gp.without_gp": int((frame["fastlege"] < 0).sum()),
        "gp.lists_filled": frame.select("kommunenummer", "fastlege").filter(pl.col("fastlege") >= 0).n_unique(),
    }
    return [make_row(name, figures.value(name), value, TOTAL, figures.origin(name)) for name, value in made.items()]
