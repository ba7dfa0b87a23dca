"""MedicationDispense: a medicine handed out by a pharmacy, multidose packs included."""

from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, ref


def dispense(contact: Contact) -> Resource:
    """What was prescribed, handed out."""
    prescribed = contact.made["prescription"]
    content = prescribed.resource
    return {
        "resourceType": "MedicationDispense",
        "status": "completed",
        "medicationCodeableConcept": content["medicationCodeableConcept"],
        "subject": contact.subject,
        "performer": [{"actor": ref(contact.author)}],
        "whenHandedOver": contact.at,
        "dosageInstruction": content["dosageInstruction"],
        "authorizingPrescription": [ref(prescribed.interaction)],
    }
