"""A server that does next to nothing, run as a process: what is measured against it is the client."""

import asyncio
import itertools

import uvloop

CREATED = (
    b'HTTP/1.1 201 Created\r\nLocation: /fhir/%b/%d/_history/1\r\nETag: W/"1"\r\n'
    b"Content-Type: application/fhir+json\r\nContent-Length: 0\r\n\r\n"
)
FOUND = b'{"resourceType":"Bundle","type":"searchset","total":0}' + b" " * 1500
SEARCHED = b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: %d\r\n\r\n%b" % (
    len(FOUND),
    FOUND,
)
REFUSED = b"HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\n\r\n"
NUMBERS = itertools.count(1)


class Fast(asyncio.Protocol):
    """Answers a create with a Location, a search with an empty Bundle, and refuses transactions."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        """Answer every whole request in the buffer."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            place = head.find(b"content-length:")
            length = int(head[place + 15 :].split(b"\r\n")[0]) if place >= 0 else 0
            if len(self.buffer) < end + 4 + length:
                return
            path = self.buffer.split(b" ", 2)[1]
            self.buffer = self.buffer[end + 4 + length :]
            self.transport.write(answer(path))  # type: ignore[attr-defined]  # a stream transport


def answer(path: bytes) -> bytes:
    """The answer to a request for ``path``."""
    kind = path.removeprefix(b"/fhir").strip(b"/")
    if not kind:
        return REFUSED
    return SEARCHED if kind.endswith(b"_search") else CREATED % (kind, next(NUMBERS))


async def main() -> None:
    """Serve on a free port, printed, for at most two minutes."""
    server = await asyncio.get_running_loop().create_server(Fast, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.wait_for(server.serve_forever(), 120)


if __name__ == "__main__":
    uvloop.run(main())
