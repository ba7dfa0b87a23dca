"""MedicationAdministration: a medicine given to somebody by home care, nursing home or ward."""

from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, ref
from simulator.fhir.medication import medicine_for
from simulator.fhir.medicationrequest import medicine_concept


def administration(contact: Contact) -> Resource:
    """One dose of a medicine of the person, given within the event."""
    medicine = medicine_for(contact)
    resource: Resource = {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": medicine_concept(medicine),
        "subject": contact.subject,
        "effectiveDateTime": contact.at,
        "performer": [{"actor": ref(contact.author)}],
        "dosage": {"text": medicine.regimen},
    }
    if contact.encounter:
        resource["context"] = ref(contact.encounter)
    prescribed = contact.made.get("prescription")
    if prescribed:
        resource["request"] = ref(prescribed.interaction)
    return resource
