"""How many requests a CPU-second of the load generator sends, against Locust's FastHttpUser on the same server.

Ours counts everything done per request: making it, filling references that only earlier answers give, keeping the
order within a resident, recording it, and feeding Locust's statistics.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson
import polars as pl

from simulator.domain import tables
from simulator.places import ROOT

_REPEATS: Final = 5
_RESIDENTS: Final = 4000
_START: Final = datetime(2026, 1, 12, 8, 0, tzinfo=UTC)
_HERE: Final = Path(__file__).parent
_NOTE: Final = "Synthetic note of a home visit. " * 30


def run() -> list[dict[str, Any]]:
    """One row: the figure ``generator_requests``, with the ratio's lowest and highest over the repeats."""
    pairs = [_once() for _ in range(_REPEATS)]
    ratios = sorted(ours / theirs for ours, theirs in pairs)
    return [
        {
            "name": "generator_requests",
            "value": median(ours for ours, _ in pairs),
            "unit": "requests per generator CPU-second",
            "baseline": "Locust FastHttpUser",
            "baseline_value": median(theirs for _, theirs in pairs),
            "ratio": median(ratios),
            "target": 2.0,
            "n": _REPEATS,
            "low": ratios[0],
            "high": ratios[-1],
        }
    ]


def _once() -> tuple[float, float]:
    with TemporaryDirectory() as temporary, _server() as url:
        folder = Path(temporary)
        bodies = folder / "bodies.json"
        bodies.write_bytes(orjson.dumps([_body("Encounter", "Patient/1"), _body("Observation", "Encounter/1")]))
        theirs = _python([str(_HERE / "load_baseline.py"), url, str(bodies), str(3 * _RESIDENTS)])
        _trace().write_parquet(folder / "interactions.parquet")
        options = ["--window-start", _START.isoformat(), "--seconds", "1", "--slots", "32", "--read-back", "1"]
        _python(["-m", "loadtests", temporary, "--base-url", f"{url}/fhir", *options])
        generator = orjson.loads((folder / "generator.json").read_bytes())
    used = generator["cpu_seconds"] + generator["preparation_cpu_seconds"]
    return generator["answered"] / used, float(theirs)


def _trace() -> pl.DataFrame:
    """Per resident an Encounter, an Observation that refers to it, and a search, all due at once."""
    rows: list[dict[str, Any]] = []
    patient = _row(rows, "create", "Patient", 0, phase="record", body=_body("Patient", "Organization/1").encode())
    for resident in range(1, _RESIDENTS + 1):
        body = _body("Encounter", f"urn:uuid:{patient}").encode()
        encounter = _row(rows, "create", "Encounter", resident, body=body, needs=[patient])
        body = _body("Observation", f"urn:uuid:{encounter}").encode()
        _row(rows, "create", "Observation", resident, body=body, needs=[encounter])
        query = f"patient=urn:uuid:{patient}&_count=20"
        _row(rows, "search", "Observation", resident, query=query, needs=[patient])
    return pl.DataFrame(rows, schema=tables.INTERACTIONS)


def _row(rows: list[dict[str, Any]], verb: str, kind: str, resident: int, **more: Any) -> str:
    name = f"00000000-0000-8000-8000-{len(rows):012d}"
    row = dict.fromkeys(tables.INTERACTIONS) | {"interaction": name, "seq": len(rows), "phase": "care", "at": _START}
    row |= {"event": resident, "resident": resident, "profession": "home-care.nurse", "pathway": "home-care-round"}
    rows.append(row | {"verb": verb, "type": kind, "query": "", "needs": []} | more)
    return name


def _body(kind: str, reference: str) -> str:
    resource = {"resourceType": kind, "subject": {"reference": reference}, "note": [{"text": _NOTE}]}
    return orjson.dumps(resource).decode()


@contextmanager
def _server() -> Iterator[str]:
    command = [sys.executable, str(_HERE / "load_server.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def _python(arguments: list[str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=100, check=True
    )
    return done.stdout.strip()
