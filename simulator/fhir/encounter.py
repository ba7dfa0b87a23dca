"""Encounter: consultations, child checks, home visits and stays. HL7 Norway publishes no profile yet."""

from typing import Final

from simulator.domain.clinical_codes import CHILD_DEVELOPMENT
from simulator.domain.codes import ACT_CODE, LOINC
from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, concept, icpc2, ref

_AMBULATORY: Final = {"system": ACT_CODE, "code": "AMB", "display": "ambulatory"}
_VIRTUAL: Final = {"system": ACT_CODE, "code": "VR", "display": "virtual"}
_HOME: Final = {"system": ACT_CODE, "code": "HH", "display": "home health"}
_INPATIENT: Final = {"system": ACT_CODE, "code": "IMP", "display": "inpatient encounter"}


def consultation(contact: Contact) -> Resource:
    """A finished consultation, in person or electronic."""
    resource = _encounter(contact, _VIRTUAL if contact.channel == "electronic" else _AMBULATORY)
    appointment = contact.made.get("appointment")
    if appointment:
        resource["appointment"] = [ref(appointment.interaction)]
    return resource


def phone_contact(contact: Contact) -> Resource:
    """A finished contact by telephone: legevakt's call centre, a surgery or home care."""
    return _encounter(contact, _VIRTUAL)


def child_check(contact: Contact) -> Resource:
    """A check at the child health centre (helsestasjon) or of school health, typed as one."""
    resource = consultation(contact)
    resource["type"] = [{**concept(LOINC, CHILD_DEVELOPMENT), "text": "Helsestasjonskontroll"}]
    return resource


def home_visit(contact: Contact) -> Resource:
    """A finished visit at home, belonging to the service it is part of."""
    resource = _encounter(contact, _HOME)
    if contact.person.service:
        resource["episodeOfCare"] = [ref(contact.person.service)]
    return resource


def admission(contact: Contact) -> Resource:
    """A hospital stay that begins."""
    resource = _encounter(contact, _INPATIENT)
    resource["status"] = "in-progress"
    resource["period"] = {"start": contact.at}
    return resource


def earlier_admission(contact: Contact) -> Resource:
    """A hospital stay that began before the period."""
    resource = admission(contact)
    resource["period"] = {"start": contact.before}
    resource.pop("participant", None)
    return resource


def placed(stay: Resource, contact: Contact) -> Resource:
    """The stay, with the place the person has from now; the one before ends."""
    place = contact.registry.place(*contact.place)
    now = {"location": ref(place), "status": "active", "period": {"start": contact.at}}
    return {**stay, "location": [*_left(stay.get("location", []), contact.at), now]}


def discharged(stay: Resource, contact: Contact) -> Resource:
    """The stay, ended."""
    ended = {**stay, "status": "finished", "period": {**stay["period"], "end": contact.at}}
    if "location" in stay:
        ended["location"] = _left(stay["location"], contact.at)
    return ended


def _left(places: list[Resource], at: str) -> list[Resource]:
    """The places of a stay, the one still had given up."""
    return [
        place
        if "end" in place["period"]
        else {**place, "status": "completed", "period": {**place["period"], "end": at}}
        for place in places
    ]


def _encounter(contact: Contact, kind: dict[str, str]) -> Resource:
    resource: Resource = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": kind,
        "subject": contact.subject,
        "period": {"start": contact.began, "end": contact.at},
    }
    if contact.practitioner:
        resource["participant"] = [{"individual": ref(contact.practitioner)}]
    if contact.organisation:
        resource["serviceProvider"] = ref(contact.organisation)
    if contact.reason:
        resource["reasonCode"] = [icpc2(contact.reason)]
    return resource
