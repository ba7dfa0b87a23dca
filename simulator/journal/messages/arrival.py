"""A message at the door: opened, held against R4, with its sender's right to send and its HER-ids looked up."""

from dataclasses import dataclass, field
from typing import Final

from simulator.journal.access.challenge import insufficient_scope
from simulator.journal.bulk.offer import check_system
from simulator.journal.errors import FhirError, refuse
from simulator.journal.http import JSON_TYPES, Call, check_content_type, parse_resource
from simulator.journal.journal import Journal
from simulator.journal.messages.addresses import Address, Addresses
from simulator.journal.messages.parcel import PARTIES, Parcel, opened
from simulator.journal.messages.receipt import Fault
from simulator.journal.messages.words import Json
from simulator.journal.neighbours import silent

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
