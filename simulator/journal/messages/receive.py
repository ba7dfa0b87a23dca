"""$process-message: takes in a message and answers with its receipt (http://hl7.org/fhir/R4/messageheader-operation-process-message.html).

The receipt and all that the message makes are one transaction: nothing is acknowledged that has not been stored. The
same message again gets the same receipt and makes nothing. A refused message leaves nothing, and may be sent again.
"""

from dataclasses import dataclass, field
from typing import Final

import orjson

from simulator.journal.access.challenge import insufficient_scope
from simulator.journal.bulk.offer import check_system
from simulator.journal.errors import FhirError, refuse
from simulator.journal.http import JSON_TYPES, Answer, Call, check_content_type, parse_resource
from simulator.journal.journal import Interaction, Journal
from simulator.journal.messages.addresses import Address, Addresses
from simulator.journal.messages.chart import Chart
from simulator.journal.messages.desk import Desk, quoted
from simulator.journal.messages.errand import CODE
from simulator.journal.messages.outbox import settle
from simulator.journal.messages.parcel import PARTIES, Parcel, Party, opened
from simulator.journal.messages.receipt import Fault, Receipt, RefusedError, bundle, kept_id, receipt_id
from simulator.journal.messages.settling import error_codes, settled_as
from simulator.journal.messages.words import DNR, ENH, FNR, TEST, Json, Kind, kinds
from simulator.journal.neighbours import silent
from simulator.journal.no_basis import is_synthetic_number
from simulator.journal.store import Store

JUDGED_BY: Final = PARTIES | {"Communication"}
WRITES: Final = ("MessageHeader", "Communication")


@dataclass(slots=True)
class Arrival:
    """A message at the door: opened, not yet looked at.

    Attributes:
        parcel: The message.
        known: What the address register says of the HER-ids in it; empty in a journal without one.
        fault: What is not sound R4 in it; None when all that it is judged by is.
    """

    parcel: Parcel
    known: dict[str, Address | None] = field(default_factory=dict)
    fault: Fault | None = None


def prepare(journal: Journal, call: Call) -> None:
    """Reads the envelope; raises FhirError for what is no message, or from somebody who may not send one."""
    check_content_type(call.headers, JSON_TYPES)
    take(journal, call, parse_resource(call.body))


def take(journal: Journal, call: Call, resource: Json) -> None:
    """Makes a message Bundle the call's; raises FhirError for what is no message, or who may not send one."""
    check_sender(call)
    entries = resource.get("entry")
    bare: Json = {"entry": [_bare(entry) for entry in entries]} if isinstance(entries, list) and entries else {}
    journal.validator.check(resource | bare, "Bundle")
    fault = _look_through(journal, entries) if isinstance(entries, list) else None
    call.resource = Arrival(opened(resource), fault=fault)


def _look_through(journal: Journal, entries: list[Json]) -> Fault | None:
    """Holds what a message is judged by against R4, and empties what is not sound, so that it can still be answered.

    Raises:
        FhirError: 422, the MessageHeader is not sound: then nobody can be answered.
    """
    found = None
    for number, entry in enumerate(entries):
        kind = entry["resource"]["resourceType"]
        if kind not in JUDGED_BY:
            continue
        try:
            journal.validator.check(entry["resource"], kind)
        except FhirError as error:
            if kind == "MessageHeader":
                raise
            words = "; ".join(issue.diagnostics for issue in error.issues)
            found = found or Fault("T02", words, f"Bundle.entry[{number}].resource")
            entry["resource"] = {"resourceType": kind}
    return found


def ask(journal: Journal, call: Call) -> None:
    """Asks the address register who the HER-ids of a message are; raises a 503 when it is silent."""
    arrival: Arrival = call.resource
    if journal.neighbours is None or arrival.parcel.is_receipt:
        return
    addresses = Addresses(journal.neighbours)
    numbers = {party.her for party in (arrival.parcel.sender, *arrival.parcel.receivers) if party.her}
    try:
        arrival.known = {her: addresses.party(her) for her in numbers}
    except OSError:
        raise silent("the address register (Adresseregisteret)") from None


def check_sender(call: Call) -> None:
    """Messages come from systems, whose scopes cover what they make."""
    check_system(call)
    for kind in WRITES:
        if call.caller is not None and not call.caller.scopes.allow(kind, "c"):
            raise insufficient_scope(call.caller.scopes.wanted(kind, "c"), scheme=call.caller.scheme)


