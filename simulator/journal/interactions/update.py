"""update, also by criteria and with an id the client chose (http://hl7.org/fhir/R4/http.html#update)."""

from simulator.journal.access.stage import check_target
from simulator.journal.errors import refuse
from simulator.journal.http import Answer, Call, tags
from simulator.journal.interactions.common import (
    check_id,
    check_if_match,
    criteria,
    new_id,
    only_match,
    sent_resource,
    written,
)
from simulator.journal.journal import Interaction, Journal
from simulator.journal.store import Found, Store


def prepare(journal: Journal, call: Call) -> None:
    """Reads and validates the body; its id must be the URL's."""
    if not call.inside:
        call.resource = sent_resource(call)
    if call.identity is not None:
        check_id(call.identity, call.kind)
        if call.resource.get("id") != call.identity:
            raise refuse(400, "invalid", "the body's id is not the URL's", f"{call.kind}.id")
    elif isinstance(call.resource.get("id"), str):
        check_id(call.resource["id"], call.kind)
    journal.validator.check(call.resource, call.kind)


def apply(journal: Journal, store: Store, call: Call) -> Answer:
    """200 with the new version, 201 if there was none; 412 when a precondition fails."""
    if criteria(call) and call.identity is None:
        call.identity = conditional_id(journal, store, call)
    elif call.identity is None:
        raise refuse(400, "required", "an update needs an id or criteria in its URL", call.kind)
    found = store.find(call.kind, call.identity)
    there = found is not None and not found.deleted
    call.record.links.append(f"{call.kind}/{call.identity}")
    check_target(call, found)
    check_if_match(call, found)
    _check_if_none_match(call, found if there else None)
    now = store.put(call.resource | {"id": call.identity}, found, "PUT")
    return written(journal, call, now, 200 if there else 201)


def conditional_id(journal: Journal, store: Store, call: Call) -> str:
    """The id that a conditional update is about (http://hl7.org/fhir/R4/http.html#cond-update)."""
    hit = only_match(journal, store, call, criteria(call))
    given: str | None = call.resource.get("id")
    if hit is None:
        return given or new_id()
    if given not in {None, hit.id}:
        raise refuse(400, "invalid", "the body's id is not that of the resource that matches", f"{call.kind}.id")
    return hit.id


def _check_if_none_match(call: Call, found: Found | None) -> None:
    """``If-None-Match: *`` makes an update a create only."""
    text = call.headers.get("if-none-match")
    if text is None or found is None:
        return
    unwanted = tags(text)
    if unwanted is None or str(found.vid) in unwanted:
        raise refuse(412, "conflict", f"If-None-Match: {text[:80]}, and this {call.kind} exists", call.kind)


INTERACTION = Interaction(apply, prepare, "writer")
