"""create, also on the condition that nothing matches (http://hl7.org/fhir/R4/http.html#create)."""

import orjson

from simulator.journal.access.stage import check_written
from simulator.journal.errors import refuse
from simulator.journal.http import Answer, Call
from simulator.journal.interactions.common import criteria, if_none_exist, new_id, only_match, sent_resource, written
from simulator.journal.journal import Interaction, Journal
from simulator.journal.persons import KIND as PATIENT
from simulator.journal.store import Store


def prepare(journal: Journal, call: Call) -> None:
    """Reads and validates the body; criteria in the URL are refused, as ignoring them would make duplicates."""
    if criteria(call):
        raise refuse(
            400, "not-supported", "a create takes no criteria in its URL; use the header If-None-Exist", call.kind
        )  # fmt: skip  noqa: E501  one sentence
    if not call.inside:
        call.resource = sent_resource(call)
    journal.validator.check(call.resource, call.kind)


def apply(journal: Journal, store: Store, call: Call) -> Answer:
    """201 with the new resource; 200 with the one that matches ``If-None-Exist``; 412 if several do."""
    condition = call.headers.get("if-none-exist")
    if condition is not None:
        hit = only_match(journal, store, call, if_none_exist(condition))
        if hit is not None:
            call.identity = hit.id
            found = store.find(call.kind, hit.id)
            assert found is not None
            return written(journal, call, found, 200)
    call.identity = call.identity or new_id()
    if call.view is not None and call.kind == PATIENT:
        # Before anything tells whether somebody is in the record.
        check_written(call.view, orjson.dumps(call.resource | {"id": call.identity}))
    return written(journal, call, store.put(call.resource | {"id": call.identity}, None, "POST"), 201)


INTERACTION = Interaction(apply, prepare, "writer")
