"""The journal as an ASGI application: reads requests, runs interactions where they belong, answers, audits."""

import asyncio
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import orjson
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from simulator.journal.access.gate import Gate
from simulator.journal.audit.record import Record
from simulator.journal.decision import services
from simulator.journal.errors import FhirError, masked, refuse
from simulator.journal.http import Answer, Call, check_accept
from simulator.journal.interactions import (
    capabilities,
    create,
    delete,
    history_instance,
    history_type,
    patch,
    read,
    search,
    smart_configuration,
    transaction,
    update,
    vread,
)  # fmt: skip  one module per interaction
from simulator.journal.journal import Interaction, Journal
from simulator.journal.operations import everything, summary, validate
from simulator.journal.routing import Route, route
from simulator.journal.settings import Settings
from simulator.journal.supported import AUDITED_ONLY

INTERACTIONS: Final[dict[str, Interaction]] = {
    "capabilities": capabilities.INTERACTION,
    "smart-configuration": smart_configuration.INTERACTION,
    "read": read.INTERACTION,
    "vread": vread.INTERACTION,
    "create": create.INTERACTION,
    "update": update.INTERACTION,
    "patch": patch.INTERACTION,
    "delete": delete.INTERACTION,
    "history-instance": history_instance.INTERACTION,
    "history-type": history_type.INTERACTION,
    "search-type": search.INTERACTION,
    "transaction": transaction.INTERACTION,
    "cds-services": services.DISCOVERY,
    "$cds-service": services.SERVICE,
    "$cds-feedback": services.FEEDBACK,
    "$everything": everything.INTERACTION,
    "$summary": summary.INTERACTION,
    "$validate": validate.INTERACTION,
}
HEADERS: Final = frozenset(
    {
        b"accept",
        b"accept-language",
        b"content-type",
        b"if-match",
        b"if-none-match",
        b"if-none-exist",
        b"if-modified-since",
        b"prefer",
    }
)  # fmt: skip  a table
PREFIX: Final = "/fhir"
OPEN_MODE: Final = (b"journal-access", b"open")
NO_STORE: Final = (b"cache-control", b"no-store")
USUALLY: Final = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


class JournalApp(Starlette):
    """Starlette's life cycle around the journal; requests go straight to it, since it routes by FHIR's own rules."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(lifespan=_lifespan)
        self.journal = Journal(settings, dict(INTERACTIONS))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, or the life cycle."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        answer = await serve_request(self.journal, scope, receive)
        headers = answer.fields()
        headers.append(OPEN_MODE if self.journal.gate is None else NO_STORE)
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" or answer.status in {204, 304} else answer.content
        await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def _lifespan(app: Any) -> AsyncIterator[None]:
    app.journal.start()
    yield
    await app.journal.stop()


def build_app(settings: Settings) -> JournalApp:
    """An application that serves one journal; its parts hang off ``app.journal`` and may be replaced before serving."""
    return JournalApp(settings)


async def serve_request(journal: Journal, scope: Scope, receive: Receive) -> Answer:
    """The answer to one request, and never an exception."""
    record = _record(scope)
    audited, queued = True, False
    try:
        call = _call(scope, record)
        interaction = journal.interactions[call.interaction]
        audited = interaction.audited
        if journal.gate is not None and not interaction.public:
            await _admit(journal, journal.gate, scope, call)
        if not interaction.public and scope["method"] not in {"GET", "HEAD", "DELETE"}:
            call.body = await _body(scope, receive, journal.settings.body_limit)
        if interaction.prepare is not None:
            interaction.prepare(journal, call)
        if call.kind == AUDITED_ONLY:
            await journal.writer.flush()
        queued = interaction.place == "writer"
        answer = await _run(journal, interaction, call)
    except FhirError as error:
        answer = _refusal(error)
    except Exception:  # noqa: BLE001  the last line of defence: an answer without a traceback
        traceback.print_exc(file=sys.stderr)
        answer = _refusal(refuse(500, "exception", "the journal failed; nothing of this request was stored"))
    if audited and not queued:
        record.status = answer.status
        journal.writer.note(record)
    return answer


async def _admit(journal: Journal, gate: Gate, scope: Scope, call: Call) -> None:
    """Fills in who calls; raises a 401 or 403 for a caller who is not known, or has no scope for the interaction."""
    if call.identity is not None:
        call.record.links.append(f"{call.kind}/{call.identity}")
    address = journal.base + scope["path"].removeprefix(PREFIX)
    call.caller = await gate.admit(scope["headers"], scope["method"], address)
    gate.permit(call)
    call.record.links.clear()


async def _run(journal: Journal, interaction: Interaction, call: Call) -> Answer:
    """Runs an interaction in its place; reads only while they can be audited."""
    if journal.writer.stuck and interaction.place != "writer":
        raise refuse(503, "no-store", "the audit trail cannot be written; nothing is shown meanwhile")
    if interaction.place == "loop":
        return interaction.apply(journal, journal.reader, call)
    if interaction.place == "pool":
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(journal.pool, lambda: interaction.apply(journal, journal.pooled(), call))
    answer: Answer = await journal.writer.submit(lambda store: interaction.apply(journal, store, call), call.record)
    return answer


def _record(scope: Scope) -> Record:
    """The audit record of a request that has not been understood yet: what its method usually means."""
    client = scope.get("client")
    target = masked(scope["path"].removeprefix(f"{PREFIX}/"))
    return Record(USUALLY.get(scope["method"], "read"), target, "", client[0] if client else "unknown")


def _call(scope: Scope, record: Record) -> Call:
    """The call that a request asks for, without its body; fills in its audit record."""
    path = scope["path"]
    if not path.startswith(PREFIX) or path[len(PREFIX) : len(PREFIX) + 1] not in {"", "/"}:
        raise refuse(404, "not-found", f"FHIR is served under {PREFIX}")
    found: Route = route(scope["method"], path[len(PREFIX) :])
    record.interaction = found.interaction
    headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in HEADERS}
    raw = scope["query_string"]
    query = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True) if raw else []
    formats = [text for key, text in query if key == "_format"]
    check_accept(headers, formats)
    if raw:
        record.query = urlencode([(key, masked(text)) for key, text in query], safe=":,|/*")
    return Call(found.interaction, found.kind, found.identity, found.version, query, headers, record)


async def _body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The request's body; given up as soon as it is known to be too large.

    Raises:
        FhirError: 413 beyond the limit.
    """
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > limit:
            raise _too_large(limit)
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise refuse(400, "incomplete", "the connection closed before the body was complete")
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large(limit: int) -> FhirError:
    error = refuse(413, "too-long", f"the body is larger than {limit} bytes, the most this journal takes")
    error.headers["Connection"] = "close"
    return error


def _refusal(error: FhirError) -> Answer:
    return Answer(error.status, orjson.dumps(error.resource()), headers=error.headers)
