"""HTTP/1.1 by uvicorn, with a short way for requests that wait for nothing.

uvicorn starts a task and sends messages to it for each request, which costs more than reading a resource. Here a GET of
one resource on an idle connection is answered straight from the parser's callback; everything else, and everything
unusual (a body, pipelining, an upgrade, a closing connection, a full send buffer), goes uvicorn's way.
"""

from typing import Any, Final

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from simulator.journal.app import JournalApp
from simulator.journal.errors import refuse
from simulator.journal.http import Answer
from simulator.journal.serving import Request, at_once, fields

UNUSUAL: Final = frozenset({b"content-length", b"transfer-encoding", b"upgrade", b"connection", b"expect"})


class JournalProtocol(HttpToolsProtocol):
    """One connection; the application that uvicorn was given is a JournalApp."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.app: Any
        # The application itself, which uvicorn has wrapped where its options say so.
        assert isinstance(self.config.app, JournalApp)
        self.journal = self.config.app.journal
        self.answered = False

    def on_message_begin(self) -> None:
        """A request begins; uvicorn's scope is made only when uvicorn serves it."""
        self.url = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.expect_100_continue = False
        self.answered = False

    def on_headers_complete(self) -> None:
        """Answers now what can be answered now."""
        url, headers = self.url, self.headers
        if url.count(b"/") == 3 and self._idle() and not UNUSUAL.intersection([name for name, _ in headers]):
            answer = self._at_once(url, headers)
            if answer is not None:
                self.answered = True
                self.transport.write(wire(answer, self.server_state.default_headers + fields(self.journal, answer)))
                self.on_response_complete()
                return
        super().on_message_begin()
        self.url = url
        self.headers += headers
        super().on_headers_complete()

    def _idle(self) -> bool:
        """Whether nothing asked for earlier on this connection is still to be answered."""
        before = self.cycle
        return (before is None or before.response_complete) and not self.pipeline and not self.flow.write_paused

    def _at_once(self, url: bytes, headers: list[tuple[bytes, bytes]]) -> Answer | None:
        plain = b"?" not in url and b"%" not in url and b"#" not in url and url.isascii()
        if not plain or self.parser.get_method() != b"GET":
            return None
        if self.parser.get_http_version() != "1.1":
            return None
        client = self.client[0] if self.client else "unknown"
        return at_once(self.journal, Request("GET", url.decode(), b"", headers, client))

    def send_400_response(self, msg: str) -> None:
        """Refuses what is no HTTP request as everything is refused here, and lets go of the connection."""
        error = refuse(400, "structure", msg)
        answer = Answer(error.status, orjson.dumps(error.resource()), headers={"Connection": "close"})
        self.transport.write(wire(answer, self.server_state.default_headers + fields(self.journal, answer)))
        self.transport.close()

    def on_body(self, body: bytes) -> None:
        """A part of a body; a request answered already has none."""
        if not self.answered:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has been read to its end."""
        if not self.answered:
            super().on_message_complete()


def wire(answer: Answer, headers: list[tuple[bytes, bytes]]) -> bytes:
    """The answer as bytes."""
    parts = [STATUS_LINE[answer.status]]
    for name, value in headers:
        parts += (name, b": ", value, b"\r\n")
    parts.append(b"\r\n")
    if answer.status not in {204, 304}:
        parts.append(answer.content)
    return b"".join(parts)
