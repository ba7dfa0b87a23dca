"""A connection that the application can end without an answer, as a dead line ends one."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simulator.ecosystem.street import HANG_UP


class Line(HttpToolsProtocol):
    """uvicorn's own protocol; each request's scope has with it what ends the connection."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        served, gone = self.app, asyncio.Event()
        self._gone = gone

        async def hang_up() -> None:
            self.transport.abort()
            await gone.wait()

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await served({**scope, HANG_UP: hang_up}, receive, send)

        self.app = app

    def connection_lost(self, exc: Exception | None) -> None:
        """Tells whoever hung up that it is over."""
        super().connection_lost(exc)
        self._gone.set()
