"""Limits on rate, time and page are kept, and said."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.journal.storage.sqlite import SqliteDatabase
from tests.journal.conftest import Client, start

Json = dict[str, Any]
CREATE = {"method": "POST", "url": "Patient"}


def test_an_address_that_asks_too_often_is_told_to_wait(
    launch: Callable[..., Any], connect: Callable[[str], Any], patient: Json
) -> None:
    """Two seconds' worth are answered at once, then 429 with Retry-After, for reads, searches and writes alike."""
    client = connect(launch("--rate", "4").base)
    answers = [client.get("Patient/never-was").status_code for _ in range(30)]
    assert answers[:8] == [404] * 8
    assert 429 in answers
    refused = client.send("POST", "Patient", patient)
    while refused.status_code != 429:
        refused = client.send("POST", "Patient", patient)
    assert 1 <= int(refused.headers["Retry-After"]) <= 2
    assert refused.json()["issue"][0]["code"] == "throttled"
    time.sleep(int(refused.headers["Retry-After"]))
    assert client.get("Patient").status_code == 200


def test_what_is_not_understood_counts_as_well(launch: Callable[..., Any], connect: Callable[[str], Any]) -> None:
    """Who keeps asking for types that R4 does not have is told to wait like anybody else."""
    client = connect(launch("--rate", "4").base)
    answers = [client.get("Journalnotat/1").status_code for _ in range(30)]
    assert set(answers) == {404, 429}


SLOW = f"name:contains={','.join(f'xxz{number}' for number in range(400))}"
CROWD = 1200
IDLERS = 30


