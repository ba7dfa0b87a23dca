"""POST hodemelding: a Hodemelding in XML is taken in as any message and answered with an AppRec in XML.

What cannot be read at all is refused as a request (T01 has nothing to answer to); an AppRec that comes is the receipt
of a message of ours.
"""

from dataclasses import dataclass
from typing import Any, Final

from simulator.journal.errors import FhirError, refuse
from simulator.journal.hodemelding import apprec
from simulator.journal.hodemelding.head import Head, read_head
from simulator.journal.hodemelding.kith import HEAD, MEDIA, local, namespace, read
from simulator.journal.hodemelding.translation import to_bundle
from simulator.journal.http import Answer, Call, check_content_type
from simulator.journal.journal import Interaction, Journal
from simulator.journal.messages import arrival, receive
from simulator.journal.messages.desk import Desk
from simulator.journal.messages.receipt import Fault, Receipt, RefusedError, bundle
from simulator.journal.primitives import ID
from simulator.journal.store import Store

XML_TYPES: Final = frozenset({MEDIA, "text/xml"})


@dataclass(slots=True)
class Delivery:
    """What came in XML: its head, and either the message as any other, or why it is refused already."""

    head: Head | None
    arrival: Any = None
    fault: Fault | None = None


def prepare(journal: Journal, call: Call) -> None:
    """Reads the XML; raises FhirError for what has no head that could be answered."""
    check_content_type(call.headers, XML_TYPES)
    arrival.check_sender(call)
    root = read(call.body)
    if apprec.is_receipt(root):
        arrival.take(journal, call, apprec.to_bundle(root))
        call.resource = Delivery(None, call.resource)
        return
    if (namespace(root), local(root)) != (HEAD, "MsgHead"):
        raise refuse(422, "structure", "expected a MsgHead (Hodemelding v1.2) or an AppRec")
    head = read_head(root)
    if not head.identity:
        raise refuse(422, "required", "a message without MsgId cannot be answered", "MsgInfo.MsgId")
    call.resource = _understood(journal, call, root, head)


def _understood(journal: Journal, call: Call, root: Any, head: Head) -> Delivery:
    if not ID.fullmatch(head.identity):
        return Delivery(head, fault=Fault("E10", "a MsgId has 1 to 64 of A-Z a-z 0-9 - .", "MsgInfo.MsgId"))
    if not head.made or "T" not in head.made:
        return Delivery(head, fault=Fault("T02", "GenDate is a date and a time", "MsgInfo.GenDate"))
    try:
        arrival.take(journal, call, to_bundle(root, head))
    except RefusedError as refusal:
        return Delivery(head, fault=refusal.fault)
    except FhirError as error:
        return Delivery(head, fault=Fault("T02", str(error), "MsgHead"))
    return Delivery(head, call.resource)


def ask(journal: Journal, call: Call) -> None:
    """Asks the address register about a message that could be read."""
    delivery: Delivery = call.resource
    if delivery.arrival is not None:
        call.resource = delivery.arrival
        arrival.ask(journal, call)
        call.resource = delivery


def apply(journal: Journal, store: Store, call: Call) -> Answer:
    """200 with the AppRec; 204 for an AppRec, which is not answered."""
    delivery: Delivery = call.resource
    call.resource = delivery.arrival
    if delivery.head is None:
        return receive.apply(journal, store, call)
    made = Desk(journal, store, call).now()
    if delivery.fault is not None:
        refused = Receipt(delivery.head.identity, 2, (delivery.fault,))
        answer = bundle(refused.header(), made)
    else:
        answer = receive.received(journal, store, call)
    return Answer(200, apprec.to_xml(answer, delivery.head, answer["timestamp"]), media=MEDIA)


INTERACTION: Final = Interaction(apply, prepare, "writer", ask=ask)
