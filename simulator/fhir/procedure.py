"""Procedure: a medication review (legemiddelgjennomgang), something done with a person, with who did it and when."""

from simulator.domain.clinical_codes import MEDICATION_REVIEW
from simulator.domain.codes import SNOMED_CT
from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, concept, ref


def medication_review(contact: Contact) -> Resource:
    """The person's medicines gone through, as the regulation on medicines in nursing homes demands each year."""
    resource: Resource = {
        "resourceType": "Procedure",
        "status": "completed",
        "code": {**concept(SNOMED_CT, MEDICATION_REVIEW), "text": "Legemiddelgjennomgang"},
        "subject": contact.subject,
        "performedPeriod": {"start": contact.began, "end": contact.at},
        "performer": [{"actor": ref(contact.author)}],
    }
    if contact.encounter:
        resource["encounter"] = ref(contact.encounter)
    return resource
