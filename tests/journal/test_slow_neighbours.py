"""A neighbour that is slow keeps nobody waiting but those who ask it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Semaphore, Thread

from simulator.journal.journal import ASKERS
from tests.journal.conftest import Client, shared
from tests.journal.securing import person


class Hospital:
    """Neighbours of which the hospital answers when it is let."""

    def __init__(self) -> None:
        self.asked, self.free, self.address = Semaphore(0), Event(), ""

    @contextmanager
    def serving(self) -> Iterator["Hospital"]:
        """Listens until the block ends."""
        hospital = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                if self.path.startswith("/sykehus/"):
                    hospital.asked.release()
                    hospital.free.wait(30)
                self.send_error(404)

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *_: object) -> None:
                """Keeps quiet."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.address = f"http://127.0.0.1:{server.server_port}"
            Thread(target=server.serve_forever).start()
            try:
                yield self
            finally:
                self.free.set()
                server.shutdown()


def test_a_slow_hospital_holds_up_no_search(tmp_path: Path) -> None:
    """While every thread that asks others waits for the hospital, the journal's own record is searched."""
    options = ("--data", str(tmp_path / "data"), "--register-interval", "3600")
    with Hospital().serving() as hospital, shared(*options, "--neighbours", hospital.address) as running:
        who = Client(running.base).send("POST", "Patient", person()).json()["id"]
        with ThreadPoolExecutor(ASKERS) as pool:
            looks = [pool.submit(Client(running.base).get, f"Patient/{who}/$elsewhere") for _ in range(ASKERS)]
            try:
                assert all(hospital.asked.acquire(timeout=20) for _ in looks)
                assert Client(running.base).get(f"Patient?_id={who}").json()["total"] == 1
                assert not any(look.done() for look in looks)
            finally:
                hospital.free.set()
        assert {look.result().status_code for look in looks} == {200}
