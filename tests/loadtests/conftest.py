"""A load folder with a small trace, a scripted server, and the load generator as a process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from simulator.domain import tables
from simulator.places import ROOT

START = datetime(2026, 1, 12, 7, 0, tzinfo=UTC)
SERVER = Path(__file__).with_name("scripted_server.py")


@dataclass
class Script:
    """Builds the rows of ``interactions.parquet`` one by one."""

    start: datetime = START
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, verb: str, kind: str, at_s: float = -60.0, **more: Any) -> str:
        """Append an interaction at ``at_s`` seconds from the window's start; returns its id."""
        name = f"00000000-0000-8000-8000-{len(self.rows):012d}"
        row = dict.fromkeys(tables.INTERACTIONS)
        row |= {"interaction": name, "seq": len(self.rows), "phase": "care" if at_s >= 0 else "record", "event": -1}
        row |= {"at": self.start + timedelta(seconds=at_s), "resident": -1, "profession": "gp.doctor"}
        row |= {"pathway": "gp-consultation", "verb": verb, "type": kind, "query": "", "needs": []}
        if verb in {"create", "update"}:
            row["body"] = json.dumps({"resourceType": kind}).encode()
        self.rows.append(row | more)
        return name

    def patient(self, resident: int) -> str:
        """A patient to seed."""
        return self.add("create", "Patient", resident=resident, if_none_exist=f"identifier=x|{resident}")

    def frame(self) -> pl.DataFrame:
        """The rows as ``tables.INTERACTIONS``."""
        return pl.DataFrame(self.rows, schema=tables.INTERACTIONS)

    def write(self, folder: Path) -> Path:
        """Write ``interactions.parquet``; returns the folder."""
        self.frame().write_parquet(folder / "interactions.parquet")
        return folder


@pytest.fixture
def script() -> Script:
    """An empty trace to add to."""
    return Script()


@pytest.fixture
def visits(script: Script) -> Callable[[int, float], Script]:
    """Fills the trace: ``count`` observations, ``gap_s`` apart, of as many patients as there are up to 50."""

    def fill(count: int, gap_s: float) -> Script:
        patients = [script.patient(i) for i in range(min(count, 50))]
        for i in range(count):
            who = i % len(patients)
            body = json.dumps({"resourceType": "Observation", "subject": {"reference": f"urn:uuid:{patients[who]}"}})
            more = {"body": body.encode(), "needs": [patients[who]], "event": i}
            script.add("create", "Observation", i * gap_s, resident=who, **more)
        return script

    return fill


@dataclass
class Server:
    """A scripted server that runs."""

    url: str
    log: Path

    def requests(self) -> list[dict[str, Any]]:
        """What it got, in order."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()] if self.log.exists() else []

    def care(self) -> list[dict[str, Any]]:
        """What it got by the clock: no transactions, Patients or reads."""
        return [r for r in self.requests() if r["path"] not in {"/fhir", "/fhir/Patient"} and r["method"] != "GET"]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts a scripted server with options."""
    processes: list[subprocess.Popen[str]] = []

    def start(**options: object) -> Server:
        log = tmp_path / f"server-{len(processes)}.jsonl"
        arguments = [f"{key}={value}" for key, value in options.items()]
        command = [sys.executable, str(SERVER), str(log), *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout
        return Server(f"http://127.0.0.1:{int(process.stdout.readline())}/fhir", log)

    yield start
    for process in processes:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


@dataclass
class Run:
    """What a run of the load generator left."""

    folder: Path
    code: int
    said: str

    @property
    def load(self) -> pl.DataFrame:
        """Its rows."""
        return pl.read_parquet(self.folder / "load.parquet")

    @property
    def generator(self) -> dict[str, Any]:
        """Its account of itself."""
        account: dict[str, Any] = json.loads((self.folder / "generator.json").read_bytes())
        return account


def command(folder: Path, url: str, options: Sequence[str]) -> list[str]:
    window = ["--window-start", START.isoformat(), "--seconds", "60", "--slots", "32"]
    return [sys.executable, "-m", "loadtests", str(folder), "--base-url", url, *window, *options]


@pytest.fixture
def drive(tmp_path: Path) -> Callable[..., Run]:
    """Writes a trace and runs the load generator on it to its end."""

    def run(script: Script, url: str, *options: str, **variables: str) -> Run:
        folder = tmp_path / "load"
        folder.mkdir(exist_ok=True)
        script.write(folder)
        done = subprocess.run(
            command(folder, url, options),
            cwd=ROOT,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Run(folder, done.returncode, done.stderr)

    return run


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., tuple[Path, subprocess.Popen[bytes]]]]:
    """Writes a trace and starts the load generator on it."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(script: Script, url: str, *options: str) -> tuple[Path, subprocess.Popen[bytes]]:
        folder = tmp_path / "load"
        folder.mkdir()
        script.write(folder)
        processes.append(subprocess.Popen(command(folder, url, options), cwd=ROOT, stderr=subprocess.DEVNULL))
        return folder, processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()
