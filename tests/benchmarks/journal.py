"""How many durable creates and how many reads a CPU-second of the reference journal serves, against SEKMET.

Both servers run pinned to one core, one after the other, with the same bodies; the client has the other cores. Server
CPU is user and system time of the server's whole process tree from /proc, so neighbours on the machine cost little. A
create is answered when it is on the disk, and each create and read leaves an AuditEvent: the figures include both.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson
import requests

from tests.benchmarks import journal_client

_CONNECTIONS: Final = 32
_SECONDS: Final = 4.0
_REPEATS: Final = 3
_KEPT: Final = 500
_SOAK: Final = 80.0
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_HEADERS: Final = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"}


def vital_sign(number: int) -> dict[str, Any]:
    """A pulse taken at a home visit."""
    category = {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [category]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}]},
        "subject": {"reference": f"Patient/{number % 97}"},
        "performer": [{"reference": f"Practitioner/{number % 13}"}],
        "effectiveDateTime": f"2026-01-{number % 28 + 1:02d}T10:00:00+01:00",
        "valueQuantity": {
            "value": 60 + number % 40,
            "unit": "/min",
            "system": "http://unitsofmeasure.org",
            "code": "/min",
        },
        "note": [{"text": "Synthetic note of a home visit. " * 4}],
    }


def http(method: str, path: str, body: bytes = b"", **fields: str) -> bytes:
    """A request as it goes over the wire, with more header fields by name."""
    head = [f"{method} {path} HTTP/1.1", "Host: bench", "Accept: application/fhir+json"]
    head += [f"{name}: {value}" for name, value in fields.items()]
    if body:
        head += ["Content-Type: application/fhir+json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode() + body


def cpu_seconds(pid: int) -> float:
    """User and system seconds of a process and all below it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return (int(fields[11]) + int(fields[12])) / _TICKS + sum(cpu_seconds(int(child)) for child in children)


def memory(pid: int) -> float:
    """Resident memory of one process in MB, without the pages of files it maps, which are the kernel's to take back."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(status["RssAnon"].split()[0]) / 1024


@contextmanager
def served(command: list[str]) -> Iterator[int]:
    """The process of a server pinned to the machine's first core, ended with the block."""
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}),  # noqa: PLW1509  single-threaded here
    ) as process:
        try:
            yield process.pid
        finally:
            process.terminate()


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for(base: str) -> None:
    """Waits until a server answers."""
    for _ in range(300):
        with suppress(requests.exceptions.ConnectionError):
            requests.get(f"{base}/metadata", timeout=60).raise_for_status()
            return
        time.sleep(0.2)
    raise RuntimeError(f"{base} does not answer")


def drive(pid: int, port: int, wire: list[bytes], folder: Path, seconds: float = _SECONDS) -> float:
    """Requests answered per CPU-second of a server; a refused one is an error."""
    journal_client.write(folder / "requests", wire)
    command = [sys.executable, "-m", "tests.benchmarks.journal_client", f"127.0.0.1:{port}", str(folder / "requests")]
    used = cpu_seconds(pid)
    done = subprocess.run(
        [*command, str(_CONNECTIONS), str(seconds)],
        capture_output=True,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {max(os.sched_getaffinity(0))}),
    )
    result = orjson.loads(done.stdout)
    if result["failed"]:
        raise RuntimeError(f"{result['failed']} of {result['answered']} requests were refused")
    return float(result["answered"]) / (cpu_seconds(pid) - used)


def measure(pid: int, port: int, folder: Path) -> tuple[list[float], list[float]]:
    """Creates and reads per CPU-second, each several times."""
    base = f"http://127.0.0.1:{port}/fhir"
    wait_for(base)
    bodies = [orjson.dumps(vital_sign(number)) for number in range(_KEPT)]
    creates = [http("POST", "/fhir/Observation", body) for body in bodies]
    stored = [requests.post(f"{base}/Observation", body, headers=_HEADERS, timeout=30) for body in bodies]
    reads = [http("GET", f"/fhir/Observation/{answer.json()['id']}") for answer in stored]
    for wire in (creates, reads):
        drive(pid, port, wire, folder, 0.5)
    made = [drive(pid, port, creates, folder) for _ in range(_REPEATS)]
    return made, [drive(pid, port, reads, folder) for _ in range(_REPEATS)]


