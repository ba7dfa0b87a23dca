"""What a message makes in the patient's record by the table of kinds: Communication, documents, stays and tasks."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from simulator.journal import dates
from simulator.journal.errors import FhirError
from simulator.journal.messages.desk import Desk
from simulator.journal.messages.parcel import Parcel
from simulator.journal.messages.receipt import Fault, RefusedError
from simulator.journal.messages.ward import OPEN, Ward
from simulator.journal.messages.words import DOCUMENTS, LATE, MESSAGE_ID, WITHDRAWN_STATUS, Json, Kind, kinds

CARRIED: Final = frozenset({"DocumentReference", "DiagnosticReport", "Observation"})
"""Types of a message's further entries that are kept in the record."""


class Chart:
    """Writes one message into one patient's record.

    Args:
        desk: Finds and stores.
        kind: The message's row of the table.
        patient: ``Patient/id``.
        parties: The sender and the receiver as References.
    """

    def __init__(self, desk: Desk, kind: Kind, patient: str, parties: tuple[Json, Json]) -> None:
        self.desk = desk
        self.kind = kind
        self.patient = patient
        self.sender, self.receiver = parties
        self.ward = Ward(desk, patient, self.sender)
        self.faults: list[Fault] = []

    def write(self, parcel: Parcel) -> str:
        """Stores the message and all it makes; gives the Communication's reference, and leaves faults in ``faults``."""
        known: dict[str, Json] = {}
        for place, url, resource in parcel.parts:
            reference = self._part(place, resource)
            if url and reference:
                known[url] = {"reference": reference}
        sent = parcel.communication or {}
        content = self._communication(parcel, sent, known)
        content["meta"] = {"tag": [LATE]} if self.kind.stay and self.ward.overtaken(content["sent"]) else {}
        content = {name: value for name, value in content.items() if value}
        reference = self.desk.add(content)
        if content["status"] == WITHDRAWN_STATUS:
            self._withdraw(content)
            return reference
        if self.kind.document and not any("DocumentReference/" in r["reference"] for r in known.values()):
            self._document(content, reference)
        if self.kind.task:
            self._task(content, reference)
        if self.kind.stay:
            self.ward.follow()
        self._answered(content)
        return reference

    def _part(self, place: str, resource: Json) -> str:
        """Keeps one of the message's further entries, if it is sound; a fault of the receipt if it is not."""
        kind = resource["resourceType"]
        if kind not in CARRIED:
            self.faults.append(Fault("T10", f"a {kind} in a message is not kept here", place))
            return ""
        whole = {name: value for name, value in resource.items() if name not in {"id", "meta"}}
        whole |= {"subject": {"reference": self.patient}}
        try:
            self.desk.journal.validator.check(whole, kind)
            return self.desk.add(_without_strangers(whole))
        except FhirError as error:
            words = "; ".join(issue.diagnostics for issue in error.issues)
            self.faults.append(Fault("T02", f"this part was not kept: {words}", place))
            return ""

    def _communication(self, parcel: Parcel, sent: Json, known: dict[str, Json]) -> Json:
        own = {name: value for name, value in sent.items() if name not in {"id", "meta", "encounter", "inResponseTo"}}
        own = _relinked(own, known)
        numbers = [n for n in sent.get("identifier") or [] if n.get("system") != MESSAGE_ID]
        content: Json = {
            **_without_strangers(own),
            "identifier": [*numbers, {"system": MESSAGE_ID, "value": parcel.identity}],
            "status": WITHDRAWN_STATUS if sent.get("status") == WITHDRAWN_STATUS else "completed",
            "category": [{"coding": [self.kind.coding]}],
            "subject": {"reference": self.patient},
            "sender": self.sender,
            "recipient": [self.receiver],
            "received": self.desk.now(),
        }
        content.setdefault("sent", content["received"])
        asked = [self.desk.message(one) for one in sent.get("inResponseTo") or []]
        if any(asked):
            content["inResponseTo"] = [{"reference": one} for one in asked if one]
        elif self.kind.answers or content["status"] == WITHDRAWN_STATUS:
            words = "it does not say which message it answers or takes back, or that one is not known here"
            self.faults.append(Fault("X99", words))
        return content

    def _withdraw(self, content: Json) -> None:
        """Takes back the messages that this one is about, with what was to be done because of them."""
        for one in content.get("inResponseTo") or []:
            there = self.desk.read(one["reference"])
            if there is None or there.get("subject") != content["subject"] or there["status"] == WITHDRAWN_STATUS:
                continue
            self.desk.change(there | {"status": WITHDRAWN_STATUS})
            self._close(one["reference"], "cancelled", "Kansellert")
            kept = self.ward.follow() if self.kind.stay else set()
            stay = str((there.get("encounter") or {}).get("reference", ""))
            encounter = self.desk.read(stay) if stay and stay not in kept else None
            if encounter is not None:
                self.desk.change(encounter | {"status": WITHDRAWN_STATUS})

    def _close(self, message: str, status: str, why: str) -> None:
        """Ends what somebody had to do because of a message."""
        for task in self.desk.find("Task", ("focus", message), ("status", ",".join(OPEN))):
            self.desk.change(task | {"status": status, "statusReason": {"text": why}, "lastModified": self.desk.now()})

    def _answered(self, content: Json) -> None:
        """An answer ends what somebody had to do because of what it answers; being ready ends with the stay only."""
        for reference in content.get("inResponseTo") or []:
            asked = self.desk.read(reference["reference"]) or {}
            codes = [c.get("code") for x in asked.get("category") or [] for c in x.get("coding") or []]
            if not any(code in kinds() and kinds()[code].stay == "ready" for code in codes):
                self._close(reference["reference"], "completed", self.kind.name)

    def _task(self, content: Json, reference: str) -> None:
        deed = self.kind.task
        assert deed is not None
        due = _deadline(content["sent"], deed.hours)
        self.desk.add(
            {
                "resourceType": "Task",
                "status": "requested",
                "intent": "order",
                "code": {"coding": [self.kind.coding]},
                "description": deed.text,
                "focus": {"reference": reference},
                "for": {"reference": self.patient},
                "authoredOn": content["sent"],
                "lastModified": content["received"],
                "requester": self.sender,
                "owner": self.receiver,
                "restriction": {"period": {"end": due}},
            }
        )

    def _document(self, content: Json, reference: str) -> None:
        """The text of the message as a document, so that it is found among the patient's documents."""
        assert self.kind.document is not None
        texts = [str(p["contentString"]) for p in content.get("payload") or [] if "contentString" in p]
        if not texts:
            return
        code, name = self.kind.document
        attachment = {
            "contentType": "text/plain; charset=utf-8",
            "language": "nb",
            "data": b64encode("\n".join(texts).encode()).decode(),
            "title": self.kind.name,
        }
        self.desk.add(
            {
                "resourceType": "DocumentReference",
                "status": "current",
                "docStatus": "final",
                "type": {"coding": [{"system": DOCUMENTS, "code": code, "display": name}]},
                "subject": {"reference": self.patient},
                "date": content["received"],
                "author": [self.sender],
                "content": [{"attachment": attachment}],
                "context": {"related": [{"reference": reference}]},
            }
        )


