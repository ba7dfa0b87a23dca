"""Reads one HTTP/1.1 answer from a socket, bounded in what it takes (RFC 9112, sections 4 to 9)."""

import re
from typing import Any, Final, NamedTuple

_CHUNK: Final = 65536
_MAX_HEAD: Final = 65536
_STATUS: Final = re.compile(rb"HTTP/1\.[0-9] ([1-9][0-9]{2})(?: |\Z|\r)")


class BrokenError(Exception):
    """The peer does not speak HTTP/1.1 as agreed, or stopped speaking."""


class Message(NamedTuple):
    """A whole answer; ``head`` is as it came, without the empty line that ends it."""

    status: int
    head: bytes
    body: bytes
    reusable: bool
    """Whether the connection may be used again: it is to stay open, and nothing came that was not asked for."""


class _Incoming:
    """What a socket brings, taken piece by piece."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._data = b""
        self._at = 0

    @property
    def left(self) -> bool:
        """Whether something has come that was not taken."""
        return self._at < len(self._data)

    def until(self, mark: bytes, most: int, what: str) -> bytes:
        """What comes before ``mark``, which is taken too; raises BrokenError beyond ``most`` bytes."""
        looked = self._at
        while (end := self._data.find(mark, looked)) < 0:
            if len(self._data) - self._at > most:
                raise BrokenError(what)
            self._data = self._data[self._at :] + self._more()
            looked = self._at = 0
        piece = self._data[self._at : end]
        self._at = end + len(mark)
        return piece

    def exactly(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        end = self._at + size
        if end > len(self._data):
            parts = [self._data[self._at :]]
            have = len(parts[0])
            while have < size:
                parts.append(self._more())
                have += len(parts[-1])
            self._data, end = b"".join(parts), size
            self._at = 0
        piece = self._data[self._at : end]
        self._at = end
        return piece

    def everything(self, most: int) -> bytes:
        """What comes until the peer closes; raises BrokenError beyond ``most`` bytes."""
        parts = [self._data[self._at :]]
        have = len(parts[0])
        while part := self._sock.recv(_CHUNK):
            parts.append(part)
            have += len(part)
            if have > most:
                raise BrokenError(f"a body of more than {most} bytes")
        return b"".join(parts)

    def _more(self) -> bytes:
        part: bytes = self._sock.recv(_CHUNK)
        if not part:
            raise BrokenError("the connection was closed before the answer was whole")
        return part


def read_answer(sock: Any, max_body: int) -> Message:
    """The answer that comes next; those that only inform (1xx) are passed over.

    Raises BrokenError or ValueError for what is no HTTP/1.1 or has a body over ``max_body`` bytes, OSError when the
    connection fails.
    """
    incoming = _Incoming(sock)
    status = 0
    while status < 200:
        head = incoming.until(b"\r\n\r\n", _MAX_HEAD, f"headers longer than {_MAX_HEAD} bytes")
        found = _STATUS.match(head)
        if found is None:
            raise BrokenError("the answer is not HTTP/1.1")
        status = int(found[1])
    lower = head.lower()
    body, bounded = _body(incoming, status, lower, max_body)
    return Message(status, head, body, bounded and not incoming.left and not _closes(lower))


def header(head: bytes, name: bytes) -> bytes:
    """The value of a header field, its ``name`` given in small letters; empty without one."""
    key = b"\r\n" + name + b":"
    start = head.find(key)
    if start < 0:
        start = head.lower().find(key)
        if start < 0:
            return b""
    start += len(key)
    end = head.find(b"\r\n", start)
    return head[start : end if end >= 0 else None].strip()


def _body(incoming: _Incoming, status: int, head: bytes, max_body: int) -> tuple[bytes, bool]:
    """The body, and whether it ended before the connection did."""
    if status in {204, 304}:
        return b"", True
    coding = header(head, b"transfer-encoding")
    if coding and coding.rpartition(b",")[2].strip() == b"chunked":
        return _chunks(incoming, max_body), True
    length = b"" if coding else header(head, b"content-length")
    if not length:
        return incoming.everything(max_body), False
    size = int(length)
    if size < 0 or size > max_body:
        raise BrokenError(f"a body of {size} bytes")
    return incoming.exactly(size), True


def _chunks(incoming: _Incoming, max_body: int) -> bytes:
    parts: list[bytes] = []
    total = 0
    while size := int(incoming.until(b"\r\n", _MAX_HEAD, "a chunk without a size").partition(b";")[0], 16):
        total += size
        if size < 0 or total > max_body:
            raise BrokenError(f"a body of more than {max_body} bytes")
        parts.append(incoming.exactly(size))
        if incoming.exactly(2) != b"\r\n":
            raise BrokenError("a chunk longer than it says")
    while incoming.until(b"\r\n", _MAX_HEAD, f"trailers longer than {_MAX_HEAD} bytes"):
        continue
    return b"".join(parts)


def _closes(head: bytes) -> bool:
    """Whether the peer says that this is the last answer on the connection."""
    if head.startswith(b"http/1.0"):
        return True
    if b"\r\nconnection:" not in head:
        return False
    fields = (line.partition(b":")[2] for line in head.split(b"\r\n") if line.startswith(b"connection:"))
    return any(option.strip() == b"close" for field in fields for option in field.split(b","))