def run() -> list[dict[str, Any]]:
    """Rows for ``make bench``: ``journal-create``, ``journal-read`` and ``journal-memory``, the soak."""
    with TemporaryDirectory() as folder, served(journal(port := free_port(), folder)) as pid:
        made, read = measure(pid, port, Path(folder))
    with TemporaryDirectory() as folder, served(sekmet(port := free_port(), Path(folder))) as pid:
        their_made, their_read = measure(pid, port, Path(folder))
    with TemporaryDirectory() as folder, served(journal(port := free_port(), folder)) as pid:
        early, late = soak(pid, port, Path(folder), float(os.environ.get("JOURNAL_SOAK_SECONDS", _SOAK)))
    return [
        _row("journal-create", "durable creates per server CPU-second", made, their_made, 3_000),
        _row("journal-read", "reads per server CPU-second", read, their_read, 15_000),
        {
            "name": "journal-memory",
            "value": late,
            "unit": "MB resident at the end of a soak of creates, reads and searches",
            "baseline": "the same journal after the first half of it",
            "baseline_value": early,
            "ratio": early / late,
            "target": 0.9,
            "n": 1,
            "low": early / late,
            "high": early / late,
        },
    ]


def _row(name: str, unit: str, ours: list[float], theirs: list[float], target: int) -> dict[str, Any]:
    base = median(theirs)
    return {
        "name": name,
        "value": median(ours),
        "unit": unit,
        "baseline": "SEKMET",
        "baseline_value": base,
        "ratio": median(ours) / base,
        "target": target,
        "target_of": "value",
        "n": _REPEATS,
        "low": min(ours) / base,
        "high": max(ours) / base,
    }


def journal(port: int, folder: str) -> list[str]:
    """The command that serves the reference journal in open mode."""
    return [sys.executable, "-m", "simulator.journal", "--open", "--port", str(port), "--data", folder]


def sekmet(port: int, folder: Path) -> list[str]:
    """The command that serves SEKMET, and its settings."""
    settings = {
        "base_url": f"http://127.0.0.1:{port}/fhir",
        "data_dir": str(folder / "store"),
        "simulator": {"enabled": False},
        "log_inbound": False,
    }
    (folder / "settings.yaml").write_bytes(orjson.dumps(settings))
    command = str(Path(sys.executable).with_name("sekmet"))
    return [command, "serve", "-c", str(folder / "settings.yaml"), "--host", "127.0.0.1", "--port", str(port)]


def soak(pid: int, port: int, folder: Path, seconds: float) -> tuple[float, float]:
    """Resident MB after half of the time and at its end, under a steady mix with searches and updates in it.

    An hour of it: ``JOURNAL_SOAK_SECONDS=3600 make bench``.
    """
    base = f"http://127.0.0.1:{port}/fhir"
    wait_for(base)
    wire = []
    for number in range(_KEPT):
        identity, body = f"soak-{number}", vital_sign(number)
        wire += [
            http("PUT", f"/fhir/Observation/{identity}", orjson.dumps(body | {"id": identity})),
            *[http("GET", f"/fhir/Observation/{identity}")] * 5,
            http("POST", "/fhir/Observation", orjson.dumps(body)),
            http("GET", f"/fhir/Observation?patient=Patient/{number % 97}&_count=10&_sort=-date"),
        ]
    for number in range(_KEPT):
        body = vital_sign(number) | {"id": f"soak-{number}"}
        requests.put(f"{base}/Observation/soak-{number}", json=body, headers=_HEADERS, timeout=30).raise_for_status()
    drive(pid, port, wire, folder, seconds / 2)
    early = memory(pid)
    drive(pid, port, wire, folder, seconds / 2)
    return early, memory(pid)
