"""Runs the conformance features against a running candidate, in a process of their own."""

import errno
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from simulator.candidates import Running
from simulator.domain.verdict import Verdict, VerdictOutcome, worst
from simulator.errors import BenchError
from simulator.histories import read_verdicts
from simulator.places import FEATURES
from simulator.run.folder import RunFolder
from simulator.run.progress import Watcher
from simulator.storage import disk_is_full, explained

_PYTEST_BROKEN = (3, 4)
_CANNOT_WRITE = {73: errno.EACCES, 74: errno.ENOSPC}


def run_features(
    folder: RunFolder, running: Running, candidate: str, watch: Watcher, only: dict[str, str]
) -> list[Verdict]:
    """Run the features; ``only`` may hold ``capability`` and ``requirement``. Returns the verdicts that fell.

    Raises BenchError when the features could not be run at all; a failed requirement is a verdict, not an error.
    """
    environment = {
        **os.environ,
        "JOURNALBENK_RUN": str(folder.path.resolve()),
        "JOURNALBENK_BASE_URL": running.base_url,
        "JOURNALBENK_CANDIDATE": str(Path(candidate).resolve()) if Path(candidate).is_file() else candidate,
        **{f"JOURNALBENK_{key.upper()}": value for key, value in only.items() if value},
    }
    command = [sys.executable, "-m", "pytest", str(FEATURES), "-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
    verdicts_file = folder.path / "verdicts.jsonl"
    log = folder.path / "features.log"
    with watch.stage("Conformance") as advance, log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, cwd=FEATURES.parent, stdout=output, stderr=output)
        try:
            while process.poll() is None:
                advance(_lines(verdicts_file))
                time.sleep(0.2)
        finally:
            _stop(process)
    if process.returncode in _CANNOT_WRITE:
        raise explained(_CANNOT_WRITE[process.returncode], folder.path)
    verdicts = read_verdicts(verdicts_file)
    if process.returncode in _PYTEST_BROKEN or (process.returncode and not verdicts):
        raise _broken(process.returncode, log)
    return verdicts


def by_requirement(verdicts: Iterable[Verdict]) -> dict[str, VerdictOutcome]:
    """The worst outcome of each requirement that a SHALL rule speaks for, or of all its rules when none does."""
    grouped: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        grouped.setdefault(verdict.requirement, []).append(verdict)
    return {
        requirement: worst(v.outcome for v in ([v for v in group if v.level == "SHALL"] or group))
        for requirement, group in sorted(grouped.items())
    }


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _broken(code: int, log: Path) -> BenchError:
    if disk_is_full(log):
        return explained(errno.ENOSPC, log)
    last = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()][-3:]
    return BenchError(
        f"the features could not be run (exit code {code}): {' / '.join(last)}",
        where=str(log),
        remedy="The whole output is in that file.",
    )
