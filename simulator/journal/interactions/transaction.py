"""transaction: all entries or none (http://hl7.org/fhir/R4/http.html#transaction); hands on a batch."""

from typing import Any

import orjson

from simulator.journal.documents.binary import BINARY
from simulator.journal.errors import FhirError, refuse
from simulator.journal.http import JSON_TYPES, Answer, Call, check_content_type, parse_resource
from simulator.journal.interactions import batch, update
from simulator.journal.interactions.common import if_none_exist, new_id, only_match
from simulator.journal.interactions.entries import Entry, answered, entry_call, placed, run
from simulator.journal.interactions.references import Resolver
from simulator.journal.journal import Interaction, Journal
from simulator.journal.provenance.render import PROVENANCE
from simulator.journal.provenance.sent import HEADER, keep_sent
from simulator.journal.store import Store

ORDER = {"delete": 0, "create": 1, "update": 2, "patch": 2}


def prepare(journal: Journal, call: Call) -> None:
    """Reads the bundle, checks it without its resources, and makes a call of each entry."""
    check_content_type(call.headers, JSON_TYPES)
    bundle = parse_resource(call.body)
    if bundle["resourceType"] != "Bundle":
        raise refuse(400, "invalid", "expected a Bundle at the base URL", "Bundle.resourceType")
    entries = bundle.get("entry", [])
    if isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries):
        bare = [{k: v for k, v in entry.items() if k != "resource"} or {"id": "empty"} for entry in entries]
        journal.validator.check(bundle | ({"entry": bare} if "entry" in bundle else {}), "Bundle")
    else:
        journal.validator.check(bundle, "Bundle")
    kind = bundle["type"]
    if kind not in {"transaction", "batch"}:
        raise refuse(400, "not-supported", "a bundle sent to the base URL is a transaction or a batch", "Bundle.type")
    call.interaction = call.record.interaction = kind
    if kind == "batch":
        call.resource = batch.prepared(journal, call, entries)
        return
    call.resource = [entry_call(journal, call, position, entry) for position, entry in enumerate(entries)]
    _refuse_duplicates(call.resource)


def _refuse_duplicates(entries: list[Entry]) -> None:
    """No two entries may be about the same resource, nor share a fullUrl."""
    seen: set[tuple[str, ...]] = set()
    for entry in entries:
        call = entry.call
        keys: list[tuple[str, ...]] = [("url", entry.full_url)] if entry.full_url else []
        if call.interaction in ORDER and call.identity:
            keys.append(("resource", call.kind, call.identity))
        if "if-none-exist" in call.headers:
            keys.append(("criteria", call.kind, call.headers["if-none-exist"]))
        for key in keys:
            if key in seen:
                words = "another entry of the transaction has the same fullUrl, resource or criteria"
                raise placed(refuse(400, "duplicate", words), entry.place)
            seen.add(key)


def apply(journal: Journal, store: Store, call: Call) -> Answer:
    """200 with a transaction-response; any refusal undoes the whole, since the writer rolls back the savepoint."""
    entries: list[Entry] = call.resource
    if call.interaction == "batch":
        return batch.apply(journal, store, call)
    answers: dict[str, Answer] = {}
    ordered = sorted(entries, key=_turn)
    for entry in ordered:
        if entry.call.interaction == "delete":
            answers[entry.place] = run(journal, store, entry)
    _name(journal, store, entries)
    known = {e.full_url: f"{e.call.kind}/{e.call.identity}" for e in entries if e.full_url and e.call.identity}
    resolver = Resolver(journal, store, known, call.view)
    for entry in ordered:
        if entry.call.interaction in {"create", "update", "patch"}:
            try:
                entry.call.resource = resolver.resolve(entry.call.resource, entry.full_url)
            except FhirError as error:
                raise placed(error, entry.place) from None
    for entry in ordered:
        if entry.place not in answers:
            answers[entry.place] = run(journal, store, entry)
    if HEADER in call.headers:
        made = [entry.call for entry in ordered if entry.call.interaction in {"create", "update", "patch"}]
        found = [(one, store.find(one.kind, one.identity or "")) for one in made]
        keep_sent(journal, call, [f"{c.kind}/{c.identity}/_history/{f.vid}" for c, f in found if f], new_id())
    return respond(call, "transaction-response", [_shown(call, entry, answers[entry.place]) for entry in entries])


def _turn(entry: Entry) -> tuple[int, bool]:
    """Deletes first and reads last; what is about another entry after it, which says whose it is."""
    return ORDER.get(entry.call.interaction, 3), entry.call.kind in {BINARY, PROVENANCE}


def _name(journal: Journal, store: Store, entries: list[Entry]) -> None:
    """Settles which resource each create and update is about, so that others can refer to it."""
    named: set[tuple[str, str]] = set()
    for entry in entries:
        call = entry.call
        if call.interaction not in ORDER:
            continue
        try:
            if call.interaction == "create":
                condition = call.headers.get("if-none-exist")
                hit = only_match(journal, store, call, if_none_exist(condition)) if condition else None
                call.identity = hit.id if hit else new_id()
            elif call.interaction == "update" and call.identity is None and call.query:
                call.identity = update.conditional_id(journal, store, call)
            if call.identity and (call.kind, call.identity) in named:
                raise refuse(400, "duplicate", "another entry of the transaction is about the same resource")
        except FhirError as error:
            raise placed(error, entry.place) from None
        named.add((call.kind, call.identity or entry.place))


def _shown(call: Call, entry: Entry, answer: Answer) -> dict[str, Any]:
    reads = entry.call.interaction not in ORDER
    return answered(answer, body=reads or call.prefer("return") in {"representation", "OperationOutcome"})


def respond(call: Call, kind: str, entries: list[dict[str, Any]]) -> Answer:
    """The response bundle."""
    call.record.target = ""
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": kind}
    if entries:
        bundle["entry"] = entries
    return Answer(200, orjson.dumps(bundle))


INTERACTION = Interaction(apply, prepare, "writer")
