"""Task: something somebody is to do, with an owner and a deadline."""

from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, ref


def task(contact: Contact) -> Resource:
    """A task requested; its owner is the receiver, else the own organisation, else whoever wrote it."""
    resource: Resource = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "priority": "routine",
        "description": "Følg opp pasienten",
        "for": contact.subject,
        "authoredOn": contact.at,
        "lastModified": contact.at,
        "requester": ref(contact.author),
        "owner": ref(contact.receiver or contact.organisation or contact.author),
    }
    if contact.due:
        resource["restriction"] = {"period": {"end": contact.due}}
    if contact.encounter:
        resource["encounter"] = ref(contact.encounter)
    return resource


def earlier_task(contact: Contact) -> Resource:
    """A task requested before the period by the organisation that is to do it."""
    resource = task(contact)
    resource["authoredOn"] = resource["lastModified"] = contact.before
    return resource


def done(request: Resource, contact: Contact) -> Resource:
    """The task, completed."""
    return {**request, "status": "completed", "lastModified": contact.at}
