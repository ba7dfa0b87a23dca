"""One request to its answer: understands it, runs its interaction where it belongs, notes it for the audit trail."""

import asyncio
import sys
import traceback
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

import orjson
from starlette.types import Receive, Scope

from simulator.journal.access.gate import Gate
from simulator.journal.audit.record import Record
from simulator.journal.errors import FhirError, masked, refuse
from simulator.journal.http import Answer, Call, check_accept
from simulator.journal.journal import Interaction, Journal
from simulator.journal.routing import Route, route
from simulator.journal.settings import Settings
from simulator.journal.storage.opening import refusal
from simulator.journal.supported import AUDITED_ONLY

HEADERS: Final = {
    b"accept": "accept",
    b"accept-language": "accept-language",
    b"content-type": "content-type",
    b"if-match": "if-match",
    b"if-none-match": "if-none-match",
    b"if-none-exist": "if-none-exist",
    b"if-modified-since": "if-modified-since",
    b"prefer": "prefer",
    b"x-provenance": "x-provenance",
    b"x-security-context": "x-security-context",
}
PREFIX: Final = "/fhir"
OPEN_MODE: Final = (b"journal-access", b"open")
GOODBYE: Final = (b"connection", b"close")
NO_STORE: Final = (b"cache-control", b"no-store")
OWN_TYPE: Final = frozenset({"export-file", "$outside-document", "hodemelding"})
CONTENT: Final = frozenset({("Binary", "read"), ("Binary", "vread")})
USUALLY: Final = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


def fields(journal: Journal, answer: Answer) -> list[tuple[bytes, bytes]]:
    """The header fields of an answer, and the one that tells how the journal is run."""
    found = answer.fields()
    found.append(OPEN_MODE if journal.gate is None else NO_STORE)
    if journal.leaving:
        found.append(GOODBYE)
    return found


class Request(NamedTuple):
    """A request without its body: ``path`` is decoded, ``query`` as sent, header names in lower case."""

    method: str
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    client: str


async def serve_request(journal: Journal, scope: Scope, receive: Receive) -> Answer:
    """The answer to one request, and never an exception."""
    client = scope.get("client")
    request = Request(
        scope["method"], scope["path"], scope["query_string"], scope["headers"], client[0] if client else "unknown"
    )
    record = record_of(request)
    audited, queued = True, False
    try:
        if journal.rate is not None:
            journal.rate.take(request.client)
        call = call_of(request, record)
        interaction = journal.interactions[call.interaction]
        audited = interaction.audited
        if journal.gate is not None and not interaction.public:
            await _admit(journal, journal.gate, request, call)
        if not interaction.public and request.method not in {"GET", "HEAD", "DELETE"}:
            call.body = await _body(scope, receive, journal.settings)
        if interaction.prepare is not None:
            interaction.prepare(journal, call)
        if interaction.ask is not None:
            await asyncio.get_running_loop().run_in_executor(journal.outside, interaction.ask, journal, call)
        if call.kind == AUDITED_ONLY:
            await _settle_trail(journal)
        queued = interaction.place == "writer"
        answer = await _run(journal, interaction, call)
    except Exception as error:  # noqa: BLE001  the last line of defence: an answer without a traceback
        answer = answer_to(error)
    if audited and not queued:
        record.status = answer.status
        journal.writer.note(record)
    return answer


async def _admit(journal: Journal, gate: Gate, request: Request, call: Call) -> None:
    """Fills in who calls; raises a 401 or 403 for a caller who is not known, or has no scope for the interaction."""
    if call.kind and call.identity is not None:
        call.record.links.append(f"{call.kind}/{call.identity}")
    address = journal.base + request.path.removeprefix(PREFIX)
    call.caller = await gate.admit(request.headers, request.method, address)
    call.record.agent = call.caller.account()
    gate.permit(call)
    call.record.links.clear()


