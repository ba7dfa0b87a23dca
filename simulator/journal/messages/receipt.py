"""The application receipt (AppRec) as a FHIR message: 1 taken in, 2 refused, 3 taken in with faults in a part.

Volven 8258 has the statuses, 8221 the errors. In FHIR 1 and 3 are ``ok``, 3 with issues; 2 is ``fatal-error``
(http://hl7.org/fhir/R4/messageheader-definitions.html#MessageHeader.response).
"""

from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

from simulator.journal.errors import PERSON_NUMBER, masked
from simulator.journal.messages.words import ERRORS, EVENTS, RECEIPT, Json, error_text


@dataclass(frozen=True, slots=True)
class Fault:
    """One error of a receipt: its code in Volven 8221, in what words, and where in the message."""

    code: str
    words: str
    place: str = "Bundle"


class RefusedError(Exception):
    """The message is refused: the receipt has status 2."""

    def __init__(self, code: str, words: str, place: str = "Bundle") -> None:
        super().__init__(words)
        self.fault = Fault(code, words, place)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is answered to a message.

    Attributes:
        message: The id of the message it answers.
        status: 1, 2 or 3 (Volven 8258).
        faults: The errors; at least one with status 2 and 3.
    """

    message: str
    status: int
    faults: tuple[Fault, ...] = ()
    parties: Json = field(default_factory=dict)
    """``source``, ``destination``, ``sender`` of the receipt's MessageHeader."""

    @property
    def identity(self) -> str:
        """The receipt's own id: the same for the same message."""
        return receipt_id(self.message)

    def header(self) -> Json:
        """The receipt's MessageHeader, the errors contained in it."""
        response: Json = {"identifier": self.message, "code": "fatal-error" if self.status == 2 else "ok"}
        header: Json = {
            "resourceType": "MessageHeader",
            "id": self.identity,
            "eventCoding": {"system": EVENTS, "code": RECEIPT, "display": "Applikasjonskvittering"},
            **self.parties,
            "response": response,
        }
        if self.faults:
            severity = "fatal" if self.status == 2 else "warning"
            issues = [_issue(fault, severity) for fault in self.faults]
            header["contained"] = [{"resourceType": "OperationOutcome", "id": "errors", "issue": issues}]
            response["details"] = {"reference": "#errors"}
        return header


def receipt_id(message: str) -> str:
    """The id of the receipt for a message."""
    return _derived(f"https://journalbenk.example/receipt/{message}")


def kept_id(message: str) -> str:
    """What a message's header is kept as: its own id, unless that could be taken for a person number in a URL."""
    return _derived(f"https://journalbenk.example/message/{message}") if PERSON_NUMBER.search(message) else message


def _derived(name: str) -> str:
    """The same id for the same name, without eleven digits in a row."""
    found = str(uuid5(NAMESPACE_URL, name))
    return _derived(f"{name}+") if PERSON_NUMBER.search(found) else found


def _issue(fault: Fault, severity: str) -> Json:
    return {
        "severity": severity,
        "code": "processing",
        "details": {"coding": [{"system": ERRORS, "code": fault.code, "display": error_text(fault.code)}]},
        "diagnostics": masked(fault.words),
        "expression": [fault.place],
    }


def bundle(stored: Json, at: str) -> Json:
    """A receipt's MessageHeader, as it is stored, as the message that carries it."""
    header = {name: value for name, value in stored.items() if name not in {"contained", "meta"}}
    if tags := stored.get("meta", {}).get("tag"):
        header["meta"] = {"tag": tags}
    outcomes = [{k: v for k, v in one.items() if k != "id"} for one in stored.get("contained", ())]
    for outcome in outcomes:
        place = f"urn:uuid:{uuid5(NAMESPACE_URL, str(header['id']))}"
        header["response"] = header["response"] | {"details": {"reference": place}}
        return _bundled(header, at, [{"fullUrl": place, "resource": outcome}])
    return _bundled(header, at, [])


def _bundled(header: Json, at: str, more: list[Json]) -> Json:
    first = {"fullUrl": f"urn:uuid:{header['id']}", "resource": header}
    return {"resourceType": "Bundle", "type": "message", "timestamp": at, "entry": [first, *more]}
