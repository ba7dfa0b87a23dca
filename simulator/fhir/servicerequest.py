"""ServiceRequest: the application for municipal services (helseopplysninger ved søknad)."""

from simulator.domain.codes import IPLOS_HOME_CARE, IPLOS_SERVICE
from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, concept, icpc2, ref


def application(contact: Contact) -> Resource:
    """An application for home care, sent to the receiver, else to the municipality's intake office."""
    receiver = contact.receiver or contact.registry.organisation(f"{contact.person.site}/intake")
    resource: Resource = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "code": {**concept(IPLOS_SERVICE, IPLOS_HOME_CARE), "text": "Søknad om helse- og omsorgstjenester"},
        "subject": contact.subject,
        "authoredOn": contact.at,
        "requester": ref(contact.author),
        "performer": [ref(receiver or contact.author)],
    }
    if contact.encounter:
        resource["encounter"] = ref(contact.encounter)
    if contact.reason:
        resource["reasonCode"] = [icpc2(contact.reason)]
    return resource


def earlier_application(contact: Contact) -> Resource:
    """The application that a decision must answer, sent by the inhabitant before the period."""
    resource = application(contact)
    resource["authoredOn"] = contact.before
    resource["requester"] = contact.subject
    return resource


def decided(request: Resource, _contact: Contact) -> Resource:
    """The application, answered by a decision."""
    return {**request, "status": "completed"}
