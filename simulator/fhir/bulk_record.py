"""Bulk data about what is known of people on the day of the count: conditions, allergies, medicines and services."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import polars as pl

from simulator.domain.codes import CONDITION_CODES, DRUG_ALLERGIES, Medicine
from simulator.domain.tables import CONDITIONS
from simulator.fhir.allergy import drug_allergy
from simulator.fhir.assumptions import assumption
from simulator.fhir.bulk_lines import address, fill, slot, variants
from simulator.fhir.bulk_people import person_like
from simulator.fhir.condition import known_problem
from simulator.fhir.episode import granted_services, running_service
from simulator.fhir.medication import regular_medicine, regular_medicines
from simulator.streams import stream

_HAS: Final = [f"has_{name}" for name in CONDITIONS]
_SERVICES: Final = {"home-care": "home_care_id", "nursing-home": "nursing_home_id"}


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


def allergies(people: pl.DataFrame, at: AsOf) -> Iterator[pl.Series]:
    """An AllergyIntolerance for everybody with a serious drug allergy."""
    allergic = at.since(people.filter("has_allergy_drug_serious"), "allergy")
    which = (_draws(allergic, at.seed, "allergy") * len(DRUG_ALLERGIES)).astype(np.int64)
    for number in range(len(DRUG_ALLERGIES)):
        for person, rows in _by_doctor(allergic.filter(pl.Series(which == number))):
            yield fill(drug_allergy(person, number, slot("since")), f"{slot('id')}-allergy", rows)


def medicines(people: pl.DataFrame, at: AsOf) -> Iterator[pl.Series]:
    """A MedicationStatement for every medicine that goes with the conditions of each row."""
    found: dict[tuple[Medicine, str | None], list[int]] = {}
    patterns = people.select(_HAS).unique(maintain_order=True).with_row_index("pattern")
    for row in patterns.iter_rows(named=True):
        for item in regular_medicines(person_like(row, doctor=False)):
            found.setdefault(item, []).append(row["pattern"])
    told = people.join(patterns, on=_HAS, how="left", maintain_order="left")
    for (medicine, reason), those in found.items():
        taking = at.since(told.filter(pl.col("pattern").is_in(those)), reason or medicine.atc)
        for person, rows in _by_doctor(taking):
            resource = regular_medicine(person, medicine, reason, slot("since"))
            yield fill(resource, f"{slot('id')}-{medicine.atc}", rows)


def services(people: pl.DataFrame, at: AsOf) -> Iterator[pl.Series]:
    """An EpisodeOfCare for every service that each row has a decision on."""
    flagged = people.with_columns(_hours=pl.col("home_care_hours") > 0)
    for flags, rows in variants(flagged, ["_hours", "safety_alarm", "nursing_home"]):
        person = person_like({**flags, "home_care_hours": float(bool(flags["_hours"]))}, doctor=False)
        for service, kind in granted_services(person):
            organisation = address("Organization", slot(_SERVICES[kind]))
            resource = running_service(person, service, organisation, slot("since"))
            yield fill(resource, f"{slot('id')}-service-{service[0]}", at.since(rows, f"service/{service[0]}"))


def _by_doctor(rows: pl.DataFrame) -> Iterator[tuple[Any, pl.DataFrame]]:
    """The rows with a GP and those without, each with a person to make their resource of."""
    flagged = rows.with_columns(_doctor=pl.col("doctor").is_not_null())
    for flags, part in variants(flagged, ["_doctor"]) if rows.height else ():
        yield person_like({}, doctor=bool(flags["_doctor"])), part


def _draws(rows: pl.DataFrame, seed: int, name: str) -> "np.ndarray[Any, np.dtype[np.float64]]":
    return stream(seed, "fhir", "bulk", name).uniforms(rows["resident"].to_numpy().astype(np.uint64))
