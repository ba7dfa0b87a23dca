"""The code systems and identifiers of messages, and the one table that says what each type of message makes.

Volven 8279 (types), 8221 (errors of a receipt), 9602 (documents). HER-id and the person and organisation numbers are
HL7 Norway's OIDs.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import orjson

Json = dict[str, Any]
OID: Final = "urn:oid:2.16.578.1.12.4.1"
HER: Final = f"{OID}.2"
ENH: Final = f"{OID}.4.101"
FNR: Final = f"{OID}.4.1"
DNR: Final = f"{OID}.4.2"
EVENTS: Final = f"{OID}.1.8279"
ERRORS: Final = f"{OID}.1.8221"
DOCUMENTS: Final = f"{OID}.1.9602"
SERVICES: Final = f"{OID}.1.8663"
RECEIPT: Final = "APPREC"
MESSAGE_ID: Final = "https://journalbenk.example/fhir/sid/message-id"
ORDER: Final = "https://journalbenk.example/fhir/CodeSystem/message-order"
EVENT_TIME: Final = "https://journalbenk.example/fhir/StructureDefinition/event-time"
"""When what a logistics message tells of happened, where that is not when it was sent."""
WITHDRAWN_STATUS: Final = "entered-in-error"
"""The status of a message that takes back another, and of what has been taken back."""
LATE: Final = {"system": ORDER, "code": "out-of-order", "display": "arrived after a message that was sent later"}
IDLE: Final = {"system": ORDER, "code": "no-effect", "display": "sent after the stay had ended, or takes back nothing"}
TEST: Final = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST", "display": "test"}
"""The tag of a MessageHeader whose message is a test (the Hodemelding's ProcessingStatus D)."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody has to do because a message came: what, and within how many hours."""

    text: str
    hours: int


@dataclass(frozen=True, slots=True)
class Kind:
    """What a type of message is called, must hold and makes.

    Attributes:
        code: In Volven 8279.
        stay: What it tells of a hospital stay: ``admitted``, ``ready``, ``withdrawn``, ``discharged`` or ``died``.
        content: Whether it must carry health information.
        document: The type (Volven 9602) and its name, of the document that its text becomes.
        task: What the receiver has to do.
        answers: Whether it must say which message it answers.
    """

    code: str
    name: str
    stay: str = ""
    content: bool = False
    document: tuple[str, str] | None = None
    task: Deed | None = None
    answers: bool = False

    @property
    def coding(self) -> Json:
        """The type as a Coding."""
        return {"system": EVENTS, "code": self.code, "display": self.name}


@cache
def _table() -> Json:
    found: Json = orjson.loads(files("simulator.journal").joinpath("data/messages.json").read_bytes())
    return found


@cache
def kinds() -> dict[str, Kind]:
    """The types of message that are taken in, by code."""
    return {code: _kind(code, row) for code, row in _table()["events"].items()}


def _kind(code: str, row: Json) -> Kind:
    task, document = row.get("task"), row.get("document")
    return Kind(
        code,
        row["name"],
        row.get("stay", ""),
        row.get("content", False),
        (document[0], document[1]) if document else None,
        Deed(task["text"], task["hours"]) if task else None,
        row.get("answers", False),
    )


def error_text(code: str) -> str:
    """What an error code of Volven 8221 says."""
    return str(_table()["errors"][code])
