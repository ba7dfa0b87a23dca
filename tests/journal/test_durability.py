"""What is acknowledged stays, however the process ends."""

import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

Json = dict[str, Any]


def test_acknowledged_writes_survive_a_kill(
    launch: Callable[..., Any], connect: Callable[[str], Any], tmp_path: Path, patient: Json
) -> None:
    """With 100 clients writing, kill -9: on restart every acknowledged write is there, indexed and audited."""
    running = launch(data=tmp_path)
    acknowledged: list[Json] = []

    def write(position: int) -> None:
        client = connect(running.base)
        for round_ in range(1000):
            body = patient | {"identifier": [{"system": "urn:n", "value": f"{position}-{round_}"}]}
            try:
                answer = client.send("POST", "Patient", body)
            except requests.exceptions.RequestException:
                return
            if answer.status_code == 201:
                acknowledged.append(answer.json())
            if len(acknowledged) == 300:
                running.kill()

    with ThreadPoolExecutor(100) as pool:
        list(pool.map(write, range(100)))
    client = connect(launch(data=tmp_path).base)
    assert len(acknowledged) >= 300
    bundle = client.get("Patient?_count=1000").json()
    stored = {entry["resource"]["id"]: entry["resource"] for entry in bundle["entry"]}
    assert all(stored[one["id"]] == one for one in acknowledged)
    for whole in list(stored.values())[::20]:
        value = whole["identifier"][0]["value"]
        assert client.ids(f"Patient?identifier=urn:n|{value}") == [whole["id"]]
    creates = client.get("AuditEvent?subtype=create&_summary=count").json()["total"]
    assert creates == len(stored)


def test_a_restart_goes_on_where_it_was(
    launch: Callable[..., Any], connect: Callable[[str], Any], tmp_path: Path, patient: Json
) -> None:
    """SIGTERM ends with code 0; versions, index and the order of instants go on after a restart."""
    first = launch(data=tmp_path)
    client = connect(first.base)
    stored = client.create(patient)
    client.get(f"Patient/{stored['id']}")
    assert first.stop() == 0
    client = connect(launch(data=tmp_path).base)
    again = client.send("PUT", f"Patient/{stored['id']}", stored).json()
    assert again["meta"]["versionId"] == "2"
    assert again["meta"]["lastUpdated"] > stored["meta"]["lastUpdated"]
    assert client.get("AuditEvent?subtype=read&_summary=count").json()["total"] == 1


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_port_in_use_and_a_folder_in_use_are_said_in_one_line(launch: Callable[..., Any], tmp_path: Path) -> None:
    """Exit code 2 and one line on stderr, without a traceback."""
    running = launch(data=tmp_path)
    port = running.base.split(":")[2].split("/")[0]
    (tmp_path / "file").write_text("")
    for options in (
        ["--port", port],
        ["--port", "0", "--data", str(tmp_path)],
        ["--port", "0", "--data", str(tmp_path / "file")],
    ):
        ended = subprocess.run(
            [sys.executable, "-m", "simulator.journal", "--open", *options],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert ended.returncode == 2
        assert len(ended.stderr.splitlines()) == 1
        assert ended.stderr.startswith("journal: ")


def test_links_use_the_advertised_address(
    launch: Callable[..., Any], connect: Callable[[str], Any], patient: Json
) -> None:
    """Behind a proxy every link has the proxy's address, and references under it are the journal's own."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    running = launch("--port", str(port), "--base-url", "https://journal.example/fhir/")
    assert running.base == "https://journal.example/fhir"
    client = connect(f"http://127.0.0.1:{port}/fhir")
    answer = client.send("POST", "Patient", patient)
    assert answer.headers["Location"].startswith(f"{running.base}/Patient/")
    who = answer.json()["id"]
    client.create(patient | {"link": [{"other": {"reference": f"{running.base}/Patient/{who}"}, "type": "refer"}]})
    bundle = client.get(f"Patient?link=Patient/{who},x&_count=1").json()
    assert bundle["total"] == 1
    first = client.get("Patient?_count=1").json()
    assert [link["url"].startswith(f"{running.base}/Patient?_c") for link in first["link"]] == [True, True]
    assert client.get("metadata").json()["implementation"]["url"] == running.base
