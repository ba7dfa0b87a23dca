"""``make soak MINUTES=60``: journals under a mixed load at a moderate rate for long; is their memory flat?

An open journal of two processes and a secured one run side by side. The resident memory of every process of theirs is
sampled each ten seconds; ``runs/soak.json`` tells the samples, their start and end, and the slope with its interval,
with and without the pages of files that are mapped. The verdict is of the latter: the kernel may take the others back.
"""

import argparse
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson

from simulator.run.provenance import machine
from tests.benchmarks.slope import growth
from tests.benchmarks.soak_work import ACTS, SecuredWork, Work
from tests.journal.conftest import Client, Running, start
from tests.journal.securing import NURSE, Callers, attest
from tests.signing import start_neighbours

_EVERY_S: Final = 10.0
_SETTLING: Final = 0.5
"""The part of the time in which caches fill (pages of the database, statements, cursors); the slope is of the rest."""
_TOKEN_S: Final = 300.0
_CONNECTION: Final = 50
"""Requests on one connection."""
_EXPORT_S: Final = 120.0
_FLAT: Final = 0.01
"""Growth by less than this part of a process in an hour is flat, as is growth whose interval holds nought."""


class Anybody:
    """Sends to the open journal, on a new connection now and then, so that each of its processes has a part."""

    def __init__(self, base: str) -> None:
        self.client, self.sent = Client(base), 0

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One request."""
        self.sent += 1
        if self.sent % _CONNECTION == 0:
            self.client.session.close()
            self.client = Client(self.client.base)
        return self.client.send(method, path, body, **headers)


class Renewing:
    """Sends as a system whose tokens are renewed, as those of a long-lived integration are; or as a nurse."""

    def __init__(self, callers: Callers) -> None:
        self.callers = callers
        self.tokens: dict[str, tuple[str, float]] = {}

    def send(self, method: str, path: str, body: Any = None, *, pid: str = "", **headers: str) -> Any:
        """One request with a token that is still good: the nurse's for a patient with this number, or the system's."""
        token, until = self.tokens.get(pid, ("", 0.0))
        if time.monotonic() > until:
            token = self.callers.person(NURSE, attest(NURSE, pid)) if pid else self.callers.system()
            self.tokens[pid] = token, time.monotonic() + _TOKEN_S
        return self.callers.send(token, method, path, body, **headers)


@contextmanager
def journals(folder: Path) -> Iterator[tuple[list[Running], list[Any]]]:
    """An open and a secured journal, and a sender for each of four workers, two a journal."""
    with ExitStack() as ending:
        signer = ending.enter_context(start_neighbours(folder))
        open_one = start("--data", str(folder / "open"), "--workers", "2")
        ending.callback(_end, open_one)
        secured = start("--data", str(folder / "secured"), "--issuer", signer.issuer)
        ending.callback(_end, secured)
        senders = [Anybody(open_one.base).send for _ in range(2)]
        senders += [Renewing(Callers(signer, secured.base)).send for _ in range(2)]
        yield [open_one, secured], senders


def _end(running: Running) -> None:
    if running.stop() != 0:
        raise RuntimeError(f"the journal at {running.base} did not end well")


def family(pid: int) -> list[int]:
    """A process and all below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def resident(pid: int) -> dict[str, float]:
    """Resident MB of one process: all, and without the pages of files it maps."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {name: int(status[key].split()[0]) / 1024 for name, key in (("rss", "VmRSS"), ("anonymous", "RssAnon"))}


def drive(work: Work, rate: float, ended: threading.Event) -> None:
    """Acts at a steady rate; one that comes too late is not made up for."""
    following, exported = time.monotonic(), time.monotonic() + work.seed * _EXPORT_S / 4
    while not ended.is_set():
        if time.monotonic() > exported:
            work.counts[f"export {work.export().status_code}"] += 1
            exported = time.monotonic() + _EXPORT_S
        work.act()
        following = max(following + 1 / rate, time.monotonic() - 1 / rate)
        ended.wait(max(0.0, following - time.monotonic()))


@contextmanager
def driven(works: list[Work], rate: float) -> Iterator[None]:
    """All of them at once, with ``rate`` acts a second together, until it is left."""
    ended = threading.Event()
    threads = [threading.Thread(target=drive, args=(work, rate / len(works), ended)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def sample(processes: dict[str, int], seconds: float) -> list[dict[str, Any]]:
    """Rows of time, process and memory, each ten seconds."""
    began, rows = time.monotonic(), []
    while time.monotonic() < began + seconds:
        rows += [{"at": time.monotonic() - began, "process": name, **resident(pid)} for name, pid in processes.items()]
        time.sleep(_EVERY_S)
    return rows


def told(rows: list[dict[str, Any]], minutes: float) -> dict[str, Any]:
    """What the samples of one process say."""
    settled = [row for row in rows if row["at"] >= minutes * 60 * _SETTLING]
    found: dict[str, Any] = {}
    for key in ("rss", "anonymous"):
        values = {"start": rows[0][key], "settled": settled[0][key], "end": settled[-1][key]}
        values["most"] = max(row[key] for row in rows)
        line = growth([row["at"] for row in settled], [row[key] for row in settled])
        found[key] = {name: round(value, 2) for name, value in values.items()} | line
    own = found["anonymous"]
    within = own["slope_per_hour"] < _FLAT * own["end"]
    return found | {"flat": None if own["low"] is None else bool(own["low"] <= 0 or within)}


def soak(minutes: float, rate: float, folder: Path) -> dict[str, Any]:
    """Runs it all; the result as it is written."""
    with journals(folder) as (running, senders):
        works = [(Work if n < 2 else SecuredWork)(send, n) for n, send in enumerate(senders)]
        for work in works:
            work.prepare()
        open_one, secured = (family(one.process.pid) for one in running)
        names = ["open, parent", *(f"open, worker {n}" for n in range(1, len(open_one)))]
        processes = dict(zip([*names, "secured"], [*open_one, secured[0]], strict=True))
        with driven(works, rate):
            rows = sample(processes, minutes * 60)
        same = [family(one.process.pid) for one in running] == [open_one, secured]
    counts = sum((work.counts for work in works), Counter[str]())
    heads = [_verified(folder / name) for name in ("open", "secured")]
    return {
        "minutes": minutes,
        "rate": rate,
        "acts": sum(counts.values()),
        "by_status": dict(sorted(counts.items())),
        "failed": sum(number for name, number in counts.items() if name.split()[1] >= "500"),
        "processes_survived": same,
        "audit_chains": heads,
        "processes": {name: told([r for r in rows if r["process"] == name], minutes) for name in processes},
        "machine": machine(),
        "samples": rows,
    }


def _interrupted(*_: object) -> None:
    """Ends it as Ctrl-C does, so that the journals end with it."""
    raise KeyboardInterrupt


def _verified(data: Path) -> str:
    command = [sys.executable, "-m", "simulator.journal", "--verify", "--data", str(data)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


WORDS: Final = {True: "flat", False: "GROWS", None: "too short to say"}


def main() -> int:
    """Soaks, writes, and tells; 1 when memory is not flat or a request failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=60.0, help="acts a second, of both journals together")
    parser.add_argument("--out", type=Path, default=Path("runs/soak.json"))
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        with TemporaryDirectory() as folder:
            found = soak(options.minutes, options.rate, Path(folder))
    except KeyboardInterrupt:
        print("stopped; its journals have ended", file=sys.stderr)
        return 130
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))
    for name, one in found["processes"].items():
        for key in ("rss", "anonymous"):
            line = one[key]
            print(f"{name}, {key}: {line['start']} MB, settled {line['settled']}, end {line['end']}, ", end="")
            print(f"most {line['most']}; {line['slope_per_hour']} MB/h ({line['low']} to {line['high']})")
        print(f"{name}: {WORDS[one['flat']]}")
    print(f"{found['acts']} acts of {len(ACTS) + 1} kinds, {found['failed']} failed; written to {options.out}")
    fine = found["processes_survived"] and not found["failed"]
    return 0 if fine and all(one["flat"] is not False for one in found["processes"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
