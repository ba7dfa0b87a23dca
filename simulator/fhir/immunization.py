"""Immunization: a vaccine given, by the programme for the person's age (SYSVAK is told from it)."""

from bisect import bisect_right

from simulator.domain.codes import ATC
from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, concept, ref
from simulator.fhir.growth import months_old
from simulator.fhir.references import vaccines


def vaccination(contact: Contact) -> Resource:
    """The vaccine last due at the person's age; the first of the programme for those younger than that."""
    table = vaccines()
    due = bisect_right([vaccine.months for vaccine in table], months_old(contact.person, contact.at))
    vaccine = table[max(due - 1, 0)]
    resource: Resource = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": concept(ATC, (vaccine.code, vaccine.name)),
        "patient": contact.subject,
        "occurrenceDateTime": contact.at,
        "recorded": contact.at,
        "primarySource": True,
        "performer": [{"actor": ref(contact.author)}],
        "protocolApplied": [{"doseNumberPositiveInt": vaccine.dose}],
    }
    if contact.encounter:
        resource["encounter"] = ref(contact.encounter)
    return resource
