"""The application receipt as XML (AppRec v1.0), written from a receipt's Bundle and read into one."""

from typing import Final
from uuid import uuid4

from simulator.journal.hodemelding.head import NUMBERS, Head
from simulator.journal.hodemelding.kith import APPREC, OID, Element, add, children, local, new, text, value, written
from simulator.journal.messages.settling import receipt_in
from simulator.journal.messages.words import ERRORS, EVENTS, RECEIPT, Json, error_text, kinds
from simulator.journal.version import VERSION

STATUSES: Final = {1: "OK", 2: "Avvist", 3: "OK, feil i delmelding"}
"""Volven 8258."""


def to_xml(receipt: Json, head: Head, made: str) -> bytes:
    """The AppRec of a receipt's Bundle for the Hodemelding of a head."""
    response, errors = receipt_in(receipt)
    status = 2 if response.get("code") == "fatal-error" else 3 if errors else 1
    root = new("AppRec", APPREC)
    add(root, "MsgType", V=RECEIPT, DN="Applikasjonskvittering")
    add(root, "MIGversion", "1.0 2004-11-21")
    add(root, "SoftwareName", "journalbenk reference journal")
    add(root, "SoftwareVersion", VERSION)
    add(root, "GenDate", made)
    add(root, "Id", str(receipt["entry"][0]["resource"].get("id") or uuid4()))
    for name, parties in (("Sender", head.receiver), ("Receiver", head.sender)):
        _write_party(add(root, name), parties)
    add(root, "Status", V=str(status), DN=STATUSES[status])
    for code in errors:
        add(root, "Error", V=code, S=f"{OID}.8221", DN=error_text(code))
    original = add(root, "OriginalMsgId")
    known = kinds().get(head.event)
    add(original, "MsgType", V=head.event, **({"DN": known.name} if known else {}))
    add(original, "IssueDate", head.made or made)
    add(original, "Id", head.identity)
    return written(root)


def _write_party(parent: Element, parties: tuple[Json, ...]) -> None:
    """An institution, and its service as a department."""
    place = add(add(parent, "HCP"), "Inst")
    for number, party in enumerate(parties):
        element = place if number == 0 else add(place, "Dept")
        add(element, "Name", str(party.get("name", "")))
        numbers = [
            (k, n["value"]) for n in party.get("identifier") or [] for k in NUMBERS if NUMBERS[k][0] == n["system"]
        ]
        for kind, found in numbers[:1]:
            add(element, "Id", found)
            add(element, "TypeId", V=kind, DN=NUMBERS[kind][1])


def is_receipt(root: Element) -> bool:
    """Whether a document is an AppRec."""
    return local(root) == "AppRec"


def to_bundle(root: Element) -> Json:
    """The receipt's Bundle of an AppRec."""
    status = value(root, "Status")
    response: Json = {
        "identifier": text(root, "OriginalMsgId", "Id"),
        "code": "fatal-error" if status == "2" else "ok",
    }
    codes = [(value(e), value(e, of="DN") or value(e, of="OT")) for e in children(root) if local(e) == "Error"]
    header: Json = {
        "resourceType": "MessageHeader",
        "id": text(root, "Id"),
        "eventCoding": {"system": EVENTS, "code": RECEIPT},
        "source": {"endpoint": "urn:oid:2.16.578.1.12.4.1.2"},
        "response": response,
    }
    if codes:
        severity = "fatal" if status == "2" else "warning"
        issues = [_issue(code, words, severity) for code, words in codes]
        header["contained"] = [{"resourceType": "OperationOutcome", "id": "errors", "issue": issues}]
        response["details"] = {"reference": "#errors"}
    return {"resourceType": "Bundle", "type": "message", "entry": [{"resource": header}]}


def _issue(code: str, words: str, severity: str) -> Json:
    coding = {"system": ERRORS, "code": code} | ({"display": words} if words else {})
    return {"severity": severity, "code": "processing", "details": {"coding": [coding]}}
