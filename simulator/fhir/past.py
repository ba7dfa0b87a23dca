"""What the record holds before the period: the patients who occur in the events, and what is known of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from simulator.domain.codes import CONDITION_CODES, IPLOS_HOME_CARE, DrugAllergy
from simulator.fhir.allergy import drug_allergy
from simulator.fhir.assumptions import assumption
from simulator.fhir.careplan import running_plan
from simulator.fhir.condition import known_problem
from simulator.fhir.contact import Made, Person
from simulator.fhir.elements import Resource, interaction_id
from simulator.fhir.episode import granted_services, running_service
from simulator.fhir.medication import regular_medicine, regular_medicines
from simulator.fhir.patient import patient
from simulator.fhir.registry import Registry
from simulator.fhir.rows import Rows
from simulator.figures.regimens import regimens

_DOCTOR = "gp.doctor"
_HOME_CARE = "home-care"


@dataclass(frozen=True, slots=True)
class Past:
    """Writes the record of people as it stands at the start of the period."""

    seed: int
    start: date
    registry: Registry
    municipality_names: dict[str, str]

    def person(self, row: dict[str, Any]) -> Person:
        """The resident of a row of the population (``birth_date`` as text)."""
        site = row["kommunenummer"] + (f".{row['replica']}" if row["replica"] else "")
        office = f"{site}/gp/{row['fastlege']}" if row["fastlege"] >= 0 else None
        return Person(
            resident=row["resident"],
            patient=interaction_id(self.seed, "patient", row["resident"]),
            site=site,
            row=row,
            doctor=self.registry.practitioner(office, _DOCTOR, 0),
            office=self.registry.organisation(office),
        )

    def write(self, person: Person, rows: Rows) -> None:
        """Write the Patient and everything known of him."""
        about = (-1, person.resident)
        for number, made in enumerate(self.known(person)):
            rows.create(made.interaction, made.resource, about, conditional=number == 0)

    def known(self, person: Person) -> Iterator[Made]:
        """The Patient, then everything known of him for long."""
        yield Made(person.patient, patient(person, self.municipality_names[person.row["kommunenummer"]]))
        for name, item in self._known(person):
            yield Made(self._id(person, name), item)

    def standing(self, person: Person, name: str) -> Made | None:
        """What stands in the record before the period and care may change: the ``patient``, or the ``plan`` if any."""
        if name == "patient":
            return Made(person.patient, patient(person, self.municipality_names[person.row["kommunenummer"]]))
        return Made(self._id(person, "plan"), self._plan(person)) if person.row["home_care_hours"] > 0 else None

    def _known(self, person: Person) -> Iterator[tuple[str, Resource]]:
        for name, codes in CONDITION_CODES.items():
            if person.row[f"has_{name}"]:
                yield f"condition/{name}", known_problem(person, codes, self._since(person, name))
        if person.row["has_allergy_drug_serious"]:
            yield "allergy", drug_allergy(person, self._allergy(person), self._since(person, "allergy"))
        for medicine, reason in regular_medicines(person):
            person.medicines.append(medicine)
            since = self._since(person, reason or medicine.atc)
            yield f"medicine/{medicine.atc}", regular_medicine(person, medicine, reason, since)
        yield from self._services(person)

    def _allergy(self, person: Person) -> DrugAllergy:
        """One of the common ones, each as often as its share says."""
        known = regimens().allergies
        left = int(self._id(person, "allergy/which")[:8], 16) / 16**8 * sum(share for _, share in known)
        for allergy, share in known:
            left -= share
            if left < 0:
                return allergy
        return known[-1][0]

    def _services(self, person: Person) -> Iterator[tuple[str, Resource]]:
        for service, kind in granted_services(person):
            organisation = self.registry.organisation(f"{person.site}/{kind}") or ""
            since = self._since(person, f"service/{service[0]}")
            yield f"service/{service[0]}", running_service(person, service, organisation, since)
            if service == IPLOS_HOME_CARE:
                person.service = self._id(person, f"service/{service[0]}")
                yield "plan", self._plan(person)

    def _plan(self, person: Person) -> Resource:
        organisation = self.registry.organisation(f"{person.site}/{_HOME_CARE}") or ""
        return running_plan(person, organisation, self._since(person, f"service/{IPLOS_HOME_CARE[0]}"))

    def _since(self, person: Person, name: str) -> str:
        """A date before the period and not before birth, keyed by the name of what began."""
        draw = int(self._id(person, f"since/{name}")[:8], 16)
        days = 1 + draw % int(assumption("years_with_condition") * 365)
        begun = date.fromordinal(self.start.toordinal() - days).isoformat()
        born: str = person.row["birth_date"]
        return max(begun, born)

    def _id(self, person: Person, name: str) -> str:
        return interaction_id(self.seed, "record", person.resident, name)


def rows_of(population: pl.DataFrame, residents: pl.Series) -> list[dict[str, Any]]:
    """The rows of those residents in order, with the date of birth as text."""
    wanted = population.filter(pl.col("resident").is_in(residents.unique().implode()))
    return wanted.sort("resident").with_columns(pl.col("birth_date").dt.to_string("%Y-%m-%d")).to_dicts()
