"""MedicationRequest: prescriptions (e-resept). HL7 Norway's no-basis has no profile of it."""

from simulator.domain.codes import ATC, Medicine
from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, concept, icpc2, ref
from simulator.fhir.medication import medicine_for


def prescription(contact: Contact) -> Resource:
    """A prescription of the medicine that fits the reason; a renewal when the person takes it already."""
    medicine = medicine_for(contact)
    resource: Resource = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": medicine_concept(medicine),
        "subject": contact.subject,
        "authoredOn": contact.at,
        "requester": ref(contact.author),
        "dosageInstruction": [{"text": medicine.regimen}],
    }
    if contact.encounter:
        resource["encounter"] = ref(contact.encounter)
    if contact.reason:
        resource["reasonCode"] = [icpc2(contact.reason)]
    return resource


def earlier_prescription(contact: Contact) -> Resource:
    """The prescription that a pharmacy dispenses on, written before the period."""
    resource = prescription(contact)
    resource["authoredOn"] = contact.before
    resource["requester"] = ref(contact.person.doctor or contact.author)
    resource.pop("encounter", None)
    return resource


def dispensed(request: Resource, _contact: Contact) -> Resource:
    """The prescription, all of it handed out."""
    return {**request, "status": "completed"}


def medicine_concept(medicine: Medicine) -> Resource:
    """A medicine by ATC."""
    return {**concept(ATC, (medicine.atc, medicine.name)), "text": medicine.name}
