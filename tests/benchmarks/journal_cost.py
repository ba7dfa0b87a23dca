"""What audit and security cost: the journal without a trail, open and secured, side by side in one run.

Each is pinned to one core and asked for the same creates and reads. Secured, an integration creates and a nurse reads
what she may read of her patient, both with tokens bound to a key: every request carries a DPoP proof of its own, which
is made before it is sent and holds for some seconds.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson

from tests.benchmarks.journal import drive, free_port, http, journal, measure, served, vital_sign, wait_for
from tests.journal.securing import HOME_CARE_SERVICE, NURSE, Callers, attest, in_care_of, of, ref
from tests.signing import start_neighbours

_REPEATS: Final = 3
_SECONDS: Final = 2.0
_PROOFS: Final = 6_000
"""Made beforehand for one measurement; more than are answered in its time."""
_AHEAD_S: Final = 4
"""A proof says that it was made so much later than now: it is taken from five seconds before that until six after."""
_ENTRIES: Final = 200

Rates = tuple[list[float], list[float]]
"""Creates and reads per CPU-second of the server, each several times."""


def run() -> list[dict[str, Any]]:
    """Rows for ``make bench``: creates and reads with a trail beside without one, and secured beside open."""
    with _serving(_unaudited) as (pid, port, folder):
        bare = measure(pid, port, folder)
    with _serving(journal) as (pid, port, folder):
        audited = measure(pid, port, folder)
    secured = _secured()
    rows = []
    for place, name in enumerate(("create", "read")):
        rows.append(_row(f"journal-{name}-audited", audited[place], bare[place], "the same journal without a trail"))
        rows.append(_row(f"journal-{name}-secured", secured[place], audited[place], "the same journal in open mode"))
    return rows


def _row(name: str, ours: list[float], theirs: list[float], baseline: str) -> dict[str, Any]:
    base = median(theirs)
    return {
        "name": name,
        "value": median(ours),
        "unit": "requests answered per server CPU-second",
        "baseline": baseline,
        "baseline_value": base,
        "ratio": median(ours) / base,
        "target": None,
        "n": len(ours),
        "low": min(ours) / base,
        "high": max(ours) / base,
    }


def _unaudited(port: int, folder: str) -> list[str]:
    own = journal(port, folder)
    return [*own[:2], "tests.benchmarks.unaudited", *own[3:]]


@contextmanager
def _serving(command: Callable[[int, str], list[str]]) -> Iterator[tuple[int, int, Path]]:
    with TemporaryDirectory() as folder, served(command(port := free_port(), folder)) as pid:
        yield pid, port, Path(folder)


def _secured() -> Rates:
    with ExitStack() as ending:
        folder = Path(ending.enter_context(TemporaryDirectory()))
        signer = ending.enter_context(start_neighbours(folder))
        port = free_port()
        command = [sys.executable, "-m", "simulator.journal", "--issuer", signer.issuer, "--port", str(port)]
        pid = ending.enter_context(served([*command, "--data", str(folder / "data")]))
        base = f"http://127.0.0.1:{port}/fhir"
        wait_for(base)
        callers = Callers(signer, base)
        patient = in_care_of(callers, callers.put_in(HOME_CARE_SERVICE)[0])
        subject = {"subject": ref(patient)}
        bodies = [vital_sign(number) | subject for number in range(_ENTRIES)]
        for body in bodies:
            del body["performer"]
        stored = callers.put_in(*bodies)
        creates = [("POST", "/fhir/Observation", orjson.dumps(body)) for body in bodies]
        reads = [("GET", f"/fhir/Observation/{one['id']}", b"") for one in stored]
        nurse, integration = callers.person(NURSE, attest(NURSE, of(patient))), callers.system()
        made = [_drive(callers, integration, creates, pid, folder) for _ in range(_REPEATS + 1)]
        return made[1:], [_drive(callers, nurse, reads, pid, folder) for _ in range(_REPEATS + 1)][1:]


def _drive(callers: Callers, token: str, asked: list[tuple[str, str, bytes]], pid: int, folder: Path) -> float:
    """Requests answered per CPU-second, each with a proof of its own."""
    callers.get(token, "metadata")  # a nonce that holds now
    port = int(callers.base.partition("//")[2].partition("/")[0].partition(":")[2])
    now, wire = int(time.time()), []
    for number in range(_PROOFS):
        method, path, body = asked[number % len(asked)]
        address = callers.base + path.removeprefix("/fhir")
        proof = callers.signer.proof(method, address, token=token, nonce=callers.nonce, iat=now + _AHEAD_S)
        wire.append(http(method, path, body, Authorization=f"DPoP {token}", DPoP=proof))
    return drive(pid, port, wire, folder, _SECONDS)
