"""A reference journal in a process of its own, and what tests of it need."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar
from uuid import uuid4

import pytest
import requests

from tests.journal import postgres
from tests.journal.securing import Callers
from tests.signing import start_neighbours

FHIR = "application/fhir+json"
Json = dict[str, Any]
T = TypeVar("T")


@dataclass
class Running:
    """A journal that has been started: its process and the base URL it printed."""

    process: subprocess.Popen[str]
    base: str

    def kill(self) -> None:
        """Ends it as a power cut would."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)

    def stop(self) -> int:
        """Ends it as an operator would; gives the exit code."""
        self.process.terminate()
        return self.process.wait(timeout=15)


class Client:
    """Sends requests to a journal's base URL, with FHIR's media types filled in."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """One request; ``body`` is sent as FHIR JSON, and header names have ``_`` for ``-``."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            fields.setdefault("Content-Type", FHIR)
        url = path if path.startswith("http") else f"{self.base}/{path}".rstrip("/")
        return self.session.request(method, url, json=body, headers=fields, timeout=20)

    def get(self, path: str, **headers: str) -> requests.Response:
        """A GET."""
        return self.send("GET", path, **headers)

    def create(self, resource: Json, **headers: str) -> Json:
        """Creates a resource; gives it as stored."""
        answer = self.send("POST", resource["resourceType"], resource, **headers)
        assert answer.status_code in {200, 201}, answer.text
        stored: Json = answer.json()
        return stored

    def ids(self, path: str) -> list[str]:
        """The ids of a search's matches, all pages of it."""
        found = []
        answer = self.get(path)
        while True:
            assert answer.status_code == 200, answer.text
            bundle = answer.json()
            found += [e["resource"]["id"] for e in bundle.get("entry", []) if e["search"]["mode"] == "match"]
            following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
            if not following:
                return found
            answer = self.get(following[0])

    def transact(self, *entries: Json, kind: str = "transaction", **headers: str) -> requests.Response:
        """Sends a bundle of entries."""
        return self.send("POST", "", {"resourceType": "Bundle", "type": kind, "entry": list(entries)}, **headers)


