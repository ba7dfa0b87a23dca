"""The street in front of the neighbours: holds up, turns away and spoils as asked, and writes down who came."""

import asyncio
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.ecosystem.kit import Kit, Neighbour

HANG_UP: Final = "hang_up"
"""Where a connection's own server puts what ends it (``line.py``)."""
LONGEST: Final = 16 * 2**20
"""Bytes of a request's body that are taken."""
TOO_LONG: Final = b'{"message": "the request is too long"}'
UNAVAILABLE: Final = b'{"message": "the service is down"}'


class Street:
    """ASGI middleware.

    Args:
        app: What answers.
        neighbours: The neighbours by the first part of their path.
    """

    def __init__(self, app: ASGIApp, neighbours: dict[str, tuple[Kit, Neighbour]]) -> None:
        self.app = app
        self.neighbours = neighbours

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request of a neighbour by its behaviour; everything else as it is."""
        first = scope["path"].strip("/").partition("/")[0] if scope["type"] == "http" else ""
        if first not in self.neighbours:
            await self.app(scope, receive, send)
            return
        kit, neighbour = self.neighbours[first]
        how = kit.behaviour
        body = await _whole(receive)
        if body is None:
            return  # whoever asked is gone, and with him the rest of what he was going to ask
        if len(body) > LONGEST:
            await _send(send, _head(413), TOO_LONG)
            return
        await asyncio.sleep(how.slow_s)
        query = scope["query_string"].decode("latin-1")
        asked = (scope["method"], scope["path"] + (f"?{query}" if query else ""))
        if how.down in {"refused", "cut"}:
            if how.down == "cut":
                await _answer(self.app, scope, body)
            kit.received.note(kit.name, "in", asked, body, 0)
            await scope[HANG_UP]()
            return
        if how.down:
            start, content = _head(503), UNAVAILABLE
        else:
            try:
                start, content = await _answer(self.app, scope, body)
            except Exception:
                kit.received.note(kit.name, "in", asked, body, 500)
                raise
            if how.wrong and not neighbour.wrong_itself:
                content = content[: len(content) // 2]
        kit.received.note(kit.name, "in", asked, body, start["status"])
        await _send(send, start, content)


def _head(status: int) -> Message:
    return {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}


async def _send(send: Send, start: Message, content: bytes) -> None:
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    length = (b"content-length", b"%d" % len(content))
    await send({**start, "headers": [*headers, *([length] if start["status"] != 204 else [])]})
    await send({"type": "http.response.body", "body": content})


async def _whole(receive: Receive) -> bytes | None:
    """The body, of one that is too long no more than shows that it is; None when it broke off."""
    parts, size, more = list[bytes](), 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        if size <= LONGEST:
            parts.append(part)
        size += len(part)
        more = message.get("more_body", False)
    return b"".join(parts)


async def _answer(app: ASGIApp, scope: Scope, body: bytes) -> tuple[Message, bytes]:
    """Head and whole body of the answer."""
    found: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        found.append(message)

    await app(scope, receive, send)
    return found[0], b"".join(message.get("body", b"") for message in found[1:])
