"""A server that says exactly what a test tells it to say, and ways to talk to it."""

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from simulator.candidates import Limits, Running, Session
from simulator.domain.candidate import Candidate, Start
from simulator.histories import Recorder

CAPABILITY = {
    "resourceType": "CapabilityStatement",
    "fhirVersion": "4.0.1",
    "software": {"name": "Stand-in", "version": "1"},
}

PROGRAM = """
import http.server, json, os, subprocess, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
if "--child" in sys.argv:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    open("child.pid", "w").write(str(child.pid))
if "--stubborn" in sys.argv:
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
open("pid", "w").write(str(os.getpid()))
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


class Scripted:
    """A TCP server whose every answer the test writes byte by byte."""

    def __init__(self, answer: Callable[[Any], Any]) -> None:
        self.requests: list[SimpleNamespace] = []
        self.connections = 0
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._open: list[socket.socket] = []
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/fhir"
        self._threads[0].start()

    def close(self) -> None:
        """Hang up on everybody."""
        if self._listener.fileno() < 0:
            return
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            self._threads.append(threading.Thread(target=self._serve, args=(connection,), daemon=True))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as lines:
                while (request := _request(lines)) is not None:
                    self.requests.append(request)
                    said = self._answer(request)
                    if callable(said):
                        said(connection)
                        return
                    connection.sendall(said)
        except OSError:
            return


def _request(lines: Any) -> SimpleNamespace | None:
    first = lines.readline().decode()
    if not first:
        return None
    method, path, _ = first.split(" ")
    headers = {}
    while (line := lines.readline().decode().strip()) != "":
        name, _, value = line.partition(": ")
        headers[name.lower()] = value
    body = lines.read(int(headers.get("content-length", 0)))
    return SimpleNamespace(method=method, path=path, headers=headers, body=body)


def _say(status: int = 200, body: Any = b"", **headers: str) -> bytes:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    named = {"Content-Type": "application/fhir+json", "Content-Length": str(len(data))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + data


@pytest.fixture
def say() -> Callable[..., bytes]:
    """An HTTP answer as bytes: status, body (JSON unless bytes), headers."""
    return _say


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Any], Any]], Scripted]]:
    """Starts servers that answer as told: with bytes, or with a function that gets the socket."""
    servers: list[Scripted] = []

    def start(answer: Callable[[Any], Any]) -> Scripted:
        servers.append(Scripted(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def candidate_at() -> Callable[..., Candidate]:
    """A candidate description for a base URL."""
    return lambda base_url, **more: Candidate(name="stand-in", title="Stand-in", base_url=base_url, **more)


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    """A recorder writing into the test's folder."""
    recorder = Recorder(tmp_path)
    yield recorder
    recorder.close()


@pytest.fixture
def session_at(recorder: Recorder) -> Iterator[Callable[..., Session]]:
    """Opens sessions with a base URL, as if a candidate had been found there."""
    opened: list[Session] = []

    def open_session(base_url: str, *, limits: Limits | None = None, **more: Any) -> Session:
        candidate = Candidate(name="stand-in", title="Stand-in", base_url=base_url, **more)
        running = Running(candidate, base_url, CAPABILITY, "Stand-in 1", None)
        opened.append(Session(running, recorder, "an example", limits=limits or Limits(timeout_s=5, max_body=10_000)))
        return opened[-1]

    yield open_session
    for session in opened:
        session.close()


@pytest.fixture
def capability() -> dict[str, Any]:
    """The least a CapabilityStatement must say."""
    return dict(CAPABILITY)


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Candidate]:
    """A candidate that the bench starts: a small program, or the text of another."""

    def describe(*options: str, text: str = PROGRAM, timeout_s: float = 10, **more: Any) -> Candidate:
        path = tmp_path / "program.py"
        path.write_text(text, encoding="utf-8")
        start = Start(command=("{python}", str(path), "{port}", *options), timeout_s=timeout_s, **more)
        return Candidate(name="stand-in", title="Stand-in", base_url="http://127.0.0.1:{port}/fhir", start=start)

    return describe


@pytest.fixture
def person_number() -> Callable[[int], str]:
    """Makes a person number with that much added to the month; 0 gives one that could be a real person's."""

    def make(added: int) -> str:
        weights_1, weights_2 = (3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
        for individual in range(500, 1000):
            nine = [int(d) for d in f"01{1 + added:02d}10{individual}"]
            first = -sum(w * d for w, d in zip(weights_1, nine, strict=True)) % 11
            second = -sum(w * d for w, d in zip(weights_2, [*nine, first], strict=True)) % 11
            if first < 10 and second < 10:
                return "".join(map(str, [*nine, first, second]))
        raise AssertionError(sys.maxsize)

    return make
