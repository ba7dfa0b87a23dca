"""Candidates that are no journal at all: they introduce themselves, and then keep nothing of what they are told."""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any, Final

import orjson

STATEMENT: Final = (
    b'{"resourceType":"CapabilityStatement","status":"active","date":"2026-01-12","kind":"instance",'
    b'"fhirVersion":"4.0.1","format":["json"],"rest":[{"mode":"server","resource":['
    b'{"type":"Patient","interaction":[{"code":"read"},{"code":"create"},{"code":"search-type"}]}]}]}'
)
WELL: Final = b'{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"success"}]}'
FATAL: Final = b'{"resourceType":"OperationOutcome","issue":[{"severity":"fatal","code":"exception"}]}'
FORBIDDEN: Final = (
    b'{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"forbidden","expression":["Patient"]}]}'
)
NOTHING: Final = b'{"resourceType":"Bundle","type":"searchset","total":0,"entry":[]}'

Told = tuple[int, bytes, str]
"""Status, body, and where what was written is to be found."""
_numbers = count(1)


def _alike(status: int, body: bytes) -> Callable[[str, str, bytes], Told]:
    return lambda _method, _path, _sent: (status, body, "")


def _echo(method: str, path: str, sent: bytes) -> Told:
    """Says back what it was told, as if that were an answer."""
    return (201 if method == "POST" else 200), sent if sent.startswith(b"{") else NOTHING, f"{path}/1"


def _forgetful(method: str, path: str, sent: bytes) -> Told:
    """Takes in whatever is sent, under a new name each time, and never has any of it."""
    if method == "PUT":
        return 200, sent, path
    if method == "POST" and not path.endswith("_search") and "$" not in path:
        name = f"{path}/{next(_numbers)}/_history/1"
        return 201, sent if path.rpartition("/")[2] else _taken_in(sent), name
    return (200, NOTHING, "") if method == "POST" or path.rpartition("/")[2][:1].isupper() else (404, FATAL, "")


def _taken_in(bundle: bytes) -> bytes:
    entries = orjson.loads(bundle).get("entry") or []
    places = [f"{e['request']['url']}/{next(_numbers)}" for e in entries if "request" in e]
    answers = [{"response": {"status": "201", "location": place}} for place in places]
    return orjson.dumps({"resourceType": "Bundle", "type": "transaction-response", "entry": answers})


# What each says to everything but metadata; None never answers.
DEGENERATE: Final[dict[str, Callable[[str, str, bytes], Told] | None]] = {
    "always-200": _alike(200, WELL),
    "always-500": _alike(500, FATAL),
    "always-403": _alike(403, FORBIDDEN),
    "always-empty": _alike(200, b""),
    "echo": _echo,
    "forgetful": _forgetful,
    "never-answers": None,
}


def degenerate(name: str) -> Any:
    """The ASGI application of that name."""
    told = DEGENERATE[name]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        sent, more = b"", True
        while more:
            message = await receive()
            sent, more = sent + message.get("body", b""), message.get("more_body")
        if scope["path"].endswith("/metadata"):
            status, body, place = 200, STATEMENT, ""
        elif told is None:
            await asyncio.sleep(3600)
            return
        else:
            status, body, place = told(scope["method"], scope["path"], sent)
        headers = [(b"content-type", b"application/fhir+json"), (b"content-length", str(len(body)).encode())]
        headers += [(b"location", place.encode())] if place else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app
