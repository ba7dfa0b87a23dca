"""RelatedPerson: somebody close to a patient, by family relation (no-basis-RelatedPerson)."""

from typing import Any

from simulator.domain.codes import FAMILY_RELATION, FNR, profile
from simulator.fhir.contact import Person
from simulator.fhir.elements import Resource, concept, identifier, ref


def related_person(person: Person, relative: dict[str, Any], relation: tuple[str, str]) -> Resource:
    """The relative (a row of the population) as the patient's ``relation`` (code and Norwegian name)."""
    resource: Resource = {
        "resourceType": "RelatedPerson",
        "meta": {"profile": profile("RelatedPerson")},
        "identifier": identifier(FNR, relative["person_number"]),
        "active": True,
        "patient": ref(person.patient),
        "relationship": [concept(FAMILY_RELATION, relation)],
        "name": [{"use": "official", "family": relative["family_name"], "given": [relative["given_name"]]}],
        "gender": relative["sex"],
        "birthDate": relative["birth_date"],
    }
    if relative["phone"]:
        resource["telecom"] = [{"system": "phone", "value": relative["phone"], "use": "mobile"}]
    return resource
