"""ServiceRequest: applications for municipal services, referrals, laboratory orders and aids ordered."""

from typing import Any

from simulator.domain.clinical_codes import AIDS, ISO_9999, REFERRAL
from simulator.domain.codes import IPLOS_HOME_CARE, IPLOS_SERVICE, LOINC, SNOMED_CT
from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, concept, icpc2, ref
from simulator.fhir.laboratory import test_for


def application(contact: Contact) -> Resource:
    """An application for home care, sent to the receiver, else to the municipality's intake office."""
    receiver = contact.receiver or contact.registry.organisation(f"{contact.person.site}/intake")
    wanted = {**concept(IPLOS_SERVICE, IPLOS_HOME_CARE), "text": "Søknad om helse- og omsorgstjenester"}
    return _request(contact, wanted, receiver)


def referral(contact: Contact) -> Resource:
    """A referral to the receiver, else within the own organisation."""
    return _request(contact, {**concept(SNOMED_CT, REFERRAL), "text": "Henvisning"}, contact.receiver)


def lab_order(contact: Contact) -> Resource:
    """A laboratory test ordered (rekvisisjon), the one that fits the reason."""
    test = test_for(contact)
    return _request(contact, concept(LOINC, (test.code, test.name)), contact.receiver)


def aid_order(contact: Contact) -> Resource:
    """An aid ordered from the aids centre (hjelpemiddelsentralen), by ISO 9999."""
    aid = AIDS[int(contact.identity[:2], 16) % len(AIDS)]
    return _request(contact, {**concept(ISO_9999, aid), "text": "Hjelpemiddel"}, contact.receiver)


def earlier_application(contact: Contact) -> Resource:
    """The application that a decision must answer, sent by the inhabitant before the period."""
    resource = application(contact)
    resource["authoredOn"] = contact.before
    resource["requester"] = contact.subject
    resource.pop("encounter", None)
    return resource


def answered(request: Resource, _contact: Contact) -> Resource:
    """The request, answered: an application by a decision, an order by its result."""
    return {**request, "status": "completed"}


def _request(contact: Contact, code: dict[str, Any], performer: str | None) -> Resource:
    resource: Resource = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "code": code,
        "subject": contact.subject,
        "authoredOn": contact.at,
        "requester": ref(contact.author),
        "performer": [ref(performer or contact.organisation or contact.author)],
    }
    if contact.encounter:
        resource["encounter"] = ref(contact.encounter)
    if contact.reason:
        resource["reasonCode"] = [icpc2(contact.reason)]
    return resource
