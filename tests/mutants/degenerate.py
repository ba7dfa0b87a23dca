"""Candidates that are no journal at all: they introduce themselves, and then answer everything alike."""

import asyncio
from typing import Any, Final

STATEMENT: Final = (
    b'{"resourceType":"CapabilityStatement","status":"active","date":"2026-01-12","kind":"instance",'
    b'"fhirVersion":"4.0.1","format":["json"],"rest":[{"mode":"server","resource":['
    b'{"type":"Patient","interaction":[{"code":"read"},{"code":"create"},{"code":"search-type"}]}]}]}'
)

# What each says to everything but metadata: status and body, or nothing at all.
DEGENERATE: Final[dict[str, tuple[int, bytes] | None]] = {
    "always-200": (200, b'{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"success"}]}'),
    "always-500": (500, b'{"resourceType":"OperationOutcome","issue":[{"severity":"fatal","code":"exception"}]}'),
    "always-empty": (200, b""),
    "never-answers": None,
}


def degenerate(name: str) -> Any:
    """The ASGI application of that name."""
    told = DEGENERATE[name]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        status, body = (200, STATEMENT) if scope["path"].endswith("/metadata") else told or (0, b"")
        while (await receive()).get("more_body"):
            continue
        if not status:
            await asyncio.sleep(3600)
        headers = [(b"content-type", b"application/fhir+json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app
