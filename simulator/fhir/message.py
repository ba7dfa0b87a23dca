"""A standard message as a FHIR message Bundle (http://hl7.org/fhir/R4/messaging.html), made of what the study writes.

HL7 Norway has no FHIR form of these messages. The bench's own: the MessageHeader's event is the type (Volven 8279), its
id the message's; sender and receiver are Organizations by number; the focus is a Communication about a Patient.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from simulator.domain.codes import HL7_TERMINOLOGY, MESSAGE_TYPE
from simulator.fhir.elements import Resource, interaction_id, ref

ENDPOINT: Final = "https://journalbenk.example/messages"
TEST: Final = {"system": f"{HL7_TERMINOLOGY}v3-ActReason", "code": "HTEST"}
"""The tag of a test message, which is never to enter a live chart."""
Named = tuple[str, Resource]
"""A resource and the id of the interaction that creates it."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Who a message is from, to and about."""

    sender: Named
    receiver: Named
    patient: Named


def message_id(communication: str) -> str:
    """The id of the message that carries a Communication."""
    return interaction_id("message", communication)


def message_bundle(
    communication: Named, parties: Parties, *, answers: Sequence[Resource] = (), test: bool = False
) -> Resource:
    """The message that carries a Communication; ``answers`` are the identifiers of the messages it answers."""
    name, content = communication
    header: Resource = {
        "resourceType": "MessageHeader",
        "id": message_id(name),
        "eventCoding": event_of(content),
        "source": {"endpoint": ENDPOINT},
        "sender": ref(parties.sender[0]),
        "destination": [{"endpoint": f"{ENDPOINT}/receiver", "receiver": ref(parties.receiver[0])}],
        "focus": [ref(name)],
    }
    if test:
        header["meta"] = {"tag": [TEST]}
    told = {**content, "sender": ref(parties.sender[0]), "recipient": [ref(parties.receiver[0])]}
    for of_the_record in ("inResponseTo", "received"):
        told.pop(of_the_record, None)
    if answers:
        told["inResponseTo"] = [{"identifier": identifier} for identifier in answers]
    patient = {
        key: parties.patient[1][key] for key in ("resourceType", "identifier", "name") if key in parties.patient[1]
    }
    entries = [
        (message_id(name), header),
        (name, told),
        (parties.patient[0], patient),
        parties.sender,
        parties.receiver,
    ]
    return {
        "resourceType": "Bundle",
        "type": "message",
        "timestamp": content["sent"],
        "entry": [{"fullUrl": f"urn:uuid:{url}", "resource": resource} for url, resource in dict(entries).items()],
    }


def event_of(communication: Resource) -> dict[str, str]:
    """The type of the message that a Communication is (Volven 8279)."""
    codings = [coding for concept in communication["category"] for coding in concept["coding"]]
    return next(dict(coding) for coding in codings if coding["system"] == MESSAGE_TYPE)
