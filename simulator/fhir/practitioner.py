"""Practitioner and PractitionerRole: who works where, as what."""

from simulator.domain.codes import (
    FUNCTION,
    HEALTH_PERSONNEL,
    HPR,
    PRACTITIONER_ROLE_ID,
    profile,
)
from simulator.domain.profession import Profession
from simulator.fhir.elements import Resource, concept, identifier, ref


def practitioner(hpr: str, is_a: Profession, name: tuple[str, str]) -> Resource:
    """A person with a synthetic HPR number (no-basis-Practitioner)."""
    given, family = name
    return {
        "resourceType": "Practitioner",
        "meta": {"profile": profile("Practitioner")},
        "identifier": identifier(HPR, hpr),
        "active": True,
        "name": [{"use": "official", "family": family, "given": [given]}],
        "qualification": [{"code": concept(HEALTH_PERSONNEL, is_a.category)}],
    }


def practitioner_role(person: str, organisation: str, role: tuple[str, Profession], number: str) -> Resource:
    """The person's role in an organisation (no-basis-PractitionerRole); ``number`` identifies the pair."""
    called, function = role[0], role[1].function
    code = {**(concept(FUNCTION, function) if function else {}), "text": called}
    return {
        "resourceType": "PractitionerRole",
        "meta": {"profile": profile("PractitionerRole")},
        "identifier": identifier(PRACTITIONER_ROLE_ID, number),
        "active": True,
        "practitioner": ref(person),
        "organization": ref(organisation),
        "code": [code],
    }
