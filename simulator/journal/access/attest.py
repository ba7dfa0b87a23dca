"""The attest of the trust framework (tillitsrammeverket v1.1): who, why, about whom, and when it was attested.

Rule numbers (ATT-n) are those of NorskHelsenett/Tillitsrammeverk, specs/forretningsregler_for_bruk_av_attestering.md.
"""

import time
from dataclasses import dataclass
from typing import Any, Final

from simulator.journal.access import words
from simulator.journal.access.challenge import invalid_attest, invalid_token

LONGEST_LIFE_S: Final = 3600
SKEW_S: Final = 5


@dataclass(frozen=True, slots=True)
class Attest:
    """What a professional's employer vouches for; organisation numbers, HPR number and codes as they stand in it."""

    practitioner: str
    hpr: str
    profession: str
    legal_entity: str
    legal_name: str
    point_of_care: str
    department: str
    purpose: str
    service: str
    decision: str
    reason: str
    user_selected: bool | None
    patient: str
    """Person number of the one patient; empty in an attest about nobody (lists of incoming patients)."""
    toa: int

    def check_age(self) -> None:
        """Raises a 401 ``attestation_has_expired`` after sixty minutes (ATT-58)."""
        if time.time() - self.toa > LONGEST_LIFE_S + SKEW_S:
            raise invalid_token("the attest is older than 60 minutes", code="attestation_has_expired")


def read_attest(details: Any) -> Attest | None:
    """The attest among a token's authorization_details; None when there is none.

    Raises:
        FhirError: 403, it breaks a rule; 401, it has expired.
    """
    found = (
        [d for d in details if isinstance(d, dict) and d.get("type") == words.ATTEST]
        if isinstance(details, list)
        else []
    )
    if not found:
        return None
    if len(found) > 1:
        raise invalid_attest("a token carries one attest")
    try:
        attest = _attest(found[0])
    except (AttributeError, TypeError, KeyError):
        raise invalid_attest("the attest is not of the published form") from None
    attest.check_age()
    return attest


def _attest(node: dict[str, Any]) -> Attest:
    practitioner, care = node["practitioner"], node["care_relationship"]
    decision = care.get("decision_ref") or {}
    if decision and not isinstance(decision.get("user_selected"), bool):
        raise invalid_attest("decision_ref.user_selected is true or false (ATT-46)")
    hpr = practitioner.get("hpr_nr")
    return Attest(
        practitioner=_person(practitioner["identifier"]),
        hpr=_of(hpr, words.HPR, "hpr_nr") if hpr else "",
        profession=_coded(practitioner.get("authorization"), words.PROFESSION),
        legal_entity=_of(practitioner.get("legal_entity"), words.ENH, "legal_entity (ATT-15)"),
        legal_name=str(practitioner["legal_entity"].get("name") or ""),
        point_of_care=_of(practitioner.get("point_of_care"), words.ENH, "point_of_care (ATT-18)"),
        department=str((practitioner.get("department") or {}).get("id") or ""),
        purpose=_purpose(care),
        service=_service(care),
        decision=str(decision.get("id") or ""),
        reason=str(decision.get("description") or ""),
        user_selected=decision.get("user_selected"),
        patient=_patient(node.get("patients") or [], practitioner),
        toa=_toa(node.get("toa", care.get("toa"))),
    )  # fmt: skip  one line a field


def _person(node: dict[str, Any]) -> str:
    if node.get("system") not in words.PERSON_SYSTEMS or not str(node.get("id") or "").isdigit():
        raise invalid_attest("people are identified by fødselsnummer or D-nummer only (ATT-10)")
    return str(node["id"])


def _of(node: Any, system: str, name: str) -> str:
    if not isinstance(node, dict) or node.get("system") != system or not node.get("id"):
        raise invalid_attest(f"{name} is missing, or of another system than {system}")
    return str(node["id"])


def _coded(node: Any, system: str) -> str:
    if node is None:
        return ""
    if node.get("system") != system:
        raise invalid_attest(f"authorization is coded by {system}")
    return str(node["code"])


def _purpose(care: dict[str, Any]) -> str:
    node = care.get("purpose_of_use") or {}
    if node.get("system") != words.PURPOSE or node.get("code") not in words.PURPOSES:
        raise invalid_attest("purpose_of_use is TREAT, ETREAT, COC or BTG (ATT-38 to 41)")
    return str(node["code"])


def _service(care: dict[str, Any]) -> str:
    node = care.get("healthcare_service") or care.get("purpose_of_use_details")
    if not node or not node.get("code"):
        raise invalid_attest("healthcare_service or purpose_of_use_details must be there (ATT-43)")
    return str(node["code"])


def _patient(patients: list[dict[str, Any]], practitioner: dict[str, Any]) -> str:
    if len(patients) > 1:
        raise invalid_attest("an attest is about one patient (ATT-58)")
    if not patients:
        return ""
    place = patients[0].get("point_of_care")
    own = {practitioner["legal_entity"]["id"], practitioner["point_of_care"]["id"]}
    if place and place.get("id") not in own:
        raise invalid_attest("the patient's point_of_care must be the practitioner's own organisation (ATT-49)")
    return _person(patients[0]["identifier"])


def _toa(value: Any) -> int:
    """Seconds; milliseconds, texts and the future are refused."""
    if isinstance(value, bool) or not isinstance(value, int) or value > time.time() + SKEW_S:
        raise invalid_attest("toa is the time of attestation in whole seconds, and not in the future (ATT-58)")
    return value
