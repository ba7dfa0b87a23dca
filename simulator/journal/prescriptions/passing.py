"""What the write of a MedicationRequest or MedicationDispense means for Reseptformidleren, stored with that write.

An active order becomes a prescription (M1). One that is stopped, deleted or changed is recalled (M5), and a changed one
prescribed anew, since a prescription cannot be altered. A renewal (``priorPrescription``) recalls the one before. What
a pharmacy reports (M6) is linked to its order, and completes it when nothing is left to hand out.
"""

from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

import orjson

from simulator.journal.http import Answer, Call
from simulator.journal.journal import Interaction, Journal
from simulator.journal.prescriptions import outbox
from simulator.journal.prescriptions.links import Link, linked, same_patient
from simulator.journal.prescriptions.messages import PRESCRIPTION, prescription_of
from simulator.journal.store import Store

Json = dict[str, Any]
RECEIVER: Final = "reseptformidleren"
EVENTS: Final = (outbox.PRESCRIBED, outbox.RECALLED)
ORDER: Final = "MedicationRequest"
DISPENSE: Final = "MedicationDispense"
ORDERED: Final = frozenset({"order", "original-order"})
ENDED: Final = frozenset({"stopped", "cancelled", "entered-in-error"})
LINK: Final = Link("authorizingPrescription", PRESCRIPTION, outbox.PRESCRIBED, ORDER)
STATUS: Final = f"{PRESCRIPTION}-status"


def passing(interaction: Interaction) -> Interaction:
    """A write interaction that passes prescriptions on, when there is a Reseptformidler beside the journal."""

    def apply(journal: Journal, store: Any, call: Call) -> Answer:
        if journal.neighbours is None or call.kind not in {ORDER, DISPENSE}:
            return interaction.apply(journal, store, call)
        if call.kind == DISPENSE and call.interaction in {"create", "update"}:
            call.resource = linked(store, call.resource, LINK)
        answer = interaction.apply(journal, store, call)
        if call.kind == ORDER:
            pass_on(store, call.identity or "")
        elif call.interaction in {"create", "update"} and answer.status < 300:
            complete(store, call)
        wake(journal, RECEIVER)
        return answer

    return replace(interaction, apply=apply)


def wake(journal: Journal, receiver: str) -> None:
    """Tells the courier to a receiver that there may be something to carry."""
    courier: Any = journal.background.get(receiver)
    if courier is not None:
        courier.wake()


def pass_on(store: Store, request: str) -> None:
    """Stores the messages that bring Reseptformidleren from what it was told to what the order now says."""
    found = store.find(ORDER, request) if request else None
    order: Json = orjson.loads(found.content) if found and found.content else {}
    open_one = _open(outbox.about(store, request))
    if order.get("status") == "active" and order.get("intent") in ORDERED and not _inside(order):
        wanted = prescription_of(store, order)
        if open_one and _says(open_one.resource) == _says(wanted):
            return
        _recall(store, open_one)
        _recall_earlier(store, order)
        _prescribe(store, request, wanted)
    elif not order or order.get("status") in ENDED:
        _recall(store, open_one)


def _inside(order: Json) -> bool:
    """Whether it is for use in the institution, which needs no prescription."""
    codings = (coding for concept in order.get("category") or () for coding in concept.get("coding") or ())
    return any(coding.get("code") == "inpatient" for coding in codings)


def _open(messages: list[outbox.Posted]) -> outbox.Posted | None:
    """The prescription that was not recalled, if there is one."""
    recalled = {message.prescription for message in messages if message.event == outbox.RECALLED}
    standing = [m for m in messages if m.event == outbox.PRESCRIBED and m.prescription not in recalled]
    return standing[-1] if standing else None


def _says(resource: Json) -> Json:
    return {name: value for name, value in resource.items() if name != "identifier"}


def _prescribe(store: Store, request: str, wanted: Json) -> None:
    prescription = str(uuid4())
    named = wanted | {"identifier": [{"system": PRESCRIPTION, "value": prescription}]}
    outbox.post(store, outbox.PRESCRIBED, request, prescription, named)


def _recall(store: Store, posted: outbox.Posted | None) -> None:
    if posted is None:
        return
    recall = posted.resource | {"status": "cancelled"}
    outbox.post(store, outbox.RECALLED, posted.request, posted.prescription, recall)


def _recall_earlier(store: Store, order: Json) -> None:
    """Recalls the prescription that this one renews, as both could be handed out otherwise."""
    reference = str((order.get("priorPrescription") or {}).get("reference") or "")
    kind, _, earlier = reference.rpartition("/")
    if kind.rpartition("/")[2] == ORDER and earlier:
        _recall(store, _open(outbox.about(store, earlier)))


def complete(store: Store, call: Call) -> None:
    """Completes the order when the prescription has nothing left to hand out; an order that was ended stays so."""
    dispense: Json = call.resource
    told = [one.get("valueCode") for one in dispense.get("extension") or () if one.get("url") == STATUS]
    if told != ["completed"]:
        return
    for one in dispense.get("authorizingPrescription") or ():
        found = store.find(ORDER, str(one.get("reference", "")).removeprefix(f"{ORDER}/"))
        order: Json = orjson.loads(found.content) if found and found.content else {}
        if order.get("status") == "active" and same_patient(order, dispense):
            now = store.put(order | {"status": "completed"}, found, "PUT")
            call.record.touch(f"{ORDER}/{order['id']}", now.patient)
