"""Condition: problems in the record, and the reason a contact ended with. HL7 Norway publishes no profile yet."""

from typing import Final

from simulator.domain.codes import HL7_TERMINOLOGY, ICD_10, ConditionCodes
from simulator.fhir.contact import Contact, Person
from simulator.fhir.elements import Resource, coding, icpc2, ref

_ACTIVE: Final = {"coding": [{"system": f"{HL7_TERMINOLOGY}condition-clinical", "code": "active"}]}
_CONFIRMED: Final = {"coding": [{"system": f"{HL7_TERMINOLOGY}condition-ver-status", "code": "confirmed"}]}
_PROBLEM: Final = [{"coding": [{"system": f"{HL7_TERMINOLOGY}condition-category", "code": "problem-list-item"}]}]
_DIAGNOSIS: Final = [{"coding": [{"system": f"{HL7_TERMINOLOGY}condition-category", "code": "encounter-diagnosis"}]}]
_UNSPECIFIED: Final = "A99"


def known_problem(person: Person, codes: ConditionCodes, since: str) -> Resource:
    """A long-term condition on the problem list, coded by ICPC-2 and ICD-10; ``since`` is a date."""
    code = icpc2(codes.icpc2)
    code["coding"].append(coding(ICD_10, (codes.icd10, codes.icd10_name)))
    resource: Resource = {
        "resourceType": "Condition",
        "clinicalStatus": _ACTIVE,
        "verificationStatus": _CONFIRMED,
        "category": _PROBLEM,
        "code": code,
        "subject": ref(person.patient),
        "onsetDateTime": since,
        "recordedDate": since,
    }
    if person.doctor:
        resource["recorder"] = ref(person.doctor)
    return resource


def diagnosis(contact: Contact) -> Resource:
    """The diagnosis of a contact, by its reason."""
    resource: Resource = {
        "resourceType": "Condition",
        "clinicalStatus": _ACTIVE,
        "verificationStatus": _CONFIRMED,
        "category": _DIAGNOSIS,
        "code": icpc2(contact.reason or _UNSPECIFIED),
        "subject": contact.subject,
        "recordedDate": contact.at,
    }
    if contact.encounter:
        resource["encounter"] = ref(contact.encounter)
    if contact.practitioner:
        resource["recorder"] = ref(contact.practitioner)
    return resource
