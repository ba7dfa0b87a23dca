"""The neighbours in a process of their own, and a client that is registered with them."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
import pytest

from tests.signing import Signer, start_neighbours


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    """A registered client of running neighbours."""
    folder: Path = tmp_path_factory.mktemp("neighbours")
    with start_neighbours(folder) as found:
        yield found


class Bench:
    """What the bench says to the neighbours."""

    def __init__(self, signer: Signer) -> None:
        self.address = signer.issuer
        self.session = signer.session

    def say(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        """One request, its status as expected; the JSON answered, or None."""
        answer = self.session.request(method, self.address + path, json=body, timeout=10)
        assert answer.status_code == status, (answer.status_code, answer.text)
        return answer.json() if answer.content and status < 300 else None


@pytest.fixture
def bench(signer: Signer) -> Bench:
    """Somebody who tells neighbours what is so."""
    return Bench(signer)


class Mailbox(BaseHTTPRequestHandler):
    """A candidate that takes whatever comes."""

    def do_POST(self) -> None:
        """Keeps the request, and says 200."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.kept.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]
        status = self.server.answers.pop(0) if self.server.answers else 200  # type: ignore[attr-defined]
        told = orjson.dumps(self.server.tells.pop(0) if self.server.tells else {})  # type: ignore[attr-defined]
        self.send_response(status)
        self.send_header("content-length", str(len(told)))
        self.send_header("set-cookie", "session=first; Path=/")
        self.end_headers()
        self.wfile.write(told)

    def do_GET(self) -> None:
        """Tells what stands at an address."""
        found = self.server.pages.get(self.path)  # type: ignore[attr-defined]
        told = orjson.dumps(found)
        self.send_response(404 if found is None else 200)
        self.send_header("content-length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


class Server(ThreadingHTTPServer):
    """The mailbox, and what came into it: path, header fields, body."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Mailbox)
        self.kept: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[int] = []
        """Statuses answered before 200."""
        self.tells: list[Any] = []
        """What is answered, in order; then nothing in particular."""
        self.pages: dict[str, Any] = {}
        """What is told to whoever asks by GET, by path."""
        self.address = f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def bodies(self) -> list[Any]:
        """What came, as JSON."""
        return [orjson.loads(body) for _, _, body in self.kept]


@pytest.fixture
def mailbox() -> Iterator[Server]:
    """Somebody who takes what neighbours send."""
    server = Server()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)
