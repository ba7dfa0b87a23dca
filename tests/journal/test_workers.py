"""Sixty-four clients on one record, and several processes on one database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest
import requests

from simulator.journal.shelf import Shelf

Json = dict[str, Any]
CLIENTS = 64


@pytest.fixture(params=["1", "2"])
def crowd(
    request: pytest.FixtureRequest, launch: Callable[..., Any], connect: Callable[[str], Any]
) -> Callable[[Callable[[Any, int], Any]], list[Any]]:
    """Runs an action from many clients at once against a journal of one process, and of two."""
    base = launch("--workers", request.param).base
    clients = [connect(base) for _ in range(CLIENTS)]
    barrier = Barrier(CLIENTS)

    def run(action: Callable[[Any, int], Any]) -> list[Any]:
        def one(position: int) -> Any:
            barrier.wait(timeout=30)
            return action(clients[position], position)

        with ThreadPoolExecutor(CLIENTS) as pool:
            return list(pool.map(one, range(CLIENTS)))

    return run


def test_no_change_of_many_is_lost(crowd: Callable[..., list[Any]], patient: Json) -> None:
    """64 clients each add a name under If-Match until they succeed: all names are there, and versions only rise."""

    def add(client: Any, position: int) -> int:
        client.send(
            "POST", "Patient", patient, If_None_Exist=f"identifier=urn:test|{patient['identifier'][0]['value']}"
        )
        (who,) = client.ids(f"Patient?identifier=urn:test|{patient['identifier'][0]['value']}")
        while True:
            answer = client.get(f"Patient/{who}")
            body = answer.json()
            body["name"] = [*body["name"], {"family": f"Name{position}"}]
            done = client.send("PUT", f"Patient/{who}", body, If_Match=answer.headers["ETag"])
            if done.status_code == 200:
                return int(done.json()["meta"]["versionId"])
            assert done.status_code == 412

    def look(client: Any, position: int) -> Json | None:
        if position:
            return None
        (who,) = client.ids(f"Patient?identifier=urn:test|{patient['identifier'][0]['value']}")
        return {"now": client.get(f"Patient/{who}").json(), "past": client.get(f"Patient/{who}/_history").json()}

    assert sorted(crowd(add)) == list(range(2, CLIENTS + 2))
    found = crowd(look)[0]
    assert {name["family"] for name in found["now"]["name"]} == {"Nordås", *(f"Name{n}" for n in range(CLIENTS))}
    past = [entry["resource"]["meta"] for entry in found["past"]["entry"]]
    assert found["past"]["total"] == CLIENTS + 1
    assert [int(meta["versionId"]) for meta in past] == sorted((int(m["versionId"]) for m in past), reverse=True)
    assert [meta["lastUpdated"] for meta in past] == sorted({meta["lastUpdated"] for meta in past}, reverse=True)


def test_one_of_many_wins_each_precondition(crowd: Callable[..., list[Any]], patient: Json, mark: str) -> None:
    """Of 64 at once one creates under If-None-Exist, one under If-None-Match: *, and one changes under If-Match."""
    body = patient | {"id": mark}

    def create(client: Any, _: int) -> tuple[int, str]:
        answer = client.send("POST", "Patient", patient, If_None_Exist=f"identifier=urn:test|{mark}")
        return answer.status_code, answer.json()["id"]

    def claim(client: Any, _: int) -> int:
        return int(client.send("PUT", f"Patient/{mark}", body, If_None_Match="*").status_code)

    def change(client: Any, position: int) -> int:
        changed = body | {"multipleBirthInteger": position}
        return int(client.send("PUT", f"Patient/{mark}", changed, If_Match='W/"1"').status_code)

    made = crowd(create)
    assert len({identity for _, identity in made}) == 1
    assert sorted(status for status, _ in made) == [200] * (CLIENTS - 1) + [201]
    assert sorted(crowd(claim)) == [201] + [412] * (CLIENTS - 1)
    assert sorted(crowd(change)) == [200] + [412] * (CLIENTS - 1)


def test_every_process_knows_every_cursor(
    launch: Callable[..., Any], connect: Callable[[str], Any], patient: Json
) -> None:
    """A search begun at one process goes on at any other; a new connection for each page."""
    base = launch("--workers", "3").base
    client = connect(base)
    made = [client.create(patient)["id"] for _ in range(24)]
    for query in ("_count=2", "_count=2&_sort=-_lastUpdated"):
        found: list[str] = []
        url = f"{base}/Patient?{query}"
        while url:
            page = requests.get(url, timeout=20).json()
            found += [entry["resource"]["id"] for entry in page["entry"]]
            url = next((link["url"] for link in page["link"] if link["relation"] == "next"), "")
        assert sorted(found) == sorted(made)
    assert client.get("Patient?_cursor=../../journal.sqlite").status_code == 410


def test_a_worker_that_dies_is_replaced_and_all_end_together(
    launch: Callable[..., Any], patient: Json, tmp_path: Path
) -> None:
    """After kill -9 of every worker the journal serves on with what was acknowledged; SIGTERM ends all with code 0."""
    running = launch("--workers", "2", data=tmp_path / "kept")
    who = requests.post(
        f"{running.base}/Patient", json=patient, timeout=20, headers={"Content-Type": "application/fhir+json"}
    )
    first = children(running.process.pid)
    for worker in first:
        os.kill(worker, signal.SIGKILL)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            answer = requests.get(f"{running.base}/Patient/{who.json()['id']}", timeout=5)
            break
        except requests.exceptions.RequestException:
            time.sleep(0.1)
    assert answer.json() == who.json()
    while len(children(running.process.pid)) < 2 and time.monotonic() < until:
        time.sleep(0.1)
    second = children(running.process.pid)
    assert len(set(second) - set(first)) == 2
    assert running.stop() == 0
    assert not any(Path(f"/proc/{worker}").exists() for worker in second)


def test_a_change_loses_nobody(launch: Callable[..., Any], patient: Json, tmp_path: Path) -> None:
    """While all processes are changed under writes and reads every one is answered, and other processes serve after."""
    running = launch("--workers", "2", data=tmp_path / "kept")
    before, over = children(running.process.pid), Event()

    def work() -> list[int]:
        session, statuses = requests.Session(), []
        while not over.is_set():
            made = session.post(
                f"{running.base}/Patient", json=patient, timeout=20, headers={"Content-Type": "application/fhir+json"}
            )
            read = session.get(f"{running.base}/Patient/{made.json()['id']}", timeout=20)
            statuses += [made.status_code, read.status_code]
        session.close()
        return statuses

    with ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(work) for _ in range(4)]
        command = [sys.executable, "-m", "simulator.journal", "change", "--data", str(tmp_path / "kept")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        over.set()
        statuses = [status for worker in workers for status in worker.result()]
    assert (done.returncode, done.stderr) == (0, "")
    assert set(statuses) == {200, 201}
    after = children(running.process.pid)
    assert len(after) == 2
    assert not set(before) & set(after)
    assert running.stop() == 0


def test_a_single_process_cannot_be_changed(tmp_path: Path) -> None:
    """Without several processes nobody could serve meanwhile, and the command says so."""
    command = [sys.executable, "-m", "simulator.journal", "change", "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--workers 2 or more" in done.stderr


def children(pid: int) -> list[int]:
    """The processes below one."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_what_another_process_has_tidied_away_is_passed_over(tmp_path: Path) -> None:
    """A remembered value that goes while the oldest are looked for is no failure, and the newest stay."""
    shelf = Shelf(tmp_path / "shelf", most=10)
    (tmp_path / "shelf" / "gone").symlink_to(tmp_path / "removed-meanwhile")
    for number in range(300):
        shelf.put(f"word-{number}", b"%d" % number)
    assert shelf.get("word-299") == b"299"
    assert shelf.get("word-0") is None
