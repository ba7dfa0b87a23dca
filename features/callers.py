"""People who sign in: staff, residents and operators as callers, and an example's conversation as one of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from features.example import Example
from features.study import Resident, Written
from simulator.candidates.credentials import Personnel
from simulator.domain.caller import Attest, Caller, Employer, Purpose
from simulator.domain.codes import HPR

NURSE: Final = "SP"
"""Sykepleier (Volven 9060)."""
FIRST_HPR: Final = 9_000_000
CITIZEN_SCOPE: Final = "patient/*.cruds"
PROTECTION_SCOPE: Final = "user/AuditEvent.rs journal/data-protection"
OPERATOR_SCOPE: Final = "user/*.cruds journal/operate"


@dataclass(frozen=True, slots=True)
class Nurse:
    """A resident of the study who works for an organisation, as a nurse when nothing else is said."""

    person: Resident
    employer: Employer
    profession: str = NURSE
    """Volven 9060."""

    @property
    def hpr(self) -> str:
        """A synthetic HPR number."""
        return str(FIRST_HPR + int(self.person.person["resident"]) % 1_000_000)

    def caller(self, patient: Resident, purpose: Purpose = "TREAT", **attest: Any) -> Caller:
        """The nurse, signed in with an attest about a patient."""
        number = str(patient.person["person_number"])
        stated = Attest(self.employer, purpose, number, **attest)
        return Caller(str(self.person.person["person_number"]), name_of(self.person), self.hpr, self.profession, stated)

    def resource(self) -> dict[str, Any]:
        """The nurse as Practitioner."""
        person = self.person.person
        name = {"family": person["family_name"], "given": [person["given_name"]]}
        identifier = [{"system": HPR, "value": self.hpr}]
        return {"resourceType": "Practitioner", "identifier": identifier, "active": True, "name": [name]}


def name_of(resident: Resident) -> str:
    """Given and family name."""
    return f"{resident.person['given_name']} {resident.person['family_name']}"


def citizen(resident: Resident) -> Caller:
    """A resident, signed in on Helsenorge."""
    return Caller(str(resident.person["person_number"]), name_of(resident), scope=CITIZEN_SCOPE)


def case_officer(resident: Resident, nurse: Nurse, patient: Resident, **case: Any) -> Caller:
    """A resident who handles cases where the nurse works, signed in with an attest about a patient's case."""
    stated = Attest(nurse.employer, "COC", str(patient.person["person_number"]), **case)
    return replace(citizen(resident), scope="user/*.rs", attest=stated)


def operator(resident: Resident) -> Caller:
    """A resident who runs the system."""
    return replace(citizen(resident), scope=OPERATOR_SCOPE)


def data_protection_officer(resident: Resident) -> Caller:
    """A resident who is the municipality's data-protection officer (personvernombud)."""
    return replace(citizen(resident), scope=PROTECTION_SCOPE)


def employed(example: Example, organisation: str, *, unlike: Nurse | None = None) -> Nurse:
    """A nurse of the organisation that an interaction of the study writes, authorised in HPR, and not another one."""
    place = Written(example.study.needed([{"interaction": organisation}])[-1])
    resource = place.resource
    number = resource["identifier"][0]["value"]
    parent = _parent(example, resource)
    entity = parent["identifier"][0]["value"] if parent else number
    someone = example.meet(lambda found: unlike is None or found.person != unlike.person.person)
    nurse = Nurse(someone, Employer(entity, number, (parent or resource)["name"]))
    authorise(example, nurse, NURSE)
    return nurse


def authorise(example: Example, nurse: Nurse, *professions: str, right: str | None = None) -> None:
    """Enters the nurse into HPR beside the candidate with these professions; none takes every authorisation away."""
    register = Personnel(example.session.running)
    register.authorise(nurse.hpr, *professions, right=right)
    register.close()


def _parent(example: Example, resource: dict[str, Any]) -> dict[str, Any] | None:
    reference = (resource.get("partOf") or {}).get("reference", "")
    if not reference:
        return None
    rows = example.study.needed([{"interaction": reference.removeprefix("urn:uuid:")}])
    return Written(rows[-1]).resource


@contextmanager
def signed_in(example: Example, caller: Caller) -> Iterator[None]:
    """What is sent in the block is sent as the caller."""
    before = example.session
    example.session = before.as_caller(caller)
    try:
        yield
    finally:
        example.session = before
