"""A lean HTTP/1.1 client on a gevent socket: one keep-alive connection, bounded in time and in what it reads.

It reads only what a measurement needs: status, size, Location and ETag. Redirects are answers like any other. A
request is never sent twice: when the connection breaks under way, its outcome is unknown.
"""

import contextlib
import select
import socket
import ssl
import time
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

import gevent
from gevent import monkey

from loadtests.incoming import BrokenError, header, read_answer
from loadtests.target import Target

_SPOKEN: Final = select.POLLIN | select.POLLHUP | select.POLLERR


class Answer(NamedTuple):
    """What came back; ``status`` is 0 and ``error`` says why when no whole answer did."""

    status: int
    size: int
    location: bytes
    etag: bytes
    body: bytes = b""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long and how much of an answer is waited for."""

    timeout_s: float = 30.0
    max_body: int = 16 * 1024 * 1024


class Connection:
    """One connection to the target, opened when first needed and again after it broke."""

    def __init__(self, target: Target, bounds: Bounds) -> None:
        self._target = target
        self._bounds = bounds
        self._socket: Any = None
        self._ear: Any = None
        self.began_ns = 0
        """When the exchange under way began (monotonic clock); 0 while idle."""
        self._late = False

    def exchange(self, request: bytes, *, keep_body: bool = False) -> Answer:
        """Send ``request`` and read its answer; never raises for what the peer does."""
        self._late = False
        self.began_ns = time.monotonic_ns()
        try:
            sock = self._connected()
            try:
                sock.sendall(request)
            except OSError:
                # The peer may have answered before it had read everything, as with 413; that answer counts.
                return self._closing(self._answer(sock, keep_body=keep_body))
            return self._answer(sock, keep_body=keep_body)
        except (OSError, ValueError, BrokenError) as error:
            self.close()
            seconds = self._bounds.timeout_s
            return Answer(0, 0, b"", b"", error=f"no answer within {seconds:g} s" if self._late else _reason(error))
        finally:
            self.began_ns = 0

    def give_up_if_late(self, now_ns: int) -> None:
        """Break off an exchange that has lasted longer than the bounds allow; called by :func:`watch`."""
        if self.began_ns and now_ns - self.began_ns > self._bounds.timeout_s * 1e9 and self._socket is not None:
            self._late = True
            _shut(self._socket)

    def close(self) -> None:
        """Close the connection; the next exchange opens another."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
            self._socket = None

    def _closing(self, answer: Answer) -> Answer:
        self.close()
        return answer

    def _connected(self) -> Any:
        if self._socket is not None and self._spoken():
            self.close()
        if self._socket is None:
            sock = socket.create_connection((self._target.host, self._target.port), self._bounds.timeout_s)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._target.tls:
                sock = _tls().wrap_socket(sock, server_hostname=self._target.host)
            sock.settimeout(None)
            self._socket = sock
            self._ear = monkey.get_original("select", "poll")()
            self._ear.register(sock.fileno(), _SPOKEN)
        return self._socket

    def _spoken(self) -> bool:
        """Whether the peer closed the connection or said something unasked, which would be taken for the answer."""
        return bool(self._ear.poll(0)) or (self._target.tls and self._socket.pending() > 0)

    def _answer(self, sock: Any, *, keep_body: bool) -> Answer:
        message = read_answer(sock, self._bounds.max_body)
        if self._late:
            raise BrokenError("broken off")  # a body that ends with the connection ended with its time
        if not message.reusable:
            self.close()
        status, head, body, _ = message
        return Answer(status, len(body), header(head, b"location"), header(head, b"etag"), body if keep_body else b"")


def watch(connections: list[Connection], every_s: float = 0.25) -> None:
    """Break off late exchanges, for ever; run it in a greenlet of its own."""
    while True:
        gevent.sleep(every_s)
        now = time.monotonic_ns()
        for connection in connections:
            connection.give_up_if_late(now)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _shut(sock: Any) -> None:
    plain = monkey.get_original("socket", "socket")
    with contextlib.suppress(OSError), contextlib.closing(plain(fileno=socket.dup(sock.fileno()))) as twin:
        twin.shutdown(socket.SHUT_RDWR)


def _reason(error: Exception) -> str:
    # A certificate that does not verify is an OSError and a ValueError at once.
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error) if isinstance(error, BrokenError) else "the answer is not well-formed HTTP"
