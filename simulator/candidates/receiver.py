"""A subscriber's endpoint: a small HTTP server on this machine that keeps what a candidate sends to it."""

import threading
import time
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, NamedTuple

import orjson

HOST: Final = "127.0.0.1"
PATH: Final = "/varsel"
LARGEST: Final = 4 * 1024 * 1024
MOST: Final = 10_000
_PAUSE_S: Final = 0.02


class Received(NamedTuple):
    """One request that came: when (seconds since 1970), where to, the header asked for, and its body."""

    at: float
    path: str
    subscriber: str
    body: Any
    """The JSON sent; the text itself when it is none."""


class Receiver:
    """Answers 200 to every POST while it is up; while it is down nobody listens at its address."""

    HEADER: Final = "X-Subscriber"
    """The header field that a subscription is asked to send along."""

    def __init__(self) -> None:
        self._got: list[Received] = []
        self._server = self._listening(0)
        self.url = f"http://{HOST}:{self._server.server_port}{PATH}"

    def _listening(self, port: int) -> ThreadingHTTPServer:
        server = _Server((HOST, port), _handler(self._got))
        threading.Thread(target=server.serve_forever, args=(_PAUSE_S,), daemon=True).start()
        return server

    def down(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()

    def up(self) -> None:
        """Listens again, at the same address."""
        self._server = self._listening(self._server.server_port)

    close = down

    def wait(self, enough: Callable[[Sequence[Received]], bool], within_s: float) -> bool:
        """Waits until what came is enough; False when it was not in time."""
        until = time.monotonic() + within_s
        while not enough(tuple(self._got)):
            if time.monotonic() > until:
                return False
            time.sleep(_PAUSE_S)
        return True

    def told(self) -> list[dict[str, Any]]:
        """What came so far, in the order it came, as JSON."""
        return [one._asdict() for one in tuple(self._got)]


class _Server(ThreadingHTTPServer):
    allow_reuse_address = True
    daemon_threads = True


def _handler(got: list[Received]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            """Keeps the request, unless it is larger than any notification should be."""
            length = int(self.headers.get("Content-Length") or 0)
            if length > LARGEST or len(got) >= MOST:
                self.send_response(413)
            else:
                body = self.rfile.read(length)
                subscriber = self.headers.get(Receiver.HEADER, "")
                got.append(Received(time.time(), self.path, subscriber, _parsed(body)))
                self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """What came is kept, not printed."""

    return Handler


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")
