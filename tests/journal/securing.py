"""A secured journal beside its neighbours, and callers of every kind who use it."""

import time
from dataclasses import dataclass
from itertools import count
from typing import Any

import requests

from tests.signing import Signer

FHIR = "application/fhir+json"
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
ENH = "urn:oid:2.16.578.1.12.4.1.4.101"
PURPOSE = "urn:oid:2.16.840.1.113883.1.11.20448"
SERVICE = "urn:oid:2.16.578.1.12.4.1.1.8663"
PROFESSION = "urn:oid:2.16.578.1.12.4.1.1.9060"

NURSE, DOCTOR = ("13817204078", "9144900", "SP"), ("27815801234", "9144901", "LE")
MUNICIPALITY, HOME_CARE = "964965226", "974600951"
Json = dict[str, Any]
NUMBERS = count(10_000)


def attest(person: tuple[str, str, str], patient: str, *, purpose: str = "TREAT", **more: Any) -> Json:
    """An attest that keeps all rules; ``more`` replaces its parts by name (``toa``, ``care``, ``practitioner``)."""
    pid, hpr, profession = person
    practitioner: Json = {
        "identifier": {"id": pid, "system": FNR},
        "legal_entity": {"id": MUNICIPALITY, "system": ENH, "name": "Tromsø kommune"},
        "point_of_care": {"id": HOME_CARE, "system": ENH},
    }
    if hpr:
        practitioner |= {"hpr_nr": {"id": hpr, "system": HPR}}
        practitioner |= {"authorization": {"code": profession, "system": PROFESSION}}
    care: Json = {
        "healthcare_service": {"code": "KX17", "system": SERVICE},
        "purpose_of_use": {"code": purpose, "system": PURPOSE},
    }
    return {
        "type": "nhn:tillitsrammeverk:parameters",
        "practitioner": practitioner | more.get("practitioner", {}),
        "care_relationship": care | more.get("care", {}),
        "patients": more.get("patients", [{"identifier": {"id": patient, "system": FNR}}] if patient else []),
        "toa": more.get("toa", int(time.time())),
    }


@dataclass
class Callers:
    """Sends requests to a secured journal as this or that person."""

    signer: Signer
    base: str
    nonce: str = ""

    def system(self, scope: str = "system/*.cruds") -> str:
        """A token of an integration without a person."""
        return self.signer.token({"audience": self.base, "scope": scope})

    def person(self, who: tuple[str, str, str], *details: Json, scope: str = "user/*.cruds", **more: Any) -> str:
        """A token of a professional, with the authorisation details given."""
        pid, hpr, profession = who
        if hpr and more.pop("authorised", True):
            self.signer.authorise(hpr, profession)
        person = {"pid": pid, "name": "Kari Nordmann", "hpr_number": hpr} | more
        subject = {"audience": self.base, "scope": scope, "person": person, "authorization_details": list(details)}
        return self.signer.token(subject)

    def citizen(self, pid: str) -> str:
        """A token of somebody signed in on Helsenorge."""
        person = {"pid": pid, "name": "Per Hansen"}
        return self.signer.token({"audience": self.base, "scope": "patient/*.rs", "person": person})

    def send(self, token: str, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """One request with a fresh proof; the nonce is fetched when there is none yet."""
        url = path if path.startswith("http") else f"{self.base}/{path}".rstrip("/")
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            fields.setdefault("Content-Type", FHIR)
        for _ in range(2):
            proof = self.signer.proof(method, url.partition("?")[0], token=token, nonce=self.nonce)
            told = {"Authorization": f"DPoP {token}", "DPoP": proof, **fields}
            data = {"data": body} if isinstance(body, str) else {"json": body}
            answer = self.signer.session.request(method, url, headers=told, timeout=20, **data)
            self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
            if "use_dpop_nonce" not in answer.headers.get("WWW-Authenticate", ""):
                break
        return answer

    def get(self, token: str, path: str) -> requests.Response:
        """A GET."""
        return self.send(token, "GET", path)

    def put_in(self, *resources: Json) -> list[Json]:
        """Stores resources as the integration does."""
        token = self.system()
        found = []
        for resource in resources:
            answer = self.send(token, "POST", resource["resourceType"], resource)
            assert answer.status_code == 201, answer.text
            found.append(answer.json())
        return found


def number() -> str:
    """A person number of the synthetic series that no other test has; its check digits are nobody's concern here."""
    return f"138172{next(NUMBERS):05d}"


def person(born: str = "1950-01-01", **more: Any) -> Json:
    """A Patient with a number of its own."""
    return {
        "resourceType": "Patient",
        "identifier": [{"system": FNR, "value": number()}],
        "name": [{"family": "Hansen"}],
        "birthDate": born,
    } | more


def of(patient: Json) -> str:
    """The patient's person number."""
    return str(patient["identifier"][0]["value"])


def ref(resource: Json) -> Json:
    """A reference to a stored resource."""
    return {"reference": f"{resource['resourceType']}/{resource['id']}"}


ACTIVE = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}


HOME_CARE_SERVICE: Json = {"resourceType": "Organization", "identifier": [{"system": ENH, "value": HOME_CARE}]}


def in_care_of(callers: Callers, organisation: Json, **more: Any) -> Json:
    """A new patient whom an organisation serves."""
    patient = callers.put_in(person(**more))[0]
    serves = {"resourceType": "EpisodeOfCare", "status": "active", "patient": ref(patient)}
    callers.put_in(serves | {"managingOrganization": ref(organisation)})
    return patient


def condition(patient: Json, code: str = "P76", **more: Any) -> Json:
    """A diagnosis of the patient."""
    coded = {"coding": [{"system": "urn:c", "code": code}]}
    return {"resourceType": "Condition", "clinicalStatus": ACTIVE, "subject": ref(patient), "code": coded} | more


def paths(patient: Json, entry: Json) -> list[str]:
    """Every way to ask for an entry."""
    at = f"{entry['resourceType']}/{entry['id']}"
    who = f"Patient/{patient['id']}"
    return [
        at,
        f"{at}/_history",
        f"{at}/_history/1",
        f"{entry['resourceType']}?_id={entry['id']}",
        f"{entry['resourceType']}?patient={who}",
        f"{entry['resourceType']}?patient.identifier={FNR}|{of(patient)}",
        f"{entry['resourceType']}/_history",
        f"Patient?_id={patient['id']}&_revinclude={entry['resourceType']}:patient",
        f"{who}/$everything",
        f"{who}/$summary",
    ]


def leaks(callers: Callers, token: str, patient: Json, entry: Json) -> list[str]:
    """The ways that show an entry, by its id, to who may not see it."""
    found = []
    for path in paths(patient, entry):
        answer = callers.get(token, path)
        if answer.status_code == 200 and f'"id":"{entry["id"]}"' in answer.text:
            found.append(path)
    return found


def shown(callers: Callers, token: str, path: str) -> list[str]:
    """The ids a search shows; total and matches must agree."""
    answer = callers.get(token, path)
    assert answer.status_code == 200, answer.text
    bundle = answer.json()
    ids = [e["resource"]["id"] for e in bundle.get("entry", ()) if e["search"]["mode"] == "match"]
    assert bundle["total"] == len(ids)
    return ids
