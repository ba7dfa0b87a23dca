"""Targets of the tables beside the people: recipients, users and the like, counted some municipalities at a time."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl

from simulator.domain.figure import STATUSES, FigureUse
from simulator.domain.record import Record
from simulator.figures import Figures
from simulator.figures.regimens import allergy_rows
from simulator.figures.tables import Row as Line
from simulator.population.began import cells
from simulator.population.fit_rows import Floats, Row, drawn_off, make_row
from simulator.population.gp_lists import vacant_lists
from simulator.population.health import condition_models
from simulator.population.identities import may_have_had_dnr
from simulator.population.medicines import medicine_model, medicine_rows
from simulator.population.relations import OF_AGE, guardian_chance
from simulator.population.services import service_rows, service_share

_IDENTITIES: Final = {"dnr": "dnr", "fhn": "fhn", "former": "changed"}
"""Kinds of number and the figures they are drawn by."""

Aim = tuple[str, FigureUse, Floats, int]
"""A target, its origin, everybody's chance (those who have none left out or 0), and how many were made."""


class RecordFit:
    """Holds records against the figures they were made from."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._models = condition_models(figures)
        self._origins: dict[str, FigureUse] = {}
        self._sums: dict[str, Floats] = {}
        """By target: expected, variance of the drawing, and made."""

    def add(self, people: pl.DataFrame, record: Record) -> None:
        """Count the record of some people (``tables.POPULATION``)."""
        for aims in (self._services, self._medicines, self._allergies, self._relations, self._numbers):
            for target, origin, chances, made in aims(people, record):
                self._origins[target] = origin
                counted = np.array([chances.sum(), (chances * (1 - chances)).sum(), made])
                self._sums[target] = self._sums.get(target, np.zeros(3)) + counted

    def rows(self) -> list[Row]:
        """Rows like those of ``population_fit``, of everybody added."""
        found = []
        for target, (count, variance, made) in self._sums.items():
            found.append(make_row(target, count, made, drawn_off(count, variance), self._origins[target]))
        return found

    def _services(self, people: pl.DataFrame, record: Record) -> Iterator[Aim]:
        made, cell = _counts(record.services, "service"), cells(people)
        for line in service_rows(self._figures):
            service = line.text("service")
            chances = service_share(line, self._figures).ravel()[cell]
            yield f"service {service} {line.text('name')}", _use(line, "recipients"), chances, made.get(service, 0)

    def _medicines(self, people: pl.DataFrame, record: Record) -> Iterator[Aim]:
        made, cell = _counts(record.medicines, "atc"), cells(people)
        has = {model.name: people[f"has_{model.name}"].to_numpy() for model in self._models}
        for line in medicine_rows(self._figures):
            atc = line.text("atc")
            chances = medicine_model(line, self._figures, self._models).of(has, cell)
            yield f"medicine {atc} {line.text('name')}", _use(line, "users_per_1000"), chances, made.get(atc, 0)

    def _allergies(self, people: pl.DataFrame, record: Record) -> Iterator[Aim]:
        made = _counts(record.allergies, "atc")
        allergic = int(people["has_allergy_drug_serious"].sum())
        lines = allergy_rows(self._figures.directory)
        whole = sum(line.decimal("share", high=1.0) for line in lines)
        for line in lines:
            atc, chances = line.text("atc"), np.full(allergic, line.decimal("share", high=1.0) / whole)
            yield f"allergy {atc} {line.text('substance')}", _use(line, "share"), chances, made.get(atc, 0)

    def _relations(self, people: pl.DataFrame, record: Record) -> Iterator[Aim]:
        made, age = _counts(record.relations, "kind"), people["age"].to_numpy()
        grown, figures = age >= OF_AGE, self._figures
        chances = {
            "next-of-kin": ("next_of_kin_share", np.full(people.height, figures.value("relation.next_of_kin_share"))),
            "guardian": ("guardian_share", guardian_chance(people, figures)[grown]),
            "proxy": ("proxy_share", figures.by_age_sex("relation.proxy_share")[0][age[grown]]),
        }
        for kind, (name, chance) in chances.items():
            yield f"relation {kind}", figures.origin(f"relation.{name}"), chance, made.get(kind, 0)
        scopes = dict(record.consents.group_by(pl.concat_str("kind", pl.lit("/"), "scope")).len().iter_rows())
        for name, share in figures.by_key("relation.consent_share").items():
            origin = figures.origin("relation.consent_share")
            yield f"consent {name}", origin, np.full(int(grown.sum()), share), scopes.get(name, 0)

    def _numbers(self, people: pl.DataFrame, record: Record) -> Iterator[Aim]:
        made, figures = _counts(record.identities, "kind"), self._figures
        for kind, name in _IDENTITIES.items():
            eligible = int(may_have_had_dnr(people).sum()) if kind == "dnr" else people.height
            chances = np.full(eligible, figures.value(f"identity.{name}_share"))
            yield f"identity {kind}", figures.origin(f"identity.{name}_share"), chances, made.get(kind, 0)
        without = people.filter(pl.col("fastlege") < 0).group_by("replica", "kommunenummer").len()["len"].to_numpy()
        expected = vacant_lists(without, figures)
        # A municipality has the whole lists of what it expects, and one more by the chance of the rest.
        chances = np.concatenate([np.ones(int(np.floor(expected).sum())), expected % 1])
        yield "gp.lists_vacant", figures.origin("gp.lists_vacant"), chances, int(record.gp_lists["vacant"].sum())


def _counts(table: pl.DataFrame, column: str) -> dict[str, int]:
    return dict(table.group_by(column).len().iter_rows())


def _use(line: Line, column: str) -> FigureUse:
    status = line.word("status", STATUSES)
    known = next(valid for valid in STATUSES if valid == status)
    name = f"{line.path.stem} {column}"
    return FigureUse(name, line.text("unit"), line.whole("year", high=2100), line.text("source"), known)
