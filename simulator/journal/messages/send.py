"""Communication/[id]/$send-message: sends a message of the record, and follows up that it is acknowledged.

Parameters, both optional: ``receiver`` (Identifier: a HER-id or an organisation number) and ``service`` (Coding of
Volven 8663). Without them the receiver is the Communication's recipient, by its organisation number and type. The
answer is the Task that tells how far the message has come; the outbox does the rest.
"""

from typing import Any, Final

import orjson

from simulator.journal.access.stage import check_shown
from simulator.journal.access.view import View
from simulator.journal.errors import refuse
from simulator.journal.http import JSON_TYPES, Answer, Call, check_content_type, parse_resource
from simulator.journal.interactions.common import existing, new_id
from simulator.journal.journal import Interaction, Journal
from simulator.journal.messages.desk import Desk
from simulator.journal.messages.envelope import attached, event_of, of_one_patient
from simulator.journal.messages.errand import errand
from simulator.journal.messages.outbox import Outbox
from simulator.journal.messages.parcel import Party, party
from simulator.journal.messages.words import ENH, SERVICES, Json
from simulator.journal.store import Store

NAMED: Final = {"receiver": "valueIdentifier", "service": "valueCoding"}


def prepare(_: Journal, call: Call) -> None:
    """Reads the Parameters."""
    call.resource = {}
    if not call.body:
        return
    check_content_type(call.headers, JSON_TYPES)
    given = parse_resource(call.body)
    if given["resourceType"] != "Parameters":
        raise refuse(400, "structure", "the body is not a Parameters resource", "Parameters")
    parts = given.get("parameter") or []
    for one in parts if isinstance(parts, list) else [parts]:
        name = str(one.get("name")) if isinstance(one, dict) else ""
        value = one.get(NAMED[name]) if name in NAMED else None
        if not isinstance(value, dict):
            raise refuse(400, "value", f"the parameters are {', '.join(NAMED)}, each as {NAMED}", "Parameters")
        call.resource[name] = value


def apply(journal: Journal, store: Store, call: Call) -> Answer:
    """202 with the Task; 404 for an unknown Communication, 422 for one that cannot be sent."""
    given: Json = call.resource
    found = store.find("Communication", call.identity or "")
    check_shown(call, found)
    communication = orjson.loads(existing(found, call).content or b"")
    desk = Desk(journal, store, call)
    _check(desk, communication)
    _check_attached(desk, communication, call.view)
    receiver, service = _receiver(desk, communication, given)
    identity = new_id()
    desk.add(errand(communication, identity, receiver, service, journal.settings.receipt_s))
    outbox = journal.background["outbox"]
    assert isinstance(outbox, Outbox)
    # It reads what is committed, and waits until this is.
    outbox.post(identity)
    task = desk.read(f"Task/{identity}")
    return Answer(202, orjson.dumps(task), location=f"{journal.base}/Task/{identity}")


def _check(desk: Desk, communication: Json) -> None:
    """Raises a 422 unless it is a message from an organisation about a patient."""
    place = "Communication"
    if event_of(communication) is None:
        raise refuse(422, "business-rule", "a message has a category of Volven 8279", f"{place}.category")
    if not str((communication.get("subject") or {}).get("reference", "")).startswith("Patient/"):
        raise refuse(422, "required", "a message is about a patient of this journal", f"{place}.subject")
    sender = str((communication.get("sender") or {}).get("reference", ""))
    if not sender.startswith("Organization/") or desk.read(sender) is None:
        raise refuse(422, "required", "a message is sent by an Organization of this journal", f"{place}.sender")


def _check_attached(desk: Desk, communication: Json, view: View | None) -> None:
    """Raises a 422 unless all that goes along is about the same patient, and shown to who sends it."""
    for number, part in attached(communication):
        found = desk.read(part["contentReference"]["reference"])
        if found is None:
            continue
        seen = view is None or view.sees(orjson.dumps(found))
        if not seen or not of_one_patient(found, communication, desk.journal.base):
            words = "what goes with a message is about its patient, and known to who sends it"
            raise refuse(422, "business-rule", words, f"Communication.payload[{number}].contentReference")


def _receiver(desk: Desk, communication: Json, given: Json) -> tuple[Party, str]:
    """To whom, and to which of its services."""
    service = str(given.get("service", {}).get("code") or "")
    if "receiver" in given:
        named = party({"identifier": given["receiver"]}, {})
        if named.her or named.value(ENH):
            return named, service
        raise refuse(422, "value", "a receiver is named by HER-id or organisation number", "Parameters.parameter")
    for reference in communication.get("recipient") or []:
        organisation = desk.read(str(reference.get("reference", ""))) or {}
        named = party({"reference": "r"}, {"r": organisation})
        if named.her or named.value(ENH):
            return named, service or _service(organisation)
    raise refuse(422, "required", "nobody that can be addressed is named as recipient", "Communication.recipient")


def _service(organisation: Json) -> str:
    codings: list[Any] = [c for kind in organisation.get("type") or [] for c in kind.get("coding") or []]
    return next((str(c.get("code", "")) for c in codings if c.get("system") == SERVICES), "")


INTERACTION = Interaction(apply, prepare, "writer")
