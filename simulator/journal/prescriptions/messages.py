"""The messages to Reseptformidleren in FHIR: a message Bundle named by Volven 8279, and the receipt that answers it."""

from typing import Any, Final, NamedTuple
from uuid import NAMESPACE_URL, uuid5

import orjson

from simulator.journal.access.words import PERSON_SYSTEMS
from simulator.journal.prescriptions.outbox import Posted
from simulator.journal.store import Reader

Json = dict[str, Any]
MESSAGES: Final = "urn:oid:2.16.578.1.12.4.1.1.8279"
MUNICIPAL: Final = "https://journalbenk.example/fhir/CodeSystem/municipal-message"
OWN: Final = frozenset({"JOURNALPOST", "FORSENDELSE", "BETALINGSGRUNNLAG"})
"""Messages to the municipality's own systems, for which no national codes are published."""
PRESCRIPTION: Final = "https://journalbenk.example/fhir/sid/prescription"
"""Identifies a prescription at Reseptformidleren."""
CARRIED: Final = (
    *("resourceType", "status", "intent", "medicationCodeableConcept", "authoredOn", "dosageInstruction"),
    *("dispenseRequest", "substitution", "note"),
)
"""What of an order goes along; why somebody needs a medicine does not."""


class Receipt(NamedTuple):
    """What the receiver says of a message: whether it was acted upon, and if not, why."""

    ok: bool
    words: str = ""


def prescription_of(reader: Reader, order: Json) -> Json:
    """The order as a pharmacy needs it: what, how, and for whom by person number; without an identifier yet."""
    subject = {"identifier": identifier} if (identifier := person_in(reader, order)) else {}
    return {name: order[name] for name in CARRIED if name in order} | {"intent": "order", "subject": subject}


def person_in(reader: Reader, order: Json) -> Json | None:
    """The person number (or D-number) of whom an order is for, as an identifier; None when there is none."""
    kind, _, identity = str(order["subject"].get("reference", "")).rpartition("/")
    found = reader.find("Patient", identity) if kind.rpartition("/")[2] == "Patient" else None
    patient = orjson.loads(found.content) if found and found.content else {}
    known = (one for one in patient.get("identifier") or () if one.get("system") in PERSON_SYSTEMS)
    return next(({"system": one["system"], "value": one["value"]} for one in known if "value" in one), None)


def message(posted: Posted, endpoint: str) -> bytes:
    """The Bundle that carries a stored message; the same each time it is sent."""
    focus = f"urn:uuid:{uuid5(NAMESPACE_URL, posted.prescription)}"
    header = {
        "resourceType": "MessageHeader",
        "eventCoding": {"system": MUNICIPAL if posted.event in OWN else MESSAGES, "code": posted.event},
        "source": {"endpoint": endpoint},
        "focus": [{"reference": focus}],
    }
    entries = [
        {"fullUrl": f"urn:uuid:{posted.message}", "resource": header},
        {"fullUrl": focus, "resource": posted.resource},
    ]
    bundle = {
        "resourceType": "Bundle",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{posted.message}"},
        "type": "message",
        "entry": entries,
    }
    return orjson.dumps(bundle)


def receipt_in(answer: Any, posted: Posted) -> Receipt:
    """The receipt in an answer.

    Raises:
        ValueError: It is no receipt of this message, so nothing is known of what became of it.
    """
    try:
        parts = [entry["resource"] for entry in answer["entry"]]
        response = parts[0]["response"]
        if response["identifier"] != f"urn:uuid:{posted.message}":
            raise ValueError("the receipt is of another message")
        if response["code"] == "transient-error":
            raise ValueError("the receiver asks to be tried again")
        problems = [issue for part in parts if part["resourceType"] == "OperationOutcome" for issue in part["issue"]]
        return Receipt(response["code"] == "ok", "; ".join(str(issue.get("diagnostics", "")) for issue in problems))
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"no receipt ({type(error).__name__})") from None
