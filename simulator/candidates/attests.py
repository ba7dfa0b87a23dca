"""Callers as the token service is asked for them: the person, and the trust framework's attest."""

import time
from typing import Any, Final

from simulator.domain.caller import Attest, Caller
from simulator.domain.codes import ENH, FNR, HEALTH_PERSONNEL, HPR, MUNICIPAL_SERVICE

PURPOSE: Final = "urn:oid:2.16.840.1.113883.1.11.20448"
ATTEST: Final = "nhn:tillitsrammeverk:parameters"
HOME_NURSING: Final = ("KX17", "Helsetjenester i hjemmet")
Json = dict[str, Any]


def subject_of(caller: Caller, audience: str) -> Json:
    """What a token shall say about a caller."""
    person = {"pid": caller.person_number, "name": caller.name, "hpr_number": caller.hpr}
    subject: Json = {"audience": audience, "scope": caller.scope, "person": person}
    if caller.attest:
        employer = caller.attest.employer
        subject |= {"orgnr_parent": employer.legal_entity, "orgnr_child": employer.point_of_care}
        subject["authorization_details"] = [details(caller, caller.attest)]
    return subject


def details(caller: Caller, attest: Attest) -> Json:
    """The attest in the form of NorskHelsenett/Tillitsrammeverk, specs/informasjons_og_datamodell.md."""
    code, text = HOME_NURSING
    practitioner: Json = {
        "identifier": {"id": caller.person_number, "system": FNR, "name": caller.name},
        "legal_entity": {"id": attest.employer.legal_entity, "system": ENH, "name": attest.employer.name},
        "point_of_care": {"id": attest.employer.point_of_care, "system": ENH},
    }
    if caller.hpr:
        practitioner["hpr_nr"] = {"id": caller.hpr, "system": HPR}
    if caller.profession:
        practitioner["authorization"] = {"code": caller.profession, "system": HEALTH_PERSONNEL}
    care: Json = {
        "healthcare_service": {"code": code, "system": MUNICIPAL_SERVICE, "text": text},
        "purpose_of_use": {"code": attest.purpose, "system": PURPOSE},
    }
    if attest.decision:
        decision = {"id": attest.decision, "description": attest.reason, "user_selected": attest.self_authorised}
        care["decision_ref"] = decision
    patients = [{"identifier": {"id": attest.patient, "system": FNR}}] if attest.patient else []
    toa = int(time.time()) - attest.age_s
    return {"type": ATTEST, "practitioner": practitioner, "care_relationship": care, "patients": patients, "toa": toa}
