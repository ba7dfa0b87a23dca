"""Medicines by ATC that go with the conditions people have, as many users of each as in the nation; drug allergies."""

from typing import Final

import numpy as np
import polars as pl

from simulator.domain.figure import OLDEST
from simulator.domain.tables import ALLERGIES, CONDITIONS, MEDICINES
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.figures.regimens import allergy_rows
from simulator.figures.tables import Row, read_rows
from simulator.population.began import began, cells, table, uniforms
from simulator.population.health import condition_models
from simulator.population.odds import Joint, Model

HEADER: Final = (
    "atc", "name", "dose", "users_per_1000", "condition", "share_of_condition", "age_from", "prescriber",
    "unit", "year", "source", "status",
)  # fmt: skip
_MANY: Final = "polypharmacy_5plus_Rx_year"


def medicines(frame: pl.DataFrame, figures: Figures, seed: int) -> pl.DataFrame:
    """What everybody in a population takes of the leading medicines, ``tables.MEDICINES``; nobody what is not borne."""
    models = condition_models(figures)
    cell = cells(frame)
    has = {name: frame[f"has_{name}"].to_numpy() for name in CONDITIONS}
    known = frame.select("resident", "birth_date", *(f"has_{name}" for name in CONDITIONS))
    parts = []
    for row in medicine_rows(figures):
        atc = row.text("atc")
        takes = uniforms(frame, seed, "medicine", atc) < medicine_model(row, figures, models).of(has, cell)
        takers = known.filter(pl.Series(takes))
        since = began(takers, figures, seed, f"medicine/{atc}", youngest=row.whole("age_from", high=OLDEST))
        told = takers.select(
            "resident",
            *(pl.lit(row.text(name)).alias(name) for name in ("atc", "name", "dose", "prescriber")),
            since.alias("since"),
            _reason(row).alias("condition"),
        )
        parts.append(told)
    borne = allergies(frame, figures, seed).select("resident", "atc")
    return table(parts, MEDICINES).join(borne, on=["resident", "atc"], how="anti", maintain_order="left")


def medicine_rows(figures: Figures) -> list[Row]:
    """The medicines of ``medicines.csv``, each once; raises InputError with file and line."""
    rows = read_rows(figures.directory / "medicines.csv", HEADER)
    seen: set[str] = set()
    for row in rows:
        if row.text("atc") in seen:
            raise InputError(f"medicine {row.text('atc')} is given twice", expected="each once", where=row.where)
        seen.add(row.text("atc"))
        row.whole("age_from", high=OLDEST)
    return rows


def allergies(frame: pl.DataFrame, figures: Figures, seed: int) -> pl.DataFrame:
    """The substance and reaction of everybody with a serious drug allergy, ``tables.ALLERGIES``."""
    rows = allergy_rows(figures.directory)
    upto = np.cumsum([row.decimal("share", high=1.0) for row in rows])
    allergic = frame.filter("has_allergy_drug_serious")
    which = np.searchsorted(upto / upto[-1], uniforms(allergic, seed, "allergy"))
    since = began(allergic, figures, seed, "allergy")
    told = allergic.select("resident", since.alias("since"))
    words = ("atc", "substance", "reaction", "reaction_name", "severity")
    parts = [
        told.filter(pl.Series(which == number)).with_columns(pl.lit(row.text(name)).alias(name) for name in words)
        for number, row in enumerate(rows)
    ]
    return table(parts, ALLERGIES)


def _reason(row: Row) -> pl.Expr:
    """The condition of the medicine, for those who have it."""
    condition = row.word("condition", ("", *CONDITIONS))
    return pl.when(f"has_{condition}").then(pl.lit(condition)) if condition else pl.lit(None, pl.String)


def medicine_model(row: Row, figures: Figures, models: list[Model]) -> Model:
    """The chance of a medicine by its condition and polypharmacy, so that the nation has its users.

    A share of those with the condition take it; the other users are drawn from everybody old enough, more often with
    polypharmacy.
    """
    structure = figures.people.structure.astype(np.float64).ravel()
    users = row.decimal("users_per_1000", high=1000.0) / 1000 * structure.sum()
    old = np.tile(np.arange(121) >= row.whole("age_from"), 2)
    condition = row.word("condition", ("", *CONDITIONS))
    names = (condition, _MANY) if condition else (_MANY,)
    joint = Joint.of(names, models)
    rows = np.arange(len(joint.weight))
    bits = [rows >> joint.names.index(name) & 1 for name in names]
    people = joint.weight * structure * old
    ill = (bits[0] == 1) if condition else np.zeros(len(rows), dtype=np.bool_)
    share = row.decimal("share_of_condition", high=1.0)
    factor = np.where(bits[-1] == 1, figures.value("medicine.polypharmacy_weight"), 1.0)
    treated = people[ill].sum()
    share = min(share, users / treated) if treated else 0.0
    rest = (users - share * treated) / (people * factor[:, None])[~ill].sum()
    combinations = np.arange(2 ** len(names))
    many = combinations >> (len(names) - 1) & 1
    chance = np.where(many == 1, rest * figures.value("medicine.polypharmacy_weight"), rest)
    if condition:
        chance = np.where(combinations & 1 == 1, share, chance)
    return Model(row.text("atc"), names, np.minimum(1.0, chance)[:, None] * old)
