"""A lean HTTP/1.1 client on a gevent socket: one keep-alive connection, bounded in time and in what it reads.

It reads only what a measurement needs: status, size, Location and ETag. Redirects are answers like any other. A
request is never sent twice: when the connection breaks under way, its outcome is unknown.
"""

import contextlib
import socket
import ssl
import time
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

import gevent
from gevent import monkey

from loadtests.target import Target

_CHUNK: Final = 65536
_MAX_HEAD: Final = 65536
_IDLE_CHECK_NS: Final = 500_000_000
"""A connection idle for longer may have been closed by the server; it is looked at before it is used again."""


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


class _BrokenError(Exception):
    """The peer does not speak HTTP/1.1 as agreed, or stopped speaking."""


class Connection:
    """One connection to the target, opened when first needed and again after it broke."""

    def __init__(self, target: Target, bounds: Bounds) -> None:
        self._target = target
        self._bounds = bounds
        self._socket: Any = None
        self._used_ns = 0
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
        except (OSError, ValueError, _BrokenError) as error:
            self.close()
            seconds = self._bounds.timeout_s
            return Answer(0, 0, b"", b"", error=f"no answer within {seconds:g} s" if self._late else _reason(error))
        finally:
            self._used_ns = time.monotonic_ns()
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
        if self._socket is not None and self.began_ns - self._used_ns > _IDLE_CHECK_NS and _gone(self._socket):
            self.close()
        if self._socket is None:
            sock = socket.create_connection((self._target.host, self._target.port), self._bounds.timeout_s)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._target.tls:
                sock = _tls().wrap_socket(sock, server_hostname=self._target.host)
            sock.settimeout(None)
            self._socket = sock
        return self._socket

    def _answer(self, sock: Any, *, keep_body: bool) -> Answer:
        data = _more(sock)
        while True:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                if len(data) > _MAX_HEAD:
                    raise _BrokenError(f"headers longer than {_MAX_HEAD} bytes")
                data += _more(sock)
                continue
            if data[:7] != b"HTTP/1.":
                raise _BrokenError("the answer is not HTTP/1.1")
            status = int(data[9:12])
            if status >= 200:
                break
            data = data[end + 4 :] or _more(sock)
        head = data[: end + 2]
        body, rest, alive = self._body(sock, status, head.lower(), data[end + 4 :])
        if rest or not alive:
            self.close()
        return Answer(status, len(body), _header(head, b"location"), _header(head, b"etag"), body if keep_body else b"")

    def _body(self, sock: Any, status: int, head: bytes, data: bytes) -> tuple[bytes, bytes, bool]:
        """The body, what came after it, and whether the connection may be used again."""
        alive = b"\r\nconnection: close" not in head and not head.startswith(b"http/1.0")
        if status in {204, 304}:
            return b"", data, alive
        if b"\r\ntransfer-encoding:" in head and b"chunked" in head:
            body, rest = self._chunks(sock, data)
            return body, rest, alive
        length = _header(head, b"content-length")
        if not length:
            return self._until_closed(sock, data), b"", False
        size = int(length)
        if size < 0 or size > self._bounds.max_body:
            raise _BrokenError(f"a body of {size} bytes")
        data = self._filled(sock, data, size)
        return data[:size], data[size:], alive

    def _filled(self, sock: Any, data: bytes, size: int) -> bytes:
        """``data`` and what follows, at least ``size`` bytes of it."""
        if len(data) >= size:
            return data
        parts, have = [data], len(data)
        while have < size:
            part = _more(sock)
            parts.append(part)
            have += len(part)
        return b"".join(parts)

    def _chunks(self, sock: Any, data: bytes) -> tuple[bytes, bytes]:
        parts: list[bytes] = []
        total = 0
        while True:
            while (line := data.find(b"\r\n")) < 0:
                if len(data) > _MAX_HEAD:
                    raise _BrokenError("a chunk without a size")
                data += _more(sock)
            size = int(data[:line].split(b";")[0], 16)
            total += size
            if size < 0 or total > self._bounds.max_body:
                raise _BrokenError(f"a body of more than {self._bounds.max_body} bytes")
            if size == 0:
                return b"".join(parts), self._trailer(sock, data[line + 2 :])
            data = self._filled(sock, data[line + 2 :], size + 2)
            parts.append(data[:size])
            data = data[size + 2 :]

    @staticmethod
    def _trailer(sock: Any, data: bytes) -> bytes:
        while not (data.startswith(b"\r\n") or b"\r\n\r\n" in data):
            if len(data) > _MAX_HEAD:
                raise _BrokenError(f"trailers longer than {_MAX_HEAD} bytes")
            data += _more(sock)
        return data[2:] if data.startswith(b"\r\n") else data.partition(b"\r\n\r\n")[2]

    def _until_closed(self, sock: Any, data: bytes) -> bytes:
        parts, have = [data], len(data)
        while part := sock.recv(_CHUNK):
            parts.append(part)
            have += len(part)
            if have > self._bounds.max_body:
                raise _BrokenError(f"a body of more than {self._bounds.max_body} bytes")
        if self._late:
            raise _BrokenError("broken off")
        return b"".join(parts)


def watch(connections: list[Connection], every_s: float = 0.25) -> None:
    """Break off late exchanges, for ever; run it in a greenlet of its own."""
    while True:
        gevent.sleep(every_s)
        now = time.monotonic_ns()
        for connection in connections:
            connection.give_up_if_late(now)


def _header(head: bytes, name: bytes) -> bytes:
    key = b"\r\n" + name + b":"
    start = head.find(key)
    if start < 0:
        start = head.lower().find(key)
        if start < 0:
            return b""
    start += len(key)
    return head[start : head.find(b"\r\n", start)].strip()


def _more(sock: Any) -> bytes:
    part: bytes = sock.recv(_CHUNK)
    if not part:
        raise _BrokenError("the connection was closed before the answer was whole")
    return part


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _gone(sock: Any) -> bool:
    """Whether the peer closed an idle connection, or spoke without being asked."""
    plain = monkey.get_original("socket", "socket")
    with contextlib.closing(plain(fileno=socket.dup(sock.fileno()))) as twin:
        try:
            twin.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True


def _shut(sock: Any) -> None:
    plain = monkey.get_original("socket", "socket")
    with contextlib.suppress(OSError), contextlib.closing(plain(fileno=socket.dup(sock.fileno()))) as twin:
        twin.shutdown(socket.SHUT_RDWR)


def _reason(error: Exception) -> str:
    # A certificate that does not verify is an OSError and a ValueError at once.
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error) if isinstance(error, _BrokenError) else "the answer is not well-formed HTTP"
