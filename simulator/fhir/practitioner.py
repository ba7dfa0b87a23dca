"""Practitioner and PractitionerRole: who works where, as what."""

from simulator.domain.codes import (
    FUNCTION,
    HEALTH_PERSONNEL,
    HPR,
    PRACTITIONER_ROLE_ID,
    PROFESSIONS,
    UNSPECIFIED_PROFESSION,
    Profession,
    profile,
)
from simulator.fhir.elements import Resource, concept, identifier, ref


def profession(role: str) -> Profession:
    """What a role is, by its name or by the last word of it."""
    return PROFESSIONS.get(role) or PROFESSIONS.get(role.rpartition(".")[2]) or UNSPECIFIED_PROFESSION


def practitioner(hpr: str, role: str, name: tuple[str, str]) -> Resource:
    """A person with a synthetic HPR number (no-basis-Practitioner)."""
    given, family = name
    return {
        "resourceType": "Practitioner",
        "meta": {"profile": profile("Practitioner")},
        "identifier": identifier(HPR, hpr),
        "active": True,
        "name": [{"use": "official", "family": family, "given": [given]}],
        "qualification": [{"code": concept(HEALTH_PERSONNEL, profession(role).category)}],
    }


def practitioner_role(person: str, organisation: str, role: str, number: str) -> Resource:
    """The person's role in an organisation (no-basis-PractitionerRole); ``number`` identifies the pair."""
    function = profession(role).function
    code = {**(concept(FUNCTION, function) if function else {}), "text": role}
    return {
        "resourceType": "PractitionerRole",
        "meta": {"profile": profile("PractitionerRole")},
        "identifier": identifier(PRACTITIONER_ROLE_ID, number),
        "active": True,
        "practitioner": ref(person),
        "organization": ref(organisation),
        "code": [code],
    }