def start(*options: str) -> Running:
    """Starts a journal on a free port and waits for the line that says it is ready."""
    command = [
        sys.executable,
        "-m",
        "simulator.journal",
        "--port",
        "0",
        *(() if "--issuer" in options else ("--open",)),
        *options,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("journal ready at "), line
    return Running(process, line.removeprefix("journal ready at ").strip())


@contextmanager
def shared(*options: str) -> Iterator[Running]:
    """A journal for many tests, which ends in order when the last of them is done."""
    running = start(*options)
    yield running
    assert running.stop() == 0
    assert running.process.stdout is not None
    running.process.stdout.close()


class Kept:
    """What is started for the first test that needs it and lives as long as the session, however tests are ordered.

    A fixture that depends on ``store`` ends whenever the next test is for the other database.
    """

    def __init__(self, ending: ExitStack) -> None:
        self._ending = ending
        self._made: dict[tuple[str, str], Any] = {}

    def once(self, what: str, name: str, begin: Callable[[], AbstractContextManager[T]]) -> T:
        """What was begun under this name; ends with the session."""
        if (what, name) not in self._made:
            self._made[what, name] = self._ending.enter_context(begin())
        found: T = self._made[what, name]
        return found


@dataclass
class Store:
    """A database to keep journals in: ``server`` is the folder of a PostgreSQL server's socket, or None for SQLite."""

    server: str | None = None
    databases: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Which of the databases it is."""
        return "sqlite" if self.server is None else "postgresql"

    def options(self, data: str) -> list[str]:
        """What makes a journal keep its things here; the same folder gives the same database again."""
        if self.server is None:
            return ["--data", data]
        if data not in self.databases:
            self.databases[data] = postgres.new_database(self.server)
        return ["--data", data, "--store", self.databases[data]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs each test on both databases, or on those that its module names as ``STORES``."""
    marked = any(
        mark.name == "parametrize" and "store" in (mark.args[0], *mark.args[0])
        for mark in metafunc.definition.iter_markers()
    )
    if "store" in metafunc.fixturenames and not marked:
        stores = getattr(metafunc.module, "STORES", ["sqlite", "postgresql"])
        metafunc.parametrize("store", stores, indirect=True, scope="session")


@pytest.fixture(scope="session")
def keeping() -> Iterator[Kept]:
    """What outlives the change from one database to the other."""
    with ExitStack() as ending:
        yield Kept(ending)


@pytest.fixture(scope="session")
def store(request: pytest.FixtureRequest, keeping: Kept) -> Store:
    """Each of the databases in turn. Where PostgreSQL is not installed its tests are skipped, but never in CI."""
    if request.param == "sqlite":
        return Store()
    # .ci/environment installs the server where it may; a machine where it may not can still try the rest.
    if postgres.programs() is None and not os.environ.get("CI"):
        pytest.skip("PostgreSQL is not installed: sudo apt-get install postgresql")
    return Store(keeping.once("server", "postgresql", postgres.server))


@pytest.fixture
def launch(store: Store, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts journals that end with the test; ``data`` is their folder if a later one is to find it again."""
    started: list[Running] = []

    def run(*options: str, data: Path | None = None) -> Running:
        folder = data or tmp_path / f"journal-{len(started)}"
        started.append(start(*store.options(str(folder)), *options))
        return started[-1]

    yield run
    for running in started:
        if running.process.poll() is None:
            running.kill()
        assert running.process.stdout is not None
        running.process.stdout.close()


@pytest.fixture(scope="session")
def served(store: Store, keeping: Kept, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """One journal for every test that does not end it."""

    def begin() -> AbstractContextManager[Running]:
        return shared(*store.options(str(tmp_path_factory.mktemp("journal"))), "--body-limit", "200000")

    return keeping.once("journal", store.name, begin)


@contextmanager
def _secured(store: Store, folder: Path) -> Iterator[Callers]:
    with start_neighbours(folder) as signer:
        options = ["--issuer", signer.issuer, "--neighbours", signer.issuer]
        with shared(*store.options(str(folder / "data")), *options) as running:
            yield Callers(signer, running.base)


@pytest.fixture(scope="session")
def callers(store: Store, keeping: Kept, tmp_path_factory: pytest.TempPathFactory) -> Callers:
    """Callers of a secured journal that runs beside its neighbours."""
    return keeping.once("callers", store.name, lambda: _secured(store, tmp_path_factory.mktemp("secured")))


@pytest.fixture
def client(served: Running) -> Iterator[Client]:
    """A client of the shared journal."""
    found = Client(served.base)
    yield found
    found.session.close()


@pytest.fixture
def connect() -> Iterator[Callable[[str], Client]]:
    """Makes clients of other journals."""
    made: list[Client] = []

    def run(base: str) -> Client:
        made.append(Client(base))
        return made[-1]

    yield run
    for one in made:
        one.session.close()


@pytest.fixture
def mark() -> str:
    """A word that no other test uses, without digits: the journal blots out eleven in a row."""
    return uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))


@pytest.fixture
def patient(mark: str) -> Json:
    """A valid Patient whose identifier is the test's mark."""
    return {
        "resourceType": "Patient",
        "identifier": [{"system": "urn:test", "value": mark}],
        "name": [{"family": "Nordås", "given": ["Kåre"]}],
        "gender": "male",
        "birthDate": "1950-02-03",
    }


@pytest.fixture
def observation() -> Callable[..., Json]:
    """Makes valid Observations of a subject."""

    def make(subject: str, **more: Any) -> Json:
        return {
            "resourceType": "Observation",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
            "subject": {"reference": subject},
            "effectiveDateTime": "2026-01-15T10:00:00+01:00",
        } | more

    return make


@pytest.fixture
def race(served: Running) -> Callable[..., list[Any]]:
    """Runs one action from many threads at once, each with a client of its own."""

    def run(number: int, action: Callable[[Client, int], Any]) -> list[Any]:
        barrier = Barrier(number)

        def one(position: int) -> Any:
            mine = Client(served.base)
            try:
                barrier.wait(timeout=20)
                return action(mine, position)
            finally:
                mine.session.close()

        with ThreadPoolExecutor(number) as pool:
            return list(pool.map(one, range(number)))

    return run
