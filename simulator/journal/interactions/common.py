"""What several interactions share: finding by criteria, preconditions, and the answer to a write."""

from random import getrandbits
from time import time_ns
from typing import Any
from urllib.parse import parse_qsl

import orjson

from simulator.journal.access.prescribing import check_prescribed
from simulator.journal.access.stage import check_written
from simulator.journal.access.view import View
from simulator.journal.documents.attachments import DOCUMENT, check_agreement
from simulator.journal.documents.binary import BINARY, is_raw, wrapped
from simulator.journal.errors import PERSON_NUMBER, refuse, success_outcome
from simulator.journal.http import JSON_TYPES, Answer, Call, check_content_type, parse_resource, tags
from simulator.journal.hurried import Hurried
from simulator.journal.journal import Journal
from simulator.journal.primitives import ID
from simulator.journal.provenance.render import OWN_ID, PROVENANCE
from simulator.journal.provenance.sent import HEADER, keep_sent
from simulator.journal.search.finder import Hit
from simulator.journal.search.shape import shaped
from simulator.journal.store import Found, Store

PAIRED = {BINARY, DOCUMENT}
SHAPING = ("_summary", "_elements")
HARMLESS = {"_format", "_pretty"}


def new_id() -> str:
    """An id for a resource that the server names: a UUID of version 7, whose order is that of time.

    Neighbours in time are then neighbours in the index, which makes a commit write fewer pages. One that happens to
    hold eleven digits in a row is drawn again, for ``check_id`` would refuse it in an update.
    """
    while True:
        number = (time_ns() // 1_000_000) << 80 | 7 << 76 | getrandbits(76)
        word = f"{number & ~(3 << 62) | 2 << 62:032x}"
        identity = f"{word[:8]}-{word[8:12]}-{word[12:16]}-{word[16:20]}-{word[20:]}"
        if not PERSON_NUMBER.search(identity):
            return identity


def check_id(identity: str, kind: str) -> None:
    """Raises a 400 for an id that is malformed, and a 422 for one that could be a person number."""
    if not ID.fullmatch(identity):
        raise refuse(400, "value", "an id has 1 to 64 of A-Z a-z 0-9 - .", f"{kind}.id")
    if kind == PROVENANCE and OWN_ID.fullmatch(identity):
        raise refuse(422, "business-rule", "ids of this form are those of the journal's own Provenances", f"{kind}.id")
    if PERSON_NUMBER.search(identity):
        raise refuse(
            422,
            "business-rule",
            "an id must not contain an eleven-digit number: it would put a person number in URLs",
            f"{kind}.id",
        )  # fmt: skip  noqa: E501  one sentence


def sent_resource(call: Call) -> dict[str, Any]:
    """The resource that the body of a create or update is, or, as the content of a Binary, stands for.

    Raises:
        FhirError: 415 for a body of another kind, 400 for what is no resource.
    """
    if is_raw(call):
        return wrapped(call)
    check_content_type(call.headers, JSON_TYPES)
    return parse_resource(call.body)


def criteria(call: Call) -> list[tuple[str, str]]:
    """The search criteria in a URL, without the parameters that only shape the answer."""
    return [(key, text) for key, text in call.query if key not in HARMLESS]


def matches(
    journal: Journal, store: Store, kind: str, query: list[tuple[str, str]], view: View | None = None
) -> list[Hit]:
    """At most two resources that meet the criteria of a conditional interaction, among those that a view shows.

    Raises:
        FhirError: 400, there are no criteria or one is unknown; 503, it takes too long; 412 is left to the caller.
    """
    search = journal.search_of(kind, view).parser.parse(kind, query, strict=True)
    if not search.args:
        raise refuse(400, "required", "a conditional interaction needs search criteria", kind)
    return journal.finder.after(Hurried(store, journal.database), search, 0, 2)


def only_match(journal: Journal, store: Store, call: Call, query: list[tuple[str, str]]) -> Hit | None:
    """The one resource that meets the criteria, or None.

    Raises:
        FhirError: 412, there is more than one.
    """
    found = matches(journal, store, call.kind, query, call.view)
    if len(found) > 1:
        raise refuse(412, "multiple-matches", "the criteria match more than one resource", call.kind)
    return found[0] if found else None


def if_none_exist(text: str) -> list[tuple[str, str]]:
    """The criteria of an ``If-None-Exist`` field, with or without a type and question mark before them."""
    return parse_qsl(text.rpartition("?")[2], keep_blank_values=True)


def check_if_match(call: Call, found: Found | None) -> None:
    """Raises a 412 unless the version that ``If-Match`` names is the current one."""
    text = call.headers.get("if-match")
    if text is None:
        return
    wanted = tags(text)
    current = str(found.vid) if found and not found.deleted else None
    if current is None or (wanted is not None and current not in wanted):
        now = f'W/"{current}"' if current else "none"
        raise refuse(412, "conflict", f"If-Match names {text[:80]}; the current version is {now}", call.kind)


def existing(found: Found | None, call: Call) -> Found:
    """The resource, if it is there.

    Raises:
        FhirError: 404, it never was; 410, it has been deleted.
    """
    if found is None:
        raise refuse(404, "not-found", f"there is no {call.kind} with this id", call.kind)
    if found.deleted:
        error = refuse(410, "deleted", f"this {call.kind} has been deleted", call.kind)
        error.headers["ETag"] = f'W/"{found.vid}"'
        raise error
    return found


def written(journal: Journal, call: Call, now: Found, status: int) -> Answer:
    """The answer to a create, update or patch, as much of it as ``Prefer: return`` asks for."""
    identity = call.identity
    call.record.touch(f"{call.kind}/{identity}", now.patient)
    content = now.content or b""
    check_written(call.view, content, journal.store.find)
    if call.kind in PAIRED:
        check_agreement(orjson.loads(content), journal.store.find, journal.base)
    check_prescribed(call.caller, now.content or b"")
    if HEADER in call.headers and not (call.interaction == "create" and status == 200):
        keep_sent(journal, call, [f"{call.kind}/{identity}/_history/{now.vid}"], new_id())
    wanted = call.prefer("return")
    if wanted == "minimal" or (call.inside and wanted != "representation"):
        content = b""
    elif wanted == "OperationOutcome":
        content = success_outcome(f"{call.kind} stored as version {now.vid}")
    location = f"{journal.base}/{call.kind}/{identity}/_history/{now.vid}"
    return Answer(status, content, now.vid, now.updated, location)


def shape(call: Call, content: bytes) -> bytes:
    """The content as ``_summary`` and ``_elements`` of a read ask for it."""
    if not call.query:
        return content
    from_query = dict(call.query)
    if not any(name in from_query for name in SHAPING):
        return content
    names = [name.strip() for name in from_query.get("_elements", "").split(",") if name.strip()]
    return shaped(content, from_query.get("_summary", "false"), names)
