"""batch: each entry on its own (http://hl7.org/fhir/R4/http.html#transaction)."""

from typing import Any

import orjson

from simulator.journal.errors import FhirError
from simulator.journal.http import Answer, Call
from simulator.journal.interactions.entries import Entry, answered, entry_call, refused, run
from simulator.journal.journal import Journal
from simulator.journal.store import Store


def prepared(journal: Journal, call: Call, entries: list[dict[str, Any]]) -> list[Entry | FhirError]:
    """A call for each entry, or why it was refused."""
    found: list[Entry | FhirError] = []
    for position, entry in enumerate(entries):
        parts = len(call.record.parts)
        try:
            found.append(entry_call(journal, call, position, entry))
        except FhirError as error:
            for record in call.record.parts[parts:]:
                record.status = error.status
            found.append(error)
    return found


def apply(journal: Journal, store: Store, call: Call) -> Answer:
    """200 with a batch-response; what one entry does wrong stays with it."""
    answers = [
        refused(entry) if isinstance(entry, FhirError) else _one(journal, store, entry) for entry in call.resource
    ]
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "batch-response"}
    if answers:
        bundle["entry"] = answers
    return Answer(200, orjson.dumps(bundle))


def _one(journal: Journal, store: Store, entry: Entry) -> dict[str, Any]:
    store.mark()
    try:
        answer = run(journal, store, entry)
    except FhirError as error:
        store.undo()
        return refused(error)
    store.keep()
    reads = entry.call.interaction in {"read", "vread", "search-type", "history-instance", "history-type"}
    return answered(answer, body=reads or entry.call.prefer("return") in {"representation", "OperationOutcome"})