@pytest.fixture(scope="module")
def crowded(store: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a journal of little patience, with people whose names take long to search."""
    folder = tmp_path_factory.mktemp("crowded")
    running = start(*store.options(str(folder)), "--patience", "0.3")
    name = {"family": "x" * 2000 + "y"}
    entry = {"resource": {"resourceType": "Patient", "name": [name]}, "request": CREATE}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry] * 400}
    client = Client(running.base)
    for _ in range(CROWD // 400):
        assert client.send("POST", "", bundle).status_code == 200
    client.session.close()
    yield running.base
    assert running.stop() == 0
    assert running.process.stdout is not None
    running.process.stdout.close()


def test_a_search_that_takes_too_long_is_given_up(crowded: str, connect: Callable[[str], Any]) -> None:
    """503 with code timeout when a search exceeds its time; the journal serves on."""
    client = connect(crowded)
    slow = client.get(f"Patient?{SLOW}")
    assert (slow.status_code, slow.json()["issue"][0]["code"]) == (503, "timeout")
    assert client.get("Patient?_count=1&_total=none").status_code == 200


def test_a_condition_that_takes_too_long_is_given_up(
    crowded: str, connect: Callable[[str], Any], patient: Json
) -> None:
    """503 with code timeout for every conditional write and for a search in a bundle; nothing is done, others go on."""
    client = connect(crowded)
    entry = {"resource": patient, "request": CREATE}
    step = [{"op": "add", "path": "/active", "value": True}]
    answers = [
        client.send("POST", "Patient", patient, If_None_Exist=SLOW),
        client.send("PUT", f"Patient?{SLOW}", patient),
        client.send("DELETE", f"Patient?{SLOW}"),
        client.send("PATCH", f"Patient?{SLOW}", step, Content_Type="application/json-patch+json"),
        client.transact(entry, {"request": {"method": "GET", "url": f"Patient?{SLOW}"}}),
        client.transact(entry, entry | {"request": entry["request"] | {"ifNoneExist": SLOW}}),
    ]
    assert [(a.status_code, a.json()["issue"][0]["code"]) for a in answers] == [(503, "timeout")] * 6
    assert client.get("Patient?_summary=count").json()["total"] == CROWD
    parts = client.transact(
        entry, {"request": {"method": "GET", "url": f"Patient?{SLOW}"}}, entry, kind="batch"
    ).json()["entry"]
    assert [part["response"]["status"][:3] for part in parts] == ["201", "503", "201"]
    assert client.get("Patient?_summary=count").json()["total"] == CROWD + 2
    assert client.send("POST", "Patient", patient, If_None_Exist="identifier=none").status_code == 201


def test_a_body_that_does_not_come_is_given_up(launch: Callable[..., Any]) -> None:
    """408, and the connection closes."""
    host, port = launch("--patience", "0.3").base.split("/")[2].split(":")
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(b"POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
        answer = b"".join(iter(lambda: wire.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_page_is_capped(launch: Callable[..., Any], connect: Callable[[str], Any], patient: Json) -> None:
    """No page has more matches than the cap, whatever _count says; the links lead to all of them."""
    client = connect(launch("--page-cap", "2").base)
    made = [client.create(patient)["id"] for _ in range(5)]
    assert len(client.get("Patient?_count=100").json()["entry"]) == 2
    assert client.ids("Patient?_count=100") == made


def wire_to(base: str) -> socket.socket:
    """A connection to a journal."""
    host, port = base.split("/")[2].split(":")
    return socket.create_connection((host, int(port)), timeout=20)


def memory(process: int) -> int:
    """Bytes of memory that a process has, as Linux counts them."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


def test_a_request_that_dribbles_in_is_given_up(launch: Callable[..., Any]) -> None:
    """Whoever sends his head, or the body of a GET, a byte at a time is let go; so is whoever says nothing at all."""
    base = launch("--patience", "0.5").base
    heads = (b"GET /fhir/Patient HTTP/1.1\r\nX-A: ", b"GET /fhir/metadata HTTP/1.1\r\nContent-Length: 99999\r\n\r\n")
    for head, status in zip(heads, (b"408", b"200"), strict=True):
        with wire_to(base) as wire:
            wire.sendall(head)
            wire.settimeout(0.05)
            assert told_while_dribbling(wire)[9:12] == status
    with wire_to(base) as wire:
        assert wire.recv(4096) == b""


def told_while_dribbling(wire: socket.socket) -> bytes:
    """What comes back, until the end, while a byte is sent every now and then."""
    told = b""
    for _ in range(400):
        try:
            wire.sendall(b"x")
            part = wire.recv(65536)
        except TimeoutError:
            continue
        except OSError:
            return told
        if not part:
            return told
        told += part
    raise AssertionError("the connection is never let go")


def test_a_head_without_end_is_refused(launch: Callable[..., Any]) -> None:
    """431 when the head of a request is larger than any that means something."""
    with wire_to(launch().base) as wire:
        wire.sendall(b"GET /fhir/Patient HTTP/1.1\r\n")
        answer = b""
        for _ in range(40):
            try:
                wire.sendall(b"X-A: " + b"a" * 8000 + b"\r\n")
            except OSError:
                break
        with contextlib.suppress(OSError):
            answer = wire.recv(4096)
    assert not answer or answer.startswith(b"HTTP/1.1 431 ")


def test_whoever_does_not_fetch_his_answer_is_let_go(
    launch: Callable[..., Any], connect: Callable[[str], Any], patient: Json
) -> None:
    """Thirty clients ask for megabytes and read nothing: their time over, the memory is free; others are served."""
    running = launch("--patience", "1")
    client = connect(running.base)
    big = {"resource": patient | {"name": [{"text": "x" * 4000}]}, "request": CREATE}
    assert client.transact(*[big] * 1000).status_code == 200
    page = "Patient?_count=1000&_total=none"
    assert len(client.get(page).content) > 4_000_000
    process = running.process.pid
    rounds = [memory_after_idlers(running, client, page) for _ in range(3)]
    # What the first round made the allocator keep is used again by the others: 30 answers are 120 MB each time.
    assert rounds[2] - rounds[0] < 60_000_000
    assert held(process) < IDLERS


def memory_after_idlers(running: Any, client: Any, page: str) -> int:
    """Memory of a journal when it has let go of many who asked for a page and read nothing of it."""
    process, most = running.process.pid, 0
    with contextlib.ExitStack() as closing:
        for _ in range(IDLERS):
            wire = closing.enter_context(wire_to(running.base))
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            wire.sendall(f"GET /fhir/{page} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        until = time.monotonic() + 60
        while time.monotonic() < until and not (most >= IDLERS > held(process)):
            assert client.get("metadata").status_code == 200
            most = max(most, held(process))
            time.sleep(0.1)
        assert held(process) < IDLERS
    return memory(process)


def held(process: int) -> int:
    """How many connections a process has open."""
    found = 0
    for one in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(OSError):
            found += str(one.readlink()).startswith("socket:")
    return found


def test_whoever_hangs_up_in_an_export_holds_nothing(
    launch: Callable[..., Any], connect: Callable[[str], Any], patient: Json
) -> None:
    """A client that goes away while it fetches a file leaves the journal as it was: others get all of it."""
    running = launch()
    client = connect(running.base)
    big = {"resource": patient | {"name": [{"text": "x" * 4000}]}, "request": CREATE}
    assert client.transact(*[big] * 1000).status_code == 200
    kicked = client.get("$export", Prefer="respond-async", Accept="application/fhir+json")
    assert kicked.status_code == 202
    while (manifest := client.get(kicked.headers["Content-Location"])).status_code == 202:
        time.sleep(0.1)
    file = next(one["url"] for one in manifest.json()["output"] if one["type"] == "Patient")
    whole = client.get(file, Accept="application/fhir+ndjson").content
    before = memory(running.process.pid)
    for _ in range(20):
        with wire_to(running.base) as wire:
            wire.sendall(f"GET {file[file.index('/fhir') :]} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert wire.recv(1000).startswith(b"HTTP/1.1 200 ")
    assert client.get(file, Accept="application/fhir+ndjson").content == whole
    assert len(whole) > 4_000_000
    assert memory(running.process.pid) - before < 60_000_000


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_read_long_after_a_search_has_its_own_patience(store: Any, tmp_path: Path) -> None:
    """A row that takes some steps to find is not given up because the last search was long ago."""
    connection = SqliteDatabase(tmp_path).connect(patience=0.05)
    connection.rows("SELECT 1")
    time.sleep(0.1)
    steps = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 5000) SELECT count(*) FROM c"
    assert connection.row(steps) == (5000,)
    connection.close()
