"""A Hodemelding as a message Bundle, and a message Bundle as a Hodemelding."""

from typing import Any

from lxml import etree

from simulator.journal.hodemelding.content import is_known, read_content, write_content
from simulator.journal.hodemelding.head import Head, url, write_head
from simulator.journal.hodemelding.kith import HEAD, Element, new, written
from simulator.journal.messages.parcel import Parcel, opened
from simulator.journal.messages.words import EVENTS, TEST, Json, kinds

ENDPOINT = "urn:oid:2.16.578.1.12.4.1.2"
"""Where a Hodemelding came from as a URI: its sender has a HER-id and no address."""


def to_bundle(root: Element, head: Head) -> Json:
    """The message Bundle of a Hodemelding.

    Raises:
        RefusedError: The content is not that of its type (T02).
    """
    content: Json = {"resourceType": "Communication", "status": "completed"}
    if head.event in kinds():
        content |= {"category": [{"coding": [kinds()[head.event].coding]}]}
    content |= read_content(root, head.event, head.made) if is_known(head.event) else {}
    content |= {"subject": {"reference": url(head.identity, "patient")}}
    if head.answers:
        content["inResponseTo"] = [{"identifier": {"value": head.answers}}]
    header: Json = {
        "resourceType": "MessageHeader",
        "id": head.identity,
        "eventCoding": {"system": EVENTS, "code": head.event},
        "source": {"endpoint": ENDPOINT},
        "destination": [{"endpoint": ENDPOINT, "receiver": {"reference": url(head.identity, "receiver.0")}}],
        "sender": {"reference": url(head.identity, "sender.0")},
        "focus": [{"reference": url(head.identity, "content")}],
    }
    if head.test:
        header["meta"] = {"tag": [TEST]}
    entries = [(f"urn:uuid:{head.identity}", header), (url(head.identity, "content"), content)]
    if head.patient:
        entries.append((url(head.identity, "patient"), head.patient))
    for role, organisations in (("sender", head.sender), ("receiver", head.receiver)):
        entries += _organisations(head.identity, role, organisations)
    bundle: Json = {"resourceType": "Bundle", "type": "message"}
    bundle |= {"timestamp": head.made} if head.made else {}
    return bundle | {"entry": [{"fullUrl": name, "resource": _whole(resource)} for name, resource in entries]}


def _organisations(identity: str, role: str, organisations: tuple[Json, ...]) -> list[tuple[str, Json]]:
    """The service first, the organisation it is part of after it."""
    found = []
    for number, organisation in enumerate(reversed(organisations)):
        above = {"partOf": {"reference": url(identity, f"{role}.{number + 1}")}}
        found.append(
            (url(identity, f"{role}.{number}"), organisation | (above if number + 1 < len(organisations) else {}))
        )
    return found


def _whole(resource: Json) -> Json:
    return {name: part for name, part in resource.items() if part not in ("", [], {})}


def from_bundle(bundle: Json) -> bytes:
    """The Hodemelding of a message Bundle whose type can be written as XML (``content.is_known``)."""
    parcel = opened(bundle)
    communication = parcel.communication or {}
    root = new("MsgHead", HEAD)
    write_head(root, _head(parcel, communication, bundle))
    write_content(root, parcel.event, communication)
    etree.cleanup_namespaces(root, keep_ns_prefixes=[])
    return written(root)


def _head(parcel: Parcel, communication: Json, bundle: Json) -> Head:
    asked = [one.get("identifier", {}).get("value", "") for one in communication.get("inResponseTo") or []]
    destination = parcel.header["destination"][0].get("receiver")
    return Head(
        parcel.identity,
        parcel.event,
        str(communication.get("sent") or bundle["timestamp"]),
        parcel.test,
        next(iter(asked), ""),
        _chain(parcel, parcel.header.get("sender")),
        _chain(parcel, destination),
        parcel.patient,
    )


def _chain(parcel: Parcel, reference: Any) -> tuple[Json, ...]:
    """An organisation and what it is part of, the outermost first."""
    target = str((reference or {}).get("reference", ""))
    entry = parcel.entries.get(target)
    if entry is not None:
        return (*_chain(parcel, entry.get("partOf")), entry) if "partOf" in entry else (entry,)
    number = (reference or {}).get("identifier")
    return ({"name": (reference or {}).get("display", ""), "identifier": [number] if number else []},)