def _relinked(node: Any, known: dict[str, Json]) -> Any:
    """A resource in which references to kept entries of the message are to what they are kept as."""
    if isinstance(node, list):
        return [_relinked(one, known) for one in node]
    if not isinstance(node, dict):
        return node
    own = known.get(str(node.get("reference")))
    return own or {name: _relinked(value, known) for name, value in node.items()}


def _without_strangers(node: Any) -> Any:
    """A resource without references to entries of a message that are not kept."""
    if isinstance(node, list):
        return [kept for one in node if (kept := _without_strangers(one)) not in ({}, [])]
    if not isinstance(node, dict):
        return node
    left = {k: v for k, v in node.items() if not (k == "reference" and str(v).startswith("urn:"))}
    return {name: kept for name, value in left.items() if (kept := _without_strangers(value)) not in ({}, [])}


def _deadline(sent: str, hours: float) -> str:
    """So long after a message was sent; raises RefusedError for a time at the ends of the calendar."""
    try:
        due = datetime.fromtimestamp(dates.span(sent)[0] / 1000, UTC) + timedelta(hours=hours)
    except (ValueError, OverflowError):
        raise RefusedError(
            "T02", "no deadline can be counted from the time it was sent", "Communication.sent"
        ) from None
    return f"{due.replace(tzinfo=None).isoformat(timespec='seconds')}Z"