async def _run(journal: Journal, interaction: Interaction, call: Call) -> Answer:
    """Runs an interaction in its place."""
    if interaction.place == "loop" and journal.near:
        return now(journal, interaction, call)
    if interaction.place != "writer":
        _check_trail(journal)
        loop = asyncio.get_running_loop()
        try:
            pool = journal.outside if interaction.place == "outside" else journal.pool
            return await loop.run_in_executor(pool, lambda: interaction.apply(journal, journal.pooled(), call))
        except journal.database.failures as error:
            if not (journal.database.is_late(error) or journal.database.is_complex(error)):
                traceback.print_exception(error, file=sys.stderr)
            raise refusal(journal.database, error, "nothing is shown") from error
    answer: Answer = await journal.writer.submit(lambda store: interaction.apply(journal, store, call), call.record)
    return answer


async def _settle_trail(journal: Journal) -> None:
    """Waits until what was asked so far is in the trail; of other processes, until they have begun to store it."""
    if journal.settings.workers > 1:
        await asyncio.sleep(2 * journal.settings.audit_delay)
    await journal.writer.flush()


def now(journal: Journal, interaction: Interaction, call: Call) -> Answer:
    """The answer to what waits for nothing."""
    _check_trail(journal)
    return interaction.apply(journal, journal.reader, call)


def _check_trail(journal: Journal) -> None:
    """Reads only while they can be audited."""
    if journal.writer.stuck:
        raise refuse(503, "no-store", "the audit trail cannot be written; nothing is shown meanwhile")


def record_of(request: Request) -> Record:
    """The audit record of a request that has not been understood yet: what its method usually means."""
    target = masked(request.path.removeprefix(f"{PREFIX}/")).replace("\x00", "")
    return Record(USUALLY.get(request.method, "read"), target, "", request.client)


def matters(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """The header fields that matter here."""
    return {HEADERS[name]: value.decode("latin-1") for name, value in headers if name in HEADERS}


def call_of(request: Request, record: Record) -> Call:
    """The call that a request asks for, without its body; fills in its audit record."""
    path = request.path
    if not path.startswith(PREFIX) or path[len(PREFIX) : len(PREFIX) + 1] not in {"", "/"}:
        raise refuse(404, "not-found", f"FHIR is served under {PREFIX}")
    found: Route = route(request.method, path[len(PREFIX) :])
    record.interaction = found.interaction
    headers = matters(request.headers)
    raw = request.query
    query = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True) if raw else []
    # Lines of JSON are what they are, and a document's content is asked for by its own type.
    if found.interaction not in OWN_TYPE and (found.kind, found.interaction) not in CONTENT:
        check_accept(headers, [text for key, text in query if key == "_format"] if query else [])
    if raw:
        record.query = urlencode([(key, masked(text)) for key, text in query], safe=":,|/*")
    return Call(found.interaction, found.kind, found.identity, found.version, query, headers, record)


async def _body(scope: Scope, receive: Receive, settings: Settings) -> bytes:
    """The request's body; given up as soon as it is known to be too large, or takes too long to come.

    Raises:
        FhirError: 413 beyond the limit, 408 when it does not come.
    """
    limit = settings.body_limit
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > limit:
            raise _too_large(limit)
    parts: list[bytes] = []
    size, more = 0, True
    try:
        async with asyncio.timeout(settings.patience):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise refuse(400, "incomplete", "the connection closed before the body was complete")
                part = message.get("body", b"")
                size += len(part)
                if size > limit:
                    raise _too_large(limit)
                parts.append(part)
                more = message.get("more_body", False)
    except TimeoutError:
        raise _closing(refuse(408, "timeout", "the body did not come in time")) from None
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large(limit: int) -> FhirError:
    return _closing(refuse(413, "too-long", f"the body is larger than {limit} bytes, the most this journal takes"))


def _closing(error: FhirError) -> FhirError:
    error.headers["Connection"] = "close"
    return error


def answer_to(error: Exception) -> Answer:
    """What is answered when serving raised an error; one that nobody meant goes to stderr."""
    if not isinstance(error, FhirError):
        traceback.print_exception(error, file=sys.stderr)
        error = refuse(500, "exception", "the journal failed; nothing of this request was stored")
    return Answer(error.status, orjson.dumps(error.resource()), headers=error.headers)
