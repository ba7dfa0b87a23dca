"""AllergyIntolerance: the critical information of the record (no-basis-AllergyIntolerance 2.0.17).

The published profile fixes the manifestation's system to ``urn:uid:``, a misprint of ``urn:oid:``; the bench writes the
correct form, and gives the one reaction the profile demands.
"""

from typing import Final

from simulator.domain.codes import ALLERGY_MANIFESTATION, ATC, HL7_TERMINOLOGY, DrugAllergy, profile
from simulator.fhir.contact import Person
from simulator.fhir.elements import Resource, concept, ref

_SYSTEM: Final = f"{HL7_TERMINOLOGY}allergyintolerance-"
_ACTIVE: Final = {"coding": [{"system": f"{_SYSTEM}clinical", "code": "active"}]}
_CONFIRMED: Final = {"coding": [{"system": f"{_SYSTEM}verification", "code": "confirmed"}]}


def drug_allergy(person: Person, allergy: DrugAllergy, recorded: str) -> Resource:
    """A serious drug allergy; ``recorded`` is a date."""
    resource: Resource = {
        "resourceType": "AllergyIntolerance",
        "meta": {"profile": profile("AllergyIntolerance")},
        "clinicalStatus": _ACTIVE,
        "verificationStatus": _CONFIRMED,
        "type": "allergy",
        "category": ["medication"],
        "criticality": "high",
        "code": {**concept(ATC, (allergy.atc, allergy.substance)), "text": allergy.substance},
        "patient": ref(person.patient),
        "recordedDate": recorded,
        "reaction": [
            {
                "manifestation": [concept(ALLERGY_MANIFESTATION, (allergy.reaction, allergy.reaction_name))],
                "severity": allergy.severity,
            }
        ],
    }
    if person.doctor:
        resource["recorder"] = ref(person.doctor)
    return resource
