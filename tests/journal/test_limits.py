"""Limits on rate, time and page are kept, and said."""

import socket
import time
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]


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


def test_a_search_that_takes_too_long_is_given_up(
    launch: Callable[..., Any], connect: Callable[[str], Any], patient: Json
) -> None:
    """503 with code timeout when a search exceeds its time; the journal serves on."""
    client = connect(launch("--patience", "0.1").base)
    entry = {
        "resource": patient | {"name": [{"family": "x" * 2000 + "y"}]},
        "request": {"method": "POST", "url": "Patient"},
    }
    for _ in range(6):
        assert client.transact(*[entry] * 400).status_code == 200
    slow = client.get(f"Patient?name:contains={','.join(f'xxz{number}' for number in range(400))}")
    assert (slow.status_code, slow.json()["issue"][0]["code"]) == (503, "timeout")
    assert client.get("Patient?_count=1&_total=none").status_code == 200


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
