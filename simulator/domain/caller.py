"""Somebody who uses a candidate, as his access token tells: a system, a professional, a citizen, an operator."""

from dataclasses import dataclass
from typing import Literal

Purpose = Literal["TREAT", "ETREAT", "COC", "BTG"]


@dataclass(frozen=True, slots=True)
class Employer:
    """Who a professional works for: organisation numbers of the legal entity and of the point of care, and a name."""

    legal_entity: str
    point_of_care: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attest:
    """What an employer vouches for (tillitsrammeverket v1.1): purpose, patient, and why."""

    employer: Employer
    purpose: Purpose = "TREAT"
    patient: str = ""
    """Person number of the one patient; empty for an attest about nobody."""
    decision: str = ""
    reason: str = ""
    self_authorised: bool = False
    age_s: int = 0
    """Seconds since it was attested."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. Without a person number it is a system."""

    person_number: str = ""
    name: str = ""
    hpr: str = ""
    profession: str = ""
    """Volven 9060; empty without an authorisation."""
    attest: Attest | None = None
    scope: str = "user/*.cruds"
    token_fault: str = ""
    """A wrong token, by the name of HelseID's test token service; empty for a right one."""
    proof_fault: str = ""
    """A wrong DPoP proof, likewise."""
