"""Reads which medicines and drug allergies a record names when nothing more is known of somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from simulator.domain.codes import DrugAllergy, Medicine
from simulator.domain.figure import STATUSES, FigureUse
from simulator.domain.tables import CONDITIONS
from simulator.figures.tables import Row, read_rows
from simulator.places import MUNICIPALITIES

SEVERITIES: Final = ("mild", "moderate", "severe")
ALLERGIES: Final = (
    "atc", "substance", "reaction", "reaction_name", "severity", "share", "unit", "year", "source", "status",
)  # fmt: skip
_MEDICINES: Final = ("use", "key", "atc", "name", "dose", "unit", "year", "source", "status")
_USES: Final = ("condition", "polypharmacy", "reason", "added")


@dataclass(frozen=True, slots=True)
class Regimens:
    """Common first choices; the bench's own, no treatment guideline."""

    of_condition: Mapping[str, tuple[Medicine, ...]]
    of_reason: Mapping[str, Medicine]
    """By ICPC-2 code of the contact."""
    further: tuple[Medicine, ...]
    """Given to those with polypharmacy, in this order, until they have enough."""
    added: tuple[Medicine, ...]
    """Given in a contact whose reason names none, the first that is not taken yet."""
    allergies: tuple[tuple[DrugAllergy, float], ...]
    """Each with its share of all."""
    uses: tuple[FigureUse, ...]
    """Where they come from."""


@cache
def regimens(directory: Path = MUNICIPALITIES) -> Regimens:
    """Those of a directory of figures; raises InputError with file and line."""
    rows = read_rows(directory / "regular_medicines.csv", _MEDICINES)
    by_use: dict[str, list[tuple[str, Medicine]]] = {use: [] for use in _USES}
    for row in rows:
        medicine = Medicine(*(row.text(name) for name in ("atc", "name", "dose")))
        use = row.word("use", _USES)
        key = row.word("key", CONDITIONS) if use == "condition" else row.text("key")
        by_use[use].append((key, medicine))
    allergic = allergy_rows(directory)
    return Regimens(
        of_condition={
            name: tuple(medicine for key, medicine in by_use["condition"] if key == name) for name in CONDITIONS
        },
        of_reason=dict(by_use["reason"]),
        further=tuple(medicine for _, medicine in by_use["polypharmacy"]),
        added=tuple(medicine for _, medicine in by_use["added"]),
        allergies=tuple((_allergy(row), row.decimal("share", high=1.0)) for row in allergic),
        uses=(_use("regular_medicines", rows[0]), _use("drug_allergies", allergic[0])),
    )


def allergy_rows(directory: Path) -> list[Row]:
    """The substances of ``allergies.csv``; raises InputError with file and line."""
    rows = read_rows(directory / "allergies.csv", ALLERGIES)
    for row in rows:
        row.word("severity", SEVERITIES)
    return rows


def _allergy(row: Row) -> DrugAllergy:
    return DrugAllergy(*(row.text(name) for name in ALLERGIES[:5]))


def _use(name: str, row: Row) -> FigureUse:
    status = row.word("status", STATUSES)
    known = next(valid for valid in STATUSES if valid == status)
    return FigureUse(name, row.text("unit"), row.whole("year", high=2100), row.text("source"), known)
