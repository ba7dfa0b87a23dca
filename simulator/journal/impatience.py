"""Nobody holds a connection by being slow: a request has to come, and its answer be fetched, while patience lasts."""

import asyncio
from abc import ABC, abstractmethod
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD: Final = 65_536
"""Bytes that the line and the header fields of a request may have."""
SLOWEST: Final = 8_192
"""Bytes a second that who fetches an answer must at least take, on an average over the journal's patience."""


class Impatient(HttpToolsProtocol, ABC):
    """A connection that is let go when its client is too slow; who refuses and what is timed, its subclass says."""

    patience: float

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cycle: Any
        # Of the request that is coming: whether its head has come, and how much of it.
        self.headed, self.head = False, 0
        self.coming: asyncio.TimerHandle | None = None
        self.fetching: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Somebody connects, and has to ask for something."""
        super().connection_made(transport)
        self.coming = self.loop.call_later(self.patience, self._not_come)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any longer to wait for."""
        super().connection_lost(exc)
        for timer in (self.coming, self.fetching):
            if timer is not None:
                timer.cancel()

    def has_come(self, size: int, *, whole: bool) -> None:
        """So many bytes have come, and with them all of the request or not; its time runs from its first part."""
        if whole:
            if self.coming is not None:
                self.coming.cancel()
                self.coming = None
            return
        if self.coming is None:
            self.coming = self.loop.call_later(self.patience, self._not_come)
        if not self.headed:
            self.head += size
            if self.head > MOST_HEAD and not self.transport.is_closing():
                self.refuse_head(431, "too-long", f"a request's head has at most {MOST_HEAD} bytes")

    @abstractmethod
    def refuse_head(self, status: int, code: str, words: str) -> None:
        """Refuses what is not a request yet, and lets go of the connection."""

    def _not_come(self) -> None:
        """Lets go of a connection whose request has not come; a body that somebody reads has his own patience."""
        self.coming = None
        if self.transport.is_closing():
            return
        if not self.headed and self.head:
            self.refuse_head(408, "timeout", "the request did not come in time")
        elif self.cycle is None or self.cycle.response_complete:
            self.transport.close()

    def pause_writing(self) -> None:
        """The answer waits for who asked: he has to fetch it."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """Enough has been fetched."""
        super().resume_writing()
        if self.fetching is not None:
            self.fetching.cancel()
            self.fetching = None

    def _watch(self) -> None:
        left = self.transport.get_write_buffer_size()
        self.fetching = self.loop.call_later(self.patience, self._not_fetched, left)

    def _not_fetched(self, before: int) -> None:
        """Drops a connection, and what it still keeps in memory, when too little of an answer has been fetched."""
        if before - self.transport.get_write_buffer_size() < SLOWEST * self.patience:
            self.transport.abort()
        else:
            self._watch()
