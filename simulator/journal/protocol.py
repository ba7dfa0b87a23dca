"""HTTP/1.1 by uvicorn, with a short way for requests that need no task of their own.

uvicorn starts a task and sends messages to it for each request, which costs more than reading a resource does. Here a
GET of one resource on an idle connection is answered straight from the parser's callback, and a write whose body is
there already queues from there (``short_way``). Everything else, and everything unusual (pipelining, an upgrade, a
closing connection, a full send buffer, a body that comes in parts), goes uvicorn's way.

A client mostly sends the same header fields with every request. Once a read with some has been answered, a read with
the very same bytes after its first line is answered without parsing them again.
"""

import re
from typing import Any, Final

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from simulator.journal.app import JournalApp
from simulator.journal.errors import refuse
from simulator.journal.http import Answer
from simulator.journal.impatience import Impatient
from simulator.journal.serving import GOODBYE, PREFIX, Request, fields, matters
from simulator.journal.short_way import READABLE, Known, at_once, only_queues, read_again, write

UNUSUAL: Final = frozenset({b"transfer-encoding", b"upgrade", b"connection", b"expect"})
LENGTH: Final = b"content-length"
_READ: Final = re.compile(rb"GET %b/([A-Za-z]+)/([A-Za-z0-9\-.]{1,64}) HTTP/1\.1(?=\r\n)" % PREFIX.encode())
_END: Final = b"\r\n\r\n"


class Queued:
    """A write on the short way until it is answered: what uvicorn looks at of a request that is under way."""

    def __init__(self) -> None:
        self.response_complete = False
        self.disconnected = False
        self.keep_alive = True
        self.message_event = self

    def set(self) -> None:
        """Nobody waits for more of a body that is there."""


