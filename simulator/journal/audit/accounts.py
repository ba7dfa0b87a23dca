"""Who, for whom, why: the part of an AuditEvent that a secured journal knows.

By IHE BALP (https://profiles.ihe.net/ITI/BALP/) for the interactions it has profiles for, and HL7 Norway's
no-domain-Trustframework-Auditevent: the caller as a PractitionerRole, the purpose, the patient, and the decision that
access rests on with the time of attestation.
"""

from typing import Any, Final

from simulator.journal.access import words

Json = dict[str, Any]
BALP: Final = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
TRUST: Final = "http://hl7.no/fhir/StructureDefinition/no-domain-Trustframework-Auditevent"
PATIENT: Final = "http://hl7.no/fhir/StructureDefinition/auditevent-patient-extension"
CARE_RELATION: Final = "http://hl7.no/fhir/StructureDefinition/auditevent-carerelation-metadata-extension"
REASONS: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
PARTICIPATION: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
KINDS: Final = {
    "read": "PatientRead",
    "vread": "PatientRead",
    "search-type": "PatientQuery",
    "create": "PatientCreate",
    "update": "PatientUpdate",
    "patch": "PatientUpdate",
    "delete": "PatientDelete",
}  # fmt: skip  a table
ROLES: Final = {
    "system": "System",
    "professional": "Helsepersonell",
    "case-officer": "Saksbehandler",
    "citizen": "Innbygger",
    "operator": "Drift",
    "data-protection": "Personvernombud",
}
_SOURCE: Final = {"coding": [{"system": DICOM, "code": "110153", "display": "Source Role ID"}]}
_DESTINATION: Final = {"coding": [{"system": DICOM, "code": "110152", "display": "Destination Role ID"}]}
_RECIPIENT: Final = {"coding": [{"system": PARTICIPATION, "code": "IRCP", "display": "information recipient"}]}


def account(event: Json, told: Json, about: tuple[str, str, str]) -> None:
    """Adds to an event what is told of its caller; ``about`` is interaction, ``Patient/id`` (or empty) and address."""
    interaction, patient, address = about
    reads = interaction in {"read", "vread"}
    client: Json = {
        "type": _DESTINATION if reads else _SOURCE,
        "who": {"identifier": {"value": told.get("client", "unknown")}},
    }
    client |= {"requestor": told["role"] == "system", "network": {"address": address, "type": "2"}}
    server = {"type": _SOURCE if reads else _DESTINATION, "who": event["source"]["observer"], "requestor": False}
    people = [] if told["role"] == "system" else [_person(event, told)]
    event["agent"] = [*people, client, server]
    profiles = [BALP + KINDS[interaction]] if patient and interaction in KINDS else []
    if patient:
        event.setdefault("extension", []).append({"url": PATIENT, "valueReference": {"reference": patient}})
    if "purpose" in told:
        event["purposeOfEvent"] = [
            {"coding": [{"system": REASONS, "code": told["purpose"]}], "text": told.get("basis", "")}
        ]
        event.setdefault("extension", []).append(_care_relation(told))
        profiles += [TRUST] if patient else []
    elif told.get("basis"):
        event["purposeOfEvent"] = [{"text": told["basis"]}]
    if profiles:
        event["meta"]["profile"] = profiles


def _person(event: Json, told: Json) -> Json:
    """The person as an agent, his role and organisation contained."""
    number = (
        {"system": words.HPR, "value": told["hpr"]}
        if "hpr" in told
        else {"system": words.FNR, "value": told.get("pid", "")}
    )
    role: Json = {"resourceType": "PractitionerRole", "id": "caller"}
    role["practitioner"] = {"identifier": number, "display": told.get("name", "")}
    role["code"] = [{"text": ROLES[told["role"]], **_profession(told)}]
    if "entity" in told:
        role["organization"] = {"identifier": {"system": words.ENH, "value": told["entity"]}}
        if "entityName" in told:
            role["organization"]["display"] = told["entityName"]
        role["location"] = [{"identifier": {"system": words.ENH, "value": told["place"]}}]
    event["contained"] = [role]
    who = {"reference": "#caller", "display": told.get("name", "")}
    return {"type": _RECIPIENT, "who": who, "name": told.get("name", ""), "requestor": True}


def _profession(told: Json) -> Json:
    return {"coding": [{"system": words.PROFESSION, "code": told["profession"]}]} if "profession" in told else {}


def _care_relation(told: Json) -> Json:
    parts = [
        {"url": "decision-ref-id", "valueString": told.get("decision", "none")},
        {"url": "decision-ref-description", "valueString": told.get("reason") or told.get("basis") or "none"},
        {"url": "decision-ref-user-selected", "valueBoolean": bool(told.get("selected"))},
        {"url": "toa", "valueUnsignedInt": told["toa"]},
    ]
    return {"url": CARE_RELATION, "extension": parts}


def for_citizen(event: Json) -> None:
    """Takes out of an event what its patient is not told: numbers of who looked, addresses, and the search itself.

    Name, role, organisation and reason stay (pasientjournalforskriften § 14; the trust framework's ATT-8).
    """
    for role in event.get("contained", ()):
        role.get("practitioner", {}).pop("identifier", None)
    for agent in event.get("agent", ()):
        agent.pop("network", None)
    if "entity" in event:
        event["entity"] = [{k: v for k, v in entity.items() if k != "query"} for entity in event["entity"]]
