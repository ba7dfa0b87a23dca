"""$process-message: takes in a message and answers with its receipt (http://hl7.org/fhir/R4/messageheader-operation-process-message.html).

The receipt and all that the message makes are one transaction: nothing is acknowledged that has not been stored. The
same message again gets the same receipt and makes nothing. A refused message leaves nothing, and may be sent again.
"""

from typing import Final

import orjson

from simulator.journal.errors import FhirError, refuse
from simulator.journal.http import Answer, Call
from simulator.journal.journal import Interaction, Journal
from simulator.journal.messages import judging
from simulator.journal.messages.arrival import Arrival, ask, prepare
from simulator.journal.messages.chart import Chart
from simulator.journal.messages.desk import Desk
from simulator.journal.messages.errand import CODE
from simulator.journal.messages.outbox import settle
from simulator.journal.messages.parcel import Parcel
from simulator.journal.messages.receipt import Receipt, RefusedError, bundle, kept_id, receipt_id
from simulator.journal.messages.settling import error_codes, settled_as
from simulator.journal.messages.words import TEST, Json, kinds
from simulator.journal.store import Store

CONFLICT: Final = 409


def apply(journal: Journal, store: Store, call: Call) -> Answer:
    """200 with the receipt, whatever it says of the message; 204 for a receipt, which is not answered."""
    if call.resource.parcel.is_receipt:
        _acknowledged(journal, store, call)
        return Answer(204)
    return Answer(200, orjson.dumps(received(journal, store, call)))


def _acknowledged(journal: Journal, store: Store, call: Call) -> None:
    """Takes in the receipt of a message of ours; raises a 404 when none has the id."""
    parcel: Parcel = call.resource.parcel
    desk = Desk(journal, store, call)
    identity = str(parcel.response.get("identifier", ""))
    if (desk.read(f"Task/{identity}") or {}).get("code", {}).get("coding") != [CODE]:
        raise refuse(404, "not-found", "no message of this journal has the id that the receipt is for", "Bundle")
    outcomes = [r for r in parcel.entries.values() if r["resourceType"] == "OperationOutcome"]
    contained = parcel.header.get("contained") or []
    errors = tuple(code for outcome in [*outcomes, *contained] for code in error_codes(outcome))
    settle(desk, identity, settled_as(parcel.response, errors))


def received(journal: Journal, store: Store, call: Call) -> Json:
    """The receipt's message, after taking in the call's."""
    parcel: Parcel = call.resource.parcel
    desk = Desk(journal, store, call)
    noted = len(call.record.links), len(call.record.items)
    before = desk.read(f"MessageHeader/{receipt_id(parcel.identity)}")
    if before is not None and _is_same(desk, parcel):
        return bundle(before, before["meta"]["lastUpdated"])
    store.mark()
    try:
        receipt = _lawfully(desk, call.resource)
    except RefusedError as refusal:
        store.undo()
        del call.record.links[noted[0] :], call.record.items[noted[1] :]
        receipt = Receipt(parcel.identity, 2, (refusal.fault,), _parties(journal, parcel))
        return bundle(receipt.header(), desk.now())
    except BaseException:
        store.undo()
        raise
    store.keep()
    kept = desk.read(f"MessageHeader/{receipt.identity}")
    assert kept is not None
    return bundle(kept, kept["meta"]["lastUpdated"])


def _is_same(desk: Desk, parcel: Parcel) -> bool:
    """Whether the message known by this id is this one; another one under its id is refused as any other fault."""
    there = desk.read(f"MessageHeader/{kept_id(parcel.identity)}") or {}
    return bool(
        (there.get("eventCoding") or {}).get("code") == parcel.event and _sender(there) == _sender(parcel.header)
    )


def _sender(header: Json) -> object:
    return (header.get("source") or {}).get("endpoint")


def _lawfully(desk: Desk, arrival: Arrival) -> Receipt:
    """Takes a message in; what the rules of the record forbid it to make is told by a receipt, not by a status."""
    try:
        return _taken_in(desk, arrival)
    except FhirError as error:
        if error.status != CONFLICT:
            raise
        raise RefusedError("X99", f"the record does not allow it: {error}") from None


def _taken_in(desk: Desk, arrival: Arrival) -> Receipt:
    """Stores the message, what it makes and its receipt; raises RefusedError."""
    parcel = arrival.parcel
    if desk.read(f"MessageHeader/{kept_id(parcel.identity)}") is not None:
        raise RefusedError("E10", "another message has this id", "Bundle.entry[0].resource.id")
    kind = kinds().get(parcel.event)
    if kind is None:
        raise RefusedError("T10", "messages of this type are not taken in here", "Bundle.entry[0].resource.eventCoding")
    if arrival.fault is not None:
        raise RefusedError(arrival.fault.code, arrival.fault.words, arrival.fault.place)
    parties = judging.parties(desk, arrival)
    patient, doubts = judging.patient(desk, parcel)
    judging.check_content(kind, parcel)
    faults = list(doubts)
    focus = []
    if not parcel.test:
        chart = Chart(desk, kind, patient, parties)
        focus = [{"reference": chart.write(parcel)}]
        faults += chart.faults
    receipt = Receipt(parcel.identity, 3 if faults else 1, tuple(faults), _parties(desk.journal, parcel))
    for header in (_kept(parcel, focus), receipt.header()):
        desk.add(header | ({"meta": {"tag": [TEST]}} if parcel.test else {}))
    return receipt


def _kept(parcel: Parcel, focus: list[Json]) -> Json:
    """The message's header as it is kept: who sent what, and where its content is."""
    kept: Json = {"resourceType": "MessageHeader", "id": kept_id(parcel.identity)}
    kept |= {name: parcel.header[name] for name in ("eventCoding", "source")}
    return kept | ({"focus": focus} if focus else {})


def _parties(journal: Journal, parcel: Parcel) -> Json:
    """From whom the receipt goes to whom: the message's way back."""
    source = parcel.header.get("source") or {}
    destination: Json = {"endpoint": source.get("endpoint", "")}
    if parcel.sender.identifiers:
        destination["receiver"] = parcel.sender.logical()
    parties: Json = {"source": {"endpoint": f"{journal.base}/$process-message"}, "destination": [destination]}
    if parcel.receivers and parcel.receivers[0].identifiers:
        parties["sender"] = parcel.receivers[0].logical()
    return parties


INTERACTION = Interaction(apply, prepare, "writer", ask=ask)