def _bare(entry: object) -> object:
    """An entry without its resource, which is held against R4 by itself."""
    if not isinstance(entry, dict):
        return entry
    resource = entry.get("resource")
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise refuse(422, "structure", "every entry of a message holds a resource", "Bundle.entry")
    return {name: value for name, value in entry.items() if name != "resource"} or {"id": "bare"}


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
        receipt = _taken_in(desk, call.resource)
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
    parties = _people(desk, arrival)
    patient, doubts = _patient(desk, parcel)
    _check_content(kind, parcel)
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


def _people(desk: Desk, arrival: Arrival) -> tuple[Json, Json]:
    """Sender and receiver as References; raises RefusedError when the receiver is not here or the sender unknown."""
    parcel, known = arrival.parcel, arrival.known
    place = "Bundle.entry[0].resource"
    if len(parcel.receivers) != 1:
        raise RefusedError("T02", "a message has exactly one receiver", f"{place}.destination")
    to = parcel.receivers[0]
    receiver = _reference(desk, to, known)
    address = known.get(to.her)
    here = address is not None and address.endpoint.startswith(f"{desk.journal.base}/")
    if not (here if to.her in known else "reference" in receiver):
        raise RefusedError("E21", "the receiver is not one of this journal's", f"{place}.destination[0].receiver")
    if not parcel.sender:
        raise RefusedError("E20", "the sender is not named", f"{place}.sender")
    if parcel.sender.her in known and known[parcel.sender.her] is None:
        raise RefusedError("E20", "the sender is not in the address register", f"{place}.sender")
    return _reference(desk, parcel.sender, known), receiver


def _reference(desk: Desk, party: Party, known: dict[str, Address | None]) -> Json:
    """A party as one of the journal's Organizations, also by the number that the register has; else by its number."""
    address = known.get(party.her)
    own = desk.organisation(party, [(ENH, address.number)] if address and address.number else ())
    return {"reference": own} if own else party.logical()


def _patient(desk: Desk, parcel: Parcel) -> tuple[str, list[Fault]]:
    """The record the message belongs to, and what is odd about how it names the patient; raises RefusedError."""
    own = str(parcel.patient.get("id", "")) if not parcel.patient.get("identifier") else ""
    if own and (desk.read(f"Patient/{own}") or {}).get("resourceType") == "Patient":
        return f"Patient/{own}", []
    numbers = parcel.numbers()
    if not numbers or not all(value for _, value in numbers):
        raise RefusedError("E30", "the message names no patient by number", "Bundle.entry.resource")
    if not all(is_synthetic_number(value) for _, value in numbers):
        raise RefusedError("E31", "the patient's number is not one", "Bundle.entry.resource")
    wanted = ",".join(f"{quoted(system)}|{value}" for _, value in numbers for system in (FNR, DNR))
    known = desk.find("Patient", ("identifier", wanted))
    if len(known) != 1:
        raise RefusedError("E35", "no patient of this journal has the number", "Bundle.entry.resource")
    return f"Patient/{known[0]['id']}", _doubts(parcel.patient, known[0])


def _doubts(said: Json, known: Json) -> list[Fault]:
    """What makes one doubt that the number is the right patient's; refused when no part of the name is the same."""
    place = "Bundle.entry.resource.name"
    names, ours = _names(said), _names(known)
    if not names:
        return [Fault("E32", "the patient's name is missing", place)]
    if ours and not names & ours:
        raise RefusedError("E31", "the number belongs to somebody with another name", place)
    same = not ours or {n for n in names if n[0] == "family"} & ours
    return [] if same else [Fault("E36", "the patient has another family name here", place)]


def _names(patient: Json) -> set[tuple[str, str]]:
    """The words of a patient's names, as family or given ones."""
    found = set()
    for name in patient.get("name") or []:
        found |= {("family", str(name["family"]).casefold())} if name.get("family") else set()
        found |= {("given", word.casefold()) for given in name.get("given") or [] for word in str(given).split()}
    return found


def _check_content(kind: Kind, parcel: Parcel) -> None:
    """Raises RefusedError unless there is a Communication with what its type demands."""
    content = parcel.communication
    if content is None:
        raise RefusedError("T02", "the message holds no Communication", "Bundle.entry")
    said = any(one.get("contentString") or one.get("contentAttachment") for one in content.get("payload") or [])
    if kind.content and not said and not parcel.parts:
        raise RefusedError("T02", "a message of this type carries health information", "Communication.payload")


INTERACTION = Interaction(apply, prepare, "writer", ask=ask)
