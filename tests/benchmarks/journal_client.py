"""Sends one kind of request over and over on several connections, as cheaply as Python can: a process of its own.

``python -m tests.benchmarks.journal_client ADDRESS FILE CONNECTIONS SECONDS`` reads ready-made requests from FILE (one
after another, each a length and bytes) and prints a JSON object: ``answered``, ``failed`` (a status of 400 or more).
"""

import asyncio
import itertools
import struct
import sys
from pathlib import Path

import orjson
import uvloop


class Connection(asyncio.Protocol):
    """Sends the next request when the last one has been answered."""

    answered = 0
    failed = 0
    going = True

    def __init__(self, requests: "itertools.cycle[bytes]") -> None:
        self.requests = requests
        self.buffer = b""
        self.wanted = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = transport
        self._send()

    def _send(self) -> None:
        self.transport.write(next(self.requests))  # type: ignore[attr-defined]  # a stream transport

    def data_received(self, data: bytes) -> None:
        """Count an answer when all of it is here."""
        buffer = self.buffer + data if self.buffer else data
        if not self.wanted:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                self.buffer = buffer
                return
            place = buffer.find(b"ontent-length: ", 0, end)
            length = int(buffer[place + 15 : buffer.find(b"\r\n", place)]) if place > 0 else 0
            self.wanted = end + 4 + length
        if len(buffer) < self.wanted:
            self.buffer = buffer
            return
        self.wanted, self.buffer = 0, b""
        Connection.answered += 1
        Connection.failed += buffer[9:10] >= b"4"
        if Connection.going:
            self._send()


def read(path: Path) -> list[bytes]:
    """The requests of a file."""
    data, found, place = path.read_bytes(), [], 0
    while place < len(data):
        (length,) = struct.unpack_from("<I", data, place)
        found.append(data[place + 4 : place + 4 + length])
        place += 4 + length
    return found


def write(path: Path, requests: list[bytes]) -> None:
    """Keeps requests for ``read``."""
    path.write_bytes(b"".join(struct.pack("<I", len(request)) + request for request in requests))


async def main(address: str, path: Path, connections: int, seconds: float) -> None:
    """Send for so many seconds, then wait a moment for what is under way, and tell."""
    host, _, port = address.partition(":")
    requests = itertools.cycle(read(path))
    loop = asyncio.get_running_loop()
    for _ in range(connections):
        await loop.create_connection(lambda: Connection(requests), host, int(port))
    await asyncio.sleep(seconds)
    Connection.going = False
    await asyncio.sleep(0.3)
    sys.stdout.buffer.write(orjson.dumps({"answered": Connection.answered, "failed": Connection.failed}))


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
