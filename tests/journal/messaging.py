"""Message Bundles for tests: a hospital, a home-care service, and a resident with a synthetic number."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import requests

from simulator.domain.person_number import check_digits

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
HER = "urn:oid:2.16.578.1.12.4.1.2"
ENH = "urn:oid:2.16.578.1.12.4.1.4.101"
EVENTS = "urn:oid:2.16.578.1.12.4.1.1.8279"
ERRORS = "urn:oid:2.16.578.1.12.4.1.1.8221"
HTEST = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
ORDER = "https://journalbenk.example/fhir/CodeSystem/message-order"
HOSPITAL, HOME_CARE = "8094001", "8094002"
Json = dict[str, Any]
_NUMBERS = (
    f"{nine}{digits[0]}{digits[1]}"
    for individual in count(100)
    if (digits := check_digits(nine := f"0183{40 + individual % 50}{individual % 400 + 100:03d}")) is not None
)


def fresh_number() -> str:
    """A synthetic person number that no other test has."""
    return next(_NUMBERS)


@dataclass
class Post:
    """Sends messages about one resident of a journal to its home-care service.

    Attributes:
        send: Sends a request: method, path, body.
    """

    send: Callable[[str, str, Any], requests.Response]
    number: str = field(default_factory=fresh_number)
    patient: str = ""

    def __post_init__(self) -> None:
        home_care = {
            "resourceType": "Organization",
            "identifier": [{"system": HER, "value": HOME_CARE}],
            "name": "Hjemmetjenesten",
        }
        # Conditional, as several tests share one journal.
        found = self.send("PUT", f"Organization?identifier={HER}|{HOME_CARE}", home_care)
        assert found.status_code in {200, 201}, found.text
        resident = {
            "resourceType": "Patient",
            "identifier": [{"system": FNR, "value": self.number}],
            "name": [{"family": "Nordås", "given": ["Kari"]}],
        }
        self.patient = f"Patient/{self.send('POST', 'Patient', resident).json()['id']}"

    def message(self, event: str, sent: str = "2026-01-05T10:00:00+01:00", **more: Any) -> Json:
        """A message; ``more`` may hold ``identity``, ``number``, ``to``, ``content`` and ``parts``."""
        identity = more.get("identity") or str(uuid4())
        number = more.get("number", self.number)
        header: Json = {
            "resourceType": "MessageHeader",
            "id": identity,
            "eventCoding": {"system": EVENTS, "code": event},
            "source": {"endpoint": "https://hospital.example/messages"},
            "sender": {"identifier": {"system": HER, "value": HOSPITAL}, "display": "UNN Tromsø"},
            "destination": [
                {
                    "endpoint": "https://municipality.example/messages",
                    "receiver": {"identifier": {"system": HER, "value": more.get("to", HOME_CARE)}},
                }
            ],
            "focus": [{"reference": "urn:uuid:content"}],
        }
        content = {
            "resourceType": "Communication",
            "status": "completed",
            "subject": {"reference": "urn:uuid:patient"},
            "sent": sent,
            "payload": [{"contentString": "Meldingens tekst."}],
        } | more.get("content", {})
        resident: Json = {"resourceType": "Patient", "name": [{"family": "Nordås", "given": ["Kari"]}]}
        if number:
            resident["identifier"] = [{"system": FNR, "value": number}]
        entries = [header, content, resident | more.get("resident", {}), *more.get("parts", [])]
        names = [identity, "content", "patient", *(f"part-{n}" for n in range(len(entries) - 3))]
        return {
            "resourceType": "Bundle",
            "type": "message",
            "timestamp": sent,
            "entry": [{"fullUrl": f"urn:uuid:{n}", "resource": e} for n, e in zip(names, entries, strict=True)],
        }

    def post(self, message: Json) -> Json:
        """Sends a message; gives the receipt."""
        answer = self.send("POST", "$process-message", message)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def tell(self, event: str, sent: str = "2026-01-05T10:00:00+01:00", **more: Any) -> Json:
        """Makes and sends a message; gives the receipt."""
        return self.post(self.message(event, sent, **more))

    def record(self, kind: str, query: str = "") -> list[Json]:
        """What the resident's record holds of a type."""
        answer = self.send("GET", f"{kind}?patient={self.patient}{query}", None)
        assert answer.status_code == 200, answer.text
        return [entry["resource"] for entry in answer.json().get("entry", ())]


def status(receipt: Json) -> str:
    """``ok`` or ``fatal-error``."""
    return str(receipt["entry"][0]["resource"]["response"]["code"])


def errors(receipt: Json) -> list[str]:
    """The error codes of a receipt (Volven 8221)."""
    outcomes = [e["resource"] for e in receipt["entry"] if e["resource"]["resourceType"] == "OperationOutcome"]
    codings = [c for outcome in outcomes for issue in outcome["issue"] for c in issue["details"]["coding"]]
    return [c["code"] for c in codings if c["system"] == ERRORS]
