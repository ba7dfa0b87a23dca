"""What neighbours were asked and what they sent, in order, for whoever judges a candidate by it."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, Literal

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

MOST: Final = 5_000
"""Entries kept of each neighbour; the oldest go first."""
MOST_BYTES: Final = 64 * 2**20
"""What the bodies of a neighbour's entries come to at the most."""
LONGEST: Final = 1_000_000
"""Bytes of a body that are kept."""


class Received:
    """The log of every neighbour.

    Args:
        unknown: Answers for a neighbour that does not exist.
    """

    def __init__(self, names: tuple[str, ...], unknown: Callable[[str], Response]) -> None:
        self._entries: dict[str, deque[dict[str, Any]]] = {name: deque() for name in names}
        self._sizes: dict[str, deque[int]] = {name: deque() for name in names}
        self._weights = dict.fromkeys(names, 0)
        self._unknown = unknown
        self._made = 0

    def note(self, name: str, way: Literal["in", "out"], request: tuple[str, str], body: bytes, status: int) -> None:
        """Writes down one request to or of a neighbour: method and address, body, and the status answered (0: none)."""
        self._made += 1
        method, address = request
        entry = {
            "number": self._made,
            "at": datetime.now(UTC).isoformat(),
            "direction": way,
            "method": method,
            "address": address,
            "body": _readable(body[:LONGEST]),
            "status": status,
        }
        entries, sizes = self._entries[name], self._sizes[name]
        entries.append(entry)
        sizes.append(min(len(body), LONGEST))
        self._weights[name] += sizes[-1]
        while len(entries) > MOST or self._weights[name] > MOST_BYTES:
            entries.popleft()
            self._weights[name] -= sizes.popleft()

    def routes(self) -> list[Route]:
        """``/received/<neighbour>``: GET and DELETE."""
        return [
            Route("/received/{name}", self._read, methods=["GET"]),
            Route("/received/{name}", self._clear, methods=["DELETE"]),
        ]

    async def _read(self, request: Request) -> Response:
        found = self._entries.get(request.path_params["name"])
        if found is None:
            return self._unknown(request.path_params["name"])
        return JSONResponse({"entries": list(found)})

    async def _clear(self, request: Request) -> Response:
        found = self._entries.get(request.path_params["name"])
        if found is None:
            return self._unknown(request.path_params["name"])
        found.clear()
        self._sizes[request.path_params["name"]].clear()
        self._weights[request.path_params["name"]] = 0
        return Response(status_code=204)


def _readable(body: bytes) -> Any:
    """JSON when it is, text otherwise; None for nothing."""
    if not body:
        return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")