class JournalProtocol(Impatient):
    """One connection; the application that uvicorn was given is a JournalApp."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.app: Any
        # The application itself, which uvicorn has wrapped where its options say so.
        assert isinstance(self.config.app, JournalApp)
        self.journal = self.config.app.journal
        self.patience = self.journal.settings.patience
        # Of the request being read: whether it has been answered, and its body when it is to queue.
        self.answered = False
        self.queueing: list[bytes] | None = None
        # What came last, and whether it began where a request begins.
        self.chunk = b""
        self.fresh = self.between = True
        # What followed the first line of a read that was answered, and who sent it.
        self.familiar = b""
        self.known = Known({}, "unknown")
        self.idle_since: float | None = None

    def data_received(self, data: bytes) -> None:
        """Bytes have come: a read like one before, or something to parse."""
        self.idle_since = None
        found = _READ.match(data) if self.familiar and self.between else None
        if found is not None and data[found.end() :] == self.familiar and self._idle():
            kind, identity = found[1].decode(), found[2].decode()
            answer = read_again(self.journal, kind, identity, self.known) if kind in READABLE else None
            if answer is not None:
                self._answer(answer)
                return
        self.chunk, self.fresh = data, self.between
        super().data_received(data)
        self.chunk = b""
        self.has_come(len(data), whole=self.between)

    def on_message_begin(self) -> None:
        """A request begins; uvicorn's scope is made only when uvicorn serves it."""
        self.url = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.expect_100_continue = False
        self.answered = self.between = self.headed = False
        self.head = 0
        self.queueing = None

    def on_headers_complete(self) -> None:
        """Answers now what can be answered now."""
        self.headed = True
        url, headers = self.url, self.headers
        names = {name for name, _ in headers}
        if self._idle() and UNUSUAL.isdisjoint(names) and self.parser.get_http_version() == "1.1":
            if LENGTH in names:
                if self._queues(url, headers):
                    self.queueing = []
                    return
            elif url.count(b"/") == 3 and (answer := self._at_once(url, headers)) is not None:
                self.answered = True
                self._remember(headers, answer)
                self._answer(answer)
                return
        super().on_message_begin()
        self.url = url
        self.headers += headers
        super().on_headers_complete()

    def _idle(self) -> bool:
        """Whether nothing asked for earlier on this connection is still to be answered."""
        before = self.cycle
        return (before is None or before.response_complete) and not self.pipeline and not self.flow.write_paused

    def _request(self, method: str, url: bytes, headers: list[tuple[bytes, bytes]]) -> Request:
        return Request(method, url.decode(), b"", headers, self.client[0] if self.client else "unknown")

    def _at_once(self, url: bytes, headers: list[tuple[bytes, bytes]]) -> Answer | None:
        if not _plain(url) or self.parser.get_method() != b"GET":
            return None
        return at_once(self.journal, self._request("GET", url, headers))

    def _remember(self, headers: list[tuple[bytes, bytes]], answer: Answer) -> None:
        """Keeps what followed the first line of a read, when that was all that came."""
        found = _READ.match(self.chunk) if self.fresh and answer.status < 400 else None
        if found is None or found[1].decode() not in READABLE or self.chunk.find(_END) != len(self.chunk) - len(_END):
            return
        self.familiar = self.chunk[found.end() :]
        self.known = Known(matters(headers), self.client[0] if self.client else "unknown")

    def _queues(self, url: bytes, headers: list[tuple[bytes, bytes]]) -> bool:
        """Whether this is a write on the short way, whose body is in what came with its header."""
        lengths = [value for name, value in headers if name == LENGTH]
        if not self.fresh or self.chunk[:1] != b"P" or len(lengths) != 1 or not lengths[0].isdigit() or not _plain(url):
            return False
        length = int(lengths[0])
        if self.chunk.find(_END) + len(_END) + length != len(self.chunk) or not length:
            return False
        method = self.parser.get_method().decode()
        return length <= self.journal.settings.body_limit and only_queues(self.journal, method, url.decode())

    def _answer(self, answer: Answer) -> None:
        self.transport.write(wire(answer, self.server_state.default_headers + fields(self.journal, answer)))
        self.on_response_complete()

    def _settle(self, queued: Queued, answer: Answer) -> None:
        """Answers a write that had queued."""
        queued.response_complete = True
        if queued.disconnected or self.transport.is_closing():
            return
        if queued.keep_alive and not self.journal.leaving:
            self._answer(answer)
            return
        headers = self.server_state.default_headers + fields(self.journal, answer)
        self.transport.write(wire(answer, headers if self.journal.leaving else [*headers, GOODBYE]))
        self.transport.close()
        self.on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuses what is no HTTP request as everything is refused here, and lets go of the connection."""
        self.refuse_head(400, "structure", msg)

    def refuse_head(self, status: int, code: str, words: str) -> None:
        """Refuses what is not a request yet, and lets go of the connection."""
        error = refuse(status, code, words)
        answer = Answer(error.status, orjson.dumps(error.resource()), headers={"Connection": "close"})
        self.transport.write(wire(answer, self.server_state.default_headers + fields(self.journal, answer)))
        self.transport.close()

    def on_body(self, body: bytes) -> None:
        """A part of a body; a request answered already has none."""
        if self.queueing is not None:
            self.queueing.append(body)
        elif not self.answered:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has been read to its end."""
        self.between, self.fresh = True, False
        if self.queueing is not None:
            body, self.queueing = b"".join(self.queueing), None
            self.answered = True
            queued = self.cycle = Queued()
            request = self._request(self.parser.get_method().decode(), self.url, self.headers)
            write(self.journal, request, body, lambda answer: self._settle(queued, answer))
        elif not self.answered:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer has been given: the next in the pipeline is served, or the connection is idle from now on.

        uvicorn sets a timer after each answer and takes it back at the next request; here one timer looks at the time.
        """
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self.idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_in(self.timeout_keep_alive)

    def _look_in(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        """Lets go of a connection that has been idle for as long as it may be."""
        self.timeout_keep_alive_task = None
        if self.idle_since is None or self.transport.is_closing():
            return
        left = self.idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._look_in(left)
        else:
            self.transport.close()
            # Who has not fetched the rest by then does not get it.
            self.loop.call_later(self.patience, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone; what had queued is done all the same."""
        super()._unset_keepalive_if_required()
        super().connection_lost(exc)

    def _unset_keepalive_if_required(self) -> None:
        """The timer stays: it looks at the time when it comes."""


def _plain(url: bytes) -> bool:
    return b"?" not in url and b"%" not in url and b"#" not in url and url.isascii()


def wire(answer: Answer, headers: list[tuple[bytes, bytes]]) -> bytes:
    """The answer as bytes."""
    parts = [STATUS_LINE[answer.status]]
    parts += [b"%b: %b\r\n" % field for field in headers]
    parts.append(b"\r\n")
    if answer.status not in {204, 304}:
        parts.append(answer.content)
    return b"".join(parts)
