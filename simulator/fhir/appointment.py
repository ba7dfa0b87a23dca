"""Appointment: a time booked with somebody (no-basis-Appointment 2.2.1)."""

from simulator.domain.codes import APPOINTMENT_KIND, SLOT_ID, profile
from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, concept, icpc2, identifier, ref


def appointment(contact: Contact) -> Resource:
    """A booked appointment; only proposed when no time is known.

    Its identifier names the time and whom it is with, so that the same time booked twice can be told.
    """
    with_whom = contact.person.doctor or contact.practitioner
    resource: Resource = {
        "resourceType": "Appointment",
        "meta": {"profile": profile("Appointment")},
        "status": "booked" if contact.slot else "proposed",
        "appointmentType": concept(APPOINTMENT_KIND, ("Ordinær", "Ordinær time")),
        "created": contact.at,
        "participant": [{"actor": contact.subject, "status": "accepted"}],
    }
    if contact.reason:
        resource["reasonCode"] = [icpc2(contact.reason)]
    if with_whom:
        resource["participant"].append({"actor": ref(with_whom), "status": "accepted"})
    if contact.slot:
        resource["start"], resource["end"] = contact.slot
        if with_whom:
            resource["identifier"] = identifier(SLOT_ID, f"{with_whom}/{contact.slot.start}")
    return resource
