"""RelatedPerson: somebody close to a patient, by family relation (no-basis-RelatedPerson)."""

from typing import Any

from simulator.domain.codes import FAMILY_RELATION, FNR, HIDDEN, profile
from simulator.fhir.contact import Person
from simulator.fhir.elements import Resource, concept, identifier, ref


def related_person(
    person: Person, relative: dict[str, Any], relation: tuple[str, str], *, system: str = FAMILY_RELATION
) -> Resource:
    """The relative (a row of the population) as the patient's ``relation`` (code and name in ``system``)."""
    resource: Resource = {
        "resourceType": "RelatedPerson",
        "meta": {"profile": profile("RelatedPerson")},
        "identifier": identifier(FNR, relative["person_number"]),
        "active": True,
        "patient": ref(person.patient),
        "relationship": [concept(system, relation)],
        "name": [{"use": "official", "family": relative["family_name"], "given": [relative["given_name"]]}],
        "gender": relative["sex"],
        "birthDate": relative["birth_date"],
    }
    if relative["phone"] and relative.get("protection") != HIDDEN:
        resource["telecom"] = [{"system": "phone", "value": relative["phone"], "use": "mobile"}]
    return resource
