"""The street in front of the neighbours: holds up, turns away and spoils as asked, and writes down who came."""

import asyncio
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.ecosystem.kit import Kit, Neighbour

HANG_UP: Final = "hang_up"
"""Where a connection's own server puts what ends it (``line.py``)."""
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
            start, content = _turned_away(), UNAVAILABLE
        else:
            start, content = await _answer(self.app, scope, body)
            if how.wrong and not neighbour.wrong_itself:
                content = content[: len(content) // 2]
        headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        kit.received.note(kit.name, "in", asked, body, start["status"])
        length = (b"content-length", b"%d" % len(content))
        await send({**start, "headers": [*headers, *([length] if start["status"] != 204 else [])]})
        await send({"type": "http.response.body", "body": content})


def _turned_away() -> Message:
    return {"type": "http.response.start", "status": 503, "headers": [(b"content-type", b"application/json")]}


async def _whole(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
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
