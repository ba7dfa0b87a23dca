"""Municipal service decisions by IPLOS type, in line with everybody's home care, alarm and nursing-home place."""

from typing import Final

import numpy as np
import polars as pl

from simulator.domain.figure import OLDEST
from simulator.domain.tables import SERVICES
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.figures.tables import Row, read_rows
from simulator.population.began import began, table, uniforms
from simulator.population.odds import Flags, Floats

HEADER: Final = (
    "service", "name", "among", "age_from", "recipients", "hours_weight", "place", "unit", "year", "source", "status",
)  # fmt: skip
PLACES: Final = ("home", "institution", "outside")
_SHARES: Final = {
    "home_care": "care.home_share",
    "safety_alarm": "care.safety_alarm_share",
    "nursing_home": "care.nursing_home_share",
}
_GIVEN: Final = ("safety_alarm", "nursing_home")
"""Columns that say by themselves who has the service."""
_NURSING, _PRACTICAL = "15", "1"
"""Everybody with home care has one of these; who has both has home nursing at the end of its draws."""


def services(frame: pl.DataFrame, figures: Figures, seed: int) -> pl.DataFrame:
    """The services of everybody in a population, ``tables.SERVICES``; hours sum up to ``home_care_hours``."""
    rows = service_rows(figures)
    has = {row.text("service"): _has(frame, row, figures, seed) for row in rows}
    weights = [np.where(has[row.text("service")], row.decimal("hours_weight"), 0.0) for row in rows]
    whole = np.maximum(np.sum(weights, axis=0), 1e-9)
    known = frame.select("resident", "birth_date", "home_care_hours")
    parts = []
    for row, weight in zip(rows, weights, strict=True):
        share = pl.Series("share", weight / whole)
        granted = known.with_columns(share).filter(pl.Series(has[row.text("service")]))
        since = began(
            granted, figures, seed, f"service/{row.text('service')}", youngest=row.whole("age_from", high=OLDEST)
        )
        told = granted.select(
            "resident",
            pl.lit(row.text("service")).alias("service"),
            pl.lit(row.text("name")).alias("name"),
            since.alias("from"),
            hours=pl.col("home_care_hours") * pl.col("share") if row.decimal("hours_weight") else None,
            place=pl.lit(row.text("place")),
        )
        parts.append(told)
    return table(parts, SERVICES)


def service_rows(figures: Figures) -> list[Row]:
    """The services of ``services.csv``; raises InputError with file and line.

    Whoever has home care has to have home nursing or practical help, or the hours granted would be lost.
    """
    rows = read_rows(figures.directory / "services.csv", HEADER)
    found: dict[str, Row] = {}
    for row in rows:
        service = row.text("service")
        if service in found:
            raise InputError(f"service {service} is given twice", expected="each once", where=row.where)
        row.word("among", (*_SHARES, "residents"))
        row.word("place", PLACES)
        row.whole("age_from", high=OLDEST)
        row.decimal("hours_weight")
        found[service] = row
    helped = [found[service] for service in (_NURSING, _PRACTICAL) if service in found]
    if sum(service_chance(row, figures) for row in helped if row.text("among") == "home_care") < 1:
        raise InputError(
            f"services {_NURSING} and {_PRACTICAL} have fewer recipients than home care",
            expected="together at least as many",
            where=(helped or rows)[-1].where,
        )
    return rows


def service_chance(row: Row, figures: Figures) -> float:
    """The share of those whom a service is for that have it, from the recipients in the nation."""
    people = figures.people.structure[:, row.whole("age_from") :].astype(np.float64)
    among = row.word("among", (*_SHARES, "residents"))
    if among in _SHARES:
        people = people * figures.by_age_sex(_SHARES[among])[:, row.whole("age_from") :]
    return float(min(1.0, row.decimal("recipients") / people.sum())) if people.any() else 0.0


def service_share(row: Row, figures: Figures) -> Floats:
    """The share of all residents that has a service, by sex and age: shape (2, 121)."""
    among = row.word("among", (*_SHARES, "residents"))
    whole = figures.by_age_sex(_SHARES[among]) if among in _SHARES else np.ones((2, 121))
    given = among in _GIVEN
    return whole * (1.0 if given else service_chance(row, figures)) * (np.arange(121) >= row.whole("age_from"))


def service_eligible(frame: pl.DataFrame, row: Row) -> Flags:
    """Whom of a population a service is for."""
    old: Flags = (frame["age"] >= row.whole("age_from")).to_numpy()
    among = row.text("among")
    if among == "residents":
        return old
    has: Flags = (frame["home_care_hours"] > 0 if among == "home_care" else frame[among]).to_numpy()
    return old & has


def _has(frame: pl.DataFrame, row: Row, figures: Figures, seed: int) -> Flags:
    eligible, service = service_eligible(frame, row), row.text("service")
    if row.text("among") in _GIVEN:
        return eligible
    chance = service_chance(row, figures)
    if service == _PRACTICAL:
        return eligible & (uniforms(frame, seed, "service", _NURSING) > 1 - chance)
    return eligible & (uniforms(frame, seed, "service", service) < chance)
