"""A Communication of the record in the envelope it is sent in: what the receiver must know, and no more."""

from collections.abc import Callable
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from simulator.journal.indexing import relative
from simulator.journal.messages.addresses import Address
from simulator.journal.messages.words import EVENTS, HER, MESSAGE_ID, Json

Read = Callable[[str], Json | None]
"""Gives the resource of a reference ``Type/id``."""
KEPT: Final = ("identifier", "status", "category", "priority", "sent", "topic", "payload")
ATTACHED: Final = ("DocumentReference", "DiagnosticReport", "Observation")


def event_of(communication: Json) -> Json | None:
    """The type of the message that a Communication is (Volven 8279); None when it is none."""
    codings = [coding for concept in communication.get("category") or [] for coding in concept.get("coding") or []]
    return next((coding for coding in codings if coding.get("system") == EVENTS and coding.get("code")), None)


def envelope(read: Read, communication: Json, identity: str, base: str, ends: tuple[Json, Address]) -> Json:
    """The message Bundle.

    Args:
        read: Reads the record.
        communication: What is sent.
        identity: The message's id.
        base: The journal's address.
        ends: The sender as a Reference, and the receiver's address.
    """
    sender, receiver = ends
    back = {"identifier": {"system": HER, "value": receiver.her}, "display": receiver.name}
    patient = read(communication["subject"]["reference"]) or {}
    known = {name: patient[name] for name in ("resourceType", "identifier", "name") if name in patient}
    content = {"resourceType": "Communication"} | {n: communication[n] for n in KEPT if n in communication}
    content |= {"subject": {"reference": _url("patient", identity)}, "sender": sender, "recipient": [back]}
    parts = [read(part["contentReference"]["reference"]) for _, part in attached(communication)]
    along = [one for one in parts if one and of_one_patient(one, communication, base)]
    content["payload"] = [_leading_to(part, identity) for part in communication.get("payload") or []]
    if not content["payload"]:
        del content["payload"]
    asked = [_number(read, one) for one in communication.get("inResponseTo") or []]
    if any(asked):
        content["inResponseTo"] = [{"identifier": one} for one in asked if one]
    header: Json = {
        "resourceType": "MessageHeader",
        "id": identity,
        "eventCoding": event_of(communication),
        "source": {"endpoint": f"{base}/$process-message"},
        "sender": sender,
        "destination": [{"endpoint": receiver.endpoint, "receiver": back}],
        "focus": [{"reference": _url("content", identity)}],
    }
    entries = [(f"urn:uuid:{identity}", header), (_url("content", identity), content)]
    entries.append((_url("patient", identity), known))
    entries += [(_url(f"{r['resourceType']}/{r['id']}", identity), _bare(r, identity)) for r in along]
    return {
        "resourceType": "Bundle",
        "type": "message",
        "timestamp": communication.get("sent") or communication["meta"]["lastUpdated"],
        "entry": [{"fullUrl": url, "resource": resource} for url, resource in entries],
    }


def attached(communication: Json) -> list[tuple[int, Json]]:
    """The parts of a Communication that lead to something that goes with it, and their places."""
    parts = [(place, p) for place, p in enumerate(communication.get("payload") or []) if "contentReference" in p]
    return [(n, p) for n, p in parts if str(p["contentReference"].get("reference", "")).split("/")[0] in ATTACHED]


def of_one_patient(one: Json, other: Json, base: str) -> bool:
    """Whether two resources are about the same patient."""
    patients = {relative(str((each.get("subject") or {}).get("reference")), base) for each in (one, other)}
    return len(patients) == 1


def _leading_to(part: Json, identity: str) -> Json:
    if not attached({"payload": [part]}):
        return part
    return {"contentReference": {"reference": _url(part["contentReference"]["reference"], identity)}}


def _bare(resource: Json, identity: str) -> Json:
    """A resource that goes with a message, about the message's patient and without references into this journal."""
    own = {name: value for name, value in resource.items() if name not in {"id", "meta", "encounter", "context"}}
    whole: Json = _without_references(own)
    return whole | {"subject": {"reference": _url("patient", identity)}}


def _without_references(node: Any) -> Any:
    if isinstance(node, list):
        return [kept for one in node if (kept := _without_references(one)) not in ({}, [])]
    if not isinstance(node, dict):
        return node
    kept = {name: _without_references(value) for name, value in node.items() if name != "reference"}
    return {name: value for name, value in kept.items() if value not in ({}, [])}


def _number(read: Read, reference: Json) -> Json | None:
    """What the message that is answered is known by to whoever sent it."""
    if "identifier" in reference:
        found: Json = reference["identifier"]
        return found
    asked = read(str(reference.get("reference", ""))) or {}
    numbers: list[Json] = asked.get("identifier") or []
    own = [{"value": n["value"]} for n in numbers if n.get("system") == MESSAGE_ID]
    return next(iter(own or numbers), None)


def _url(name: str, identity: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{identity}/{name}')}"
