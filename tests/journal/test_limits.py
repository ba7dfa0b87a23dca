"""Limits on rate, time and page are kept, and said."""

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

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


SLOW = f"name:contains={','.join(f'xxz{number}' for number in range(400))}"
CROWD = 1200


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
