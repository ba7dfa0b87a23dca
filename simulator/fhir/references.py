"""What rendering looks up in ``scenarios/references``: laboratory tests, growth, vaccines and the tariff."""

import csv
from bisect import bisect_right
from functools import cache
from pathlib import Path
from typing import Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, RootModel

from simulator.documents import read
from simulator.domain.figure import FigureStatus, FigureUse, weakest
from simulator.places import REFERENCES

_STATUS: Final[dict[str, FigureStatus]] = {"official": "official", "derived": "derived", "assumed": "assumed"}


class _Sourced(BaseModel):
    model_config = ConfigDict(extra="forbid")
    code: str
    name: str
    year: int
    source: str
    status: FigureStatus


class LabTest(_Sourced):
    """A laboratory test by LOINC, its usual values and its normal range."""

    unit: str
    mean: float
    spread: float
    low: float
    high: float
    reasons: list[str]


class Vaccine(_Sourced):
    """A vaccine by ATC, due from an age in months."""

    months: float = Field(alias="from")
    dose: int


class Tariff(_Sourced):
    """What one kind of contact is claimed by: item and amount."""

    value: float
    unit: Literal["NOK"]


class _LabTests(RootModel[dict[str, LabTest]]):
    pass


class _Vaccines(RootModel[list[Vaccine]]):
    pass


class _Tariffs(RootModel[dict[str, Tariff]]):
    pass


class Growth(NamedTuple):
    """Median weight (kg) and height (cm) at an age in months, and their coefficients of variation."""

    months: float
    weight: float
    weight_spread: float
    height: float
    height_spread: float


@cache
def lab_tests() -> tuple[LabTest, ...]:
    """Every laboratory test, in the order of the file."""
    return tuple(read(REFERENCES / "laboratory.yaml").as_model(_LabTests).root.values())


@cache
def vaccines() -> tuple[Vaccine, ...]:
    """Every vaccine, by the age it is due from."""
    return tuple(sorted(read(REFERENCES / "vaccination.yaml").as_model(_Vaccines).root, key=lambda v: v.months))


@cache
def tariffs() -> dict[str, Tariff]:
    """What a contact is claimed by, by channel."""
    return read(REFERENCES / "tariff.yaml").as_model(_Tariffs).root


@cache
def _growth_rows() -> tuple[dict[str, str], ...]:
    with Path(REFERENCES / "growth.csv").open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


@cache
def _growth(sex: str) -> tuple[Growth, ...]:
    names = ("months", "weight_kg", "weight_spread", "height_cm", "height_spread")
    return tuple(Growth(*(float(row[name]) for name in names)) for row in _growth_rows() if row["sex"] == sex)


def growth(sex: str, months: float) -> Growth:
    """The reference at an age, in straight lines between the ages of the table; beyond the last, the last."""
    table = _growth(sex)
    after = bisect_right([row.months for row in table], months)
    if after in (0, len(table)):
        return table[min(after, len(table) - 1)]
    left, right = table[after - 1], table[after]
    part = (months - left.months) / (right.months - left.months)
    return Growth(*(a + part * (b - a) for a, b in zip(left, right, strict=True)))


def reference_uses() -> tuple[FigureUse, ...]:
    """Every table, with the weakest status of its rows, for the report."""
    kept: dict[str, list[_Sourced]] = {
        "laboratory": list(lab_tests()),
        "vaccination": list(vaccines()),
        "tariff": list(tariffs().values()),
    }
    uses = [
        FigureUse(f"references.{name}", "table", rows[0].year, rows[0].source, weakest([row.status for row in rows]))
        for name, rows in kept.items()
    ]
    first, *_ = _growth_rows()
    status = weakest([_STATUS[row["status"]] for row in _growth_rows()])
    return (*uses, FigureUse("references.growth", "table", int(first["year"]), first["source"], status))
