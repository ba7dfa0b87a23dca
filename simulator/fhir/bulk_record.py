"""Bulk data about what is known of people on the day of the count: conditions, allergies, medicines and services."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import polars as pl

from simulator.domain.codes import CONDITION_CODES, DrugAllergy, Medicine
from simulator.fhir.allergy import drug_allergy
from simulator.fhir.assumptions import assumption
from simulator.fhir.bulk_lines import address, fill, fit_for_json, slot, variants
from simulator.fhir.bulk_people import person_like
from simulator.fhir.condition import known_problem
from simulator.fhir.episode import running_service
from simulator.fhir.medication import regular_medicine
from simulator.streams import stream

_WORDS: Final = ("name", "dose", "substance", "reaction_name")


@dataclass(frozen=True, slots=True)
class AsOf:
    """The day the record stands at, and the seed of what is drawn for it."""

    day: date
    seed: int

    def since(self, rows: pl.DataFrame, name: str) -> pl.DataFrame:
        """``rows`` with ``since``: a day before this one, not before birth, keyed by the name of what began."""
        draws = _draws(rows, self.seed, f"since/{name}")
        days = 1 + (draws * assumption("years_with_condition") * 365).astype(np.int64)
        begun = pl.Series(np.datetime64(self.day) - days.astype("timedelta64[D]")).cast(pl.Date).cast(pl.String)
        return rows.with_columns(since=pl.max_horizontal(begun, pl.col("birth_date")))


def conditions(people: pl.DataFrame, at: AsOf) -> Iterator[pl.Series]:
    """A Condition for every long-term condition of each row of ``bulk_people.prepared``."""
    for name, codes in CONDITION_CODES.items():
        for person, rows in _by_doctor(at.since(people.filter(f"has_{name}"), name)):
            yield fill(known_problem(person, codes, slot("since")), f"{slot('id')}-{codes.icpc2}", rows)


def allergies(people: pl.DataFrame, known: pl.DataFrame) -> Iterator[pl.Series]:
    """An AllergyIntolerance for every row of ``known`` (``tables.ALLERGIES``) about them."""
    allergy = DrugAllergy(*(slot(name) for name in ("atc", "substance", "reaction", "reaction_name", "severity")))
    for person, rows in _by_doctor(_with(people, known)):
        yield fill(drug_allergy(person, allergy, slot("since")), f"{slot('id')}-allergy-{slot('atc')}", rows)


def medicines(people: pl.DataFrame, known: pl.DataFrame) -> Iterator[pl.Series]:
    """A MedicationStatement for every row of ``known`` (``tables.MEDICINES``) about them."""
    medicine = Medicine(slot("atc"), slot("name"), slot("dose"))
    for flags, rows in variants(_with(people, known), ["condition"]):
        reason = CONDITION_CODES[flags["condition"]].icpc2 if flags["condition"] else None
        for person, part in _by_doctor(rows):
            resource = regular_medicine(person, medicine, reason, slot("since"))
            yield fill(resource, f"{slot('id')}-{slot('atc')}", part)


def services(people: pl.DataFrame, known: pl.DataFrame) -> Iterator[pl.Series]:
    """An EpisodeOfCare for every row of ``known`` (``tables.SERVICES``) about them."""
    told = _with(people, known).with_columns(_home=pl.col("place") != "institution")
    for flags, rows in variants(told, ["_home"]):
        organisation = address("Organization", slot("home_care_id" if flags["_home"] else "nursing_home_id"))
        service = slot("service"), slot("name")
        resource = running_service(person_like({}, doctor=False), service, organisation, slot("from"))
        yield fill(resource, f"{slot('id')}-service-{slot('service')}", rows)


def _with(people: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The rows of a table about people, as text fit for JSON, with what their resources need of each person."""
    whom = people.select("resident", "id", "doctor", "office", "home_care_id", "nursing_home_id")
    rows = known.with_columns(pl.selectors.date().cast(pl.String), pl.selectors.enum().cast(pl.String))
    joined = rows.join(whom, on="resident", maintain_order="left")
    return fit_for_json(joined, [name for name in _WORDS if name in joined.columns])


def _by_doctor(rows: pl.DataFrame) -> Iterator[tuple[Any, pl.DataFrame]]:
    """The rows with a GP and those without, each with a person to make their resource of."""
    for flags, part in variants(rows.with_columns(_doctor=pl.col("doctor").is_not_null()), ["_doctor"]):
        yield person_like({}, doctor=bool(flags["_doctor"])), part


def _draws(rows: pl.DataFrame, seed: int, name: str) -> "np.ndarray[Any, np.dtype[np.float64]]":
    return stream(seed, "fhir", "bulk", name).uniforms(rows["resident"].to_numpy().astype(np.uint64))
