"""Requests on one connection are answered each for itself and in their order, however they arrive."""

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from simulator.journal.app import build_app
from simulator.journal.protocol import JournalProtocol
from simulator.journal.settings import Settings

Json = dict[str, Any]


class Wire:
    """A connection that sends bytes as it is told, and reads answers one by one."""

    def __init__(self, base: str) -> None:
        host, _, port = base.removeprefix("http://").split("/")[0].partition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reading = self.socket.makefile("rb")

    def send(self, *parts: bytes) -> None:
        """Sends each part in a packet of its own."""
        for part in parts:
            self.socket.sendall(part)

    def answer(self) -> tuple[int, dict[str, str], Any]:
        """The next answer: status, header fields with names in lower case, body."""
        status = int(self.reading.readline().split()[1])
        headers: dict[str, str] = {}
        while line := self.reading.readline().strip().decode():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        body = self.reading.read(int(headers.get("content-length", "0")))
        return status, headers, json.loads(body) if body else None

    def ask(self, *parts: bytes) -> tuple[int, dict[str, str], Any]:
        """Sends a request and reads its answer."""
        self.send(*parts)
        return self.answer()

    def close(self) -> None:
        """Lets go of the connection."""
        self.reading.close()
        self.socket.close()


@pytest.fixture
def wire(served: Any) -> Iterator[Wire]:
    """A connection to the shared journal."""
    found = Wire(served.base)
    yield found
    found.close()


def request(method: str, path: str, body: Any = None, accept: str = "application/fhir+json") -> bytes:
    """A request as bytes."""
    head = f"{method} /fhir/{path} HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\n"
    if body is None:
        return f"{head}\r\n".encode()
    content = json.dumps(body).encode()
    kind = "Content-Type: application/fhir+json"
    return f"{head}{kind}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content


def test_a_read_sent_as_before_shows_what_stands_now(wire: Wire, patient: Json) -> None:
    """A second read with the same header fields gives the version that an update made meanwhile."""
    made = wire.ask(request("POST", "Patient", patient))[2]
    read = request("GET", f"Patient/{made['id']}")
    before = [wire.ask(read) for _ in range(2)]
    wire.ask(request("PUT", f"Patient/{made['id']}", made | {"gender": "other"}))
    status, headers, body = wire.ask(read)
    assert [(one[0], one[1]["etag"]) for one in before] == [(200, 'W/"1"')] * 2
    assert (status, headers["etag"], body["gender"]) == (200, 'W/"2"', "other")


def test_each_read_sent_as_before_has_its_line_in_the_trail(wire: Wire, client: Any, patient: Json) -> None:
    """Two reads of a resource on one connection leave two AuditEvents about it."""
    made = wire.ask(request("POST", "Patient", patient))[2]
    statuses = [wire.ask(request("GET", f"Patient/{identity}"))[0] for identity in (made["id"], made["id"], "never")]
    found = client.ids(f"AuditEvent?entity=Patient/{made['id']}&subtype=read")
    assert (statuses, len(found)) == ([200, 200, 404], 2)


def test_a_type_that_cannot_be_had_in_a_format_is_refused_after_one_that_can(wire: Wire, patient: Json) -> None:
    """A Binary is given as its own type; a Patient asked for with the very same header fields is a 406."""
    binary = {"resourceType": "Binary", "contentType": "text/plain", "data": "aGVp"}
    ids = [wire.ask(request("POST", one["resourceType"], one))[2]["id"] for one in (binary, patient)]
    wire.send(request("GET", f"Binary/{ids[0]}", accept="text/plain"))
    first = wire.reading.readline()
    while wire.reading.readline().strip():
        pass
    assert (first.split()[1], wire.reading.read(3)) == (b"200", b"hei")
    assert wire.ask(request("GET", f"Patient/{ids[1]}", accept="text/plain"))[0] == 406


def test_answers_come_in_the_order_of_requests(wire: Wire, patient: Json) -> None:
    """What is sent while a write is under way is answered after it, in one packet or in several."""
    made = wire.ask(request("POST", "Patient", patient))[2]
    write, read = request("POST", "Patient", patient), request("GET", f"Patient/{made['id']}")
    wire.ask(read)
    wire.send(write, read, write, read)
    apart = [wire.answer()[0] for _ in range(4)]
    wire.send(write + read + write + read)
    together = [wire.answer()[0] for _ in range(4)]
    assert (apart, together) == ([201, 200, 201, 200], [201, 200, 201, 200])


def test_requests_may_come_in_parts(wire: Wire, patient: Json) -> None:
    """A read and a write cut at any place are answered once and in full."""
    made = wire.ask(request("POST", "Patient", patient))[2]
    write, read = request("POST", "Patient", patient), request("GET", f"Patient/{made['id']}")
    assert wire.ask(read)[0] == 200
    reads = [wire.ask(read[:cut], read[cut:])[0] for cut in (1, 20, len(read) - 2)]
    writes = [wire.ask(write[:cut], write[cut:])[0] for cut in (1, 60, len(write) - 5)]
    assert (reads, writes) == ([200] * 3, [201] * 3)


class _Transport(asyncio.Transport):
    """A transport without a network, which tells when it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = asyncio.Event()

    def write(self, _: Any) -> None:
        """Takes what is written."""

    def close(self) -> None:
        """Tells that it was closed."""
        self.closed.set()

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self.closed.is_set()


def test_an_idle_connection_is_let_go(tmp_path: Path) -> None:
    """A connection on which nothing more is asked is closed, and one that waits for its answer is not."""
    app = build_app(Settings(tmp_path))
    config = uvicorn.Config(app, http=JournalProtocol, ws="none", lifespan="off", log_config=None)
    config.load()

    async def run() -> list[bool]:
        app.journal.start()
        found = []
        for path, leaves in (("Patient/a", True), ("$export", False)):
            protocol = JournalProtocol(config=config, server_state=ServerState(), app_state={})
            protocol.timeout_keep_alive = 0.05  # type: ignore[assignment]  # whole seconds elsewhere
            protocol.connection_made(transport := _Transport())
            protocol.data_received(request("GET", "Patient/a"))
            protocol.data_received(request("GET", path) if leaves else request("GET", path)[:-4])
            waiting = asyncio.create_task(transport.closed.wait())
            await asyncio.wait([waiting], timeout=20 if leaves else 0.3)
            found.append(waiting.done())
            waiting.cancel()
            protocol.connection_lost(None)
        await app.journal.stop()
        return found

    assert asyncio.run(run()) == [True, False]
