"""A whole past on demand: the record somebody already has at the start, with contacts years back."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import polars as pl

from simulator.domain.codes import IPLOS_HOME_CARE, IPLOS_NURSING_HOME
from simulator.fhir.contact import Made, Person
from simulator.fhir.elements import Resource
from simulator.fhir.past import Past, rows_of
from simulator.fhir.past_contacts import Known, PastContacts
from simulator.fhir.past_plan import Kind, contacts
from simulator.fhir.registry import Names, Registry

_SERVICES: Final[dict[str, Kind]] = {IPLOS_HOME_CARE[0]: "home", IPLOS_NURSING_HOME[0]: "ward"}
_NAMES: Final[Names] = (["Anne", "Bjørn", "Ingrid", "Ole", "Åse"], ["Berg", "Dahl", "Haugen", "Lie", "Sørli"])
"""What practitioners are called where no population is at hand to take names from."""


class LongPast:
    """Tells the past of residents; all of them share the organisations and practitioners of ``registry``."""

    def __init__(self, seed: int, start: date, municipality_names: dict[str, str], names: Names = _NAMES) -> None:
        """``start`` is the first day of the period; ``municipality_names`` is by kommunenummer."""
        self._seed, self._start = seed, start
        self.registry = Registry(seed, lambda number: municipality_names.get(number, number), names)
        self._past = Past(seed, start, self.registry, municipality_names)

    def of(self, row: dict[str, Any]) -> list[Made]:
        """Everything the record holds of the resident of a row of the population (``birth_date`` as text).

        First the Patient, then what is known for long, as a run's rendering writes it, with the same ids; then the
        contacts, earliest first. Every resource stands after those of the list that it refers to; organisations and
        practitioners are in :attr:`registry`.
        """
        person = self._past.person(row)
        told = list(self._past.known(person))
        known = _known(person, told)
        writer = PastContacts(person, self.registry, self._seed, known)
        for place, planned in enumerate(contacts(row, self._seed, self._start, known.services)):
            told += writer.write(planned, place, self._start)
        return told


def past_of(row: dict[str, Any], seed: int, start: date, *, municipality: str | None = None) -> list[Resource]:
    """The past of one resident, whole: organisations and practitioners first, then the Patient and the record.

    Every resource has its derived ``id``, which others refer to as ``urn:uuid:<id>``. The same row, seed and start
    give the same list, whoever else is asked for; nothing is before the resident's birth or on ``start`` or later.
    """
    code = row["kommunenummer"]
    past = LongPast(seed, start, {code: municipality or code})
    told = past.of(row)
    return [{**made.resource, "id": made.interaction} for made in (*listed(past.registry), *told)]


def long_pasts(population: pl.DataFrame, residents: pl.Series, past: LongPast) -> Iterator[list[Made]]:
    """The pasts of some residents of a population, by resident number."""
    for row in rows_of(population, residents):
        yield past.of(row)


def listed(registry: Registry) -> Iterator[Made]:
    """What the registry has been asked for so far: organisations, practitioners and their roles."""
    for identity, resource in registry.resources():
        yield Made(identity, resource)


def _known(person: Person, told: list[Made]) -> Known:
    resources = [made.resource for made in told]
    conditions = [r for r in resources if r["resourceType"] == "Condition"]
    medicines = [r["effectivePeriod"]["start"] for r in resources if r["resourceType"] == "MedicationStatement"]
    services = {
        r["type"][0]["coding"][0]["code"]: r["period"]["start"]
        for r in resources
        if r["resourceType"] == "EpisodeOfCare"
    }
    return Known(
        problems=[(r["code"]["coding"][0]["code"], r["onsetDateTime"]) for r in conditions],
        medicines=list(zip(person.medicines, medicines, strict=True)),
        services={kind: services[code] for code, kind in _SERVICES.items() if code in services},
    )
