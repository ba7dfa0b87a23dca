"""Runs the conformance features against a running candidate, in a process of their own."""

import errno
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from features.wording import faults_in, shipped
from simulator.candidates import Running
from simulator.domain.scenario import Selection
from simulator.domain.verdict import Verdict, VerdictOutcome, worst
from simulator.errors import BenchError, InputError
from simulator.histories import read_verdicts
from simulator.places import FEATURES
from simulator.run.folder import RunFolder
from simulator.run.process import ended, last_lines, run_process
from simulator.run.progress import Watcher
from simulator.storage import disk_is_full, explained, writing

_RAN = (0, 1)
"""pytest's exit codes when it came to the end: all passed, some failed. Any other and examples may be missing."""
_CANNOT_WRITE = {73: errno.EACCES, 74: errno.ENOSPC}


def check_features() -> None:
    """Raises InputError with file and line of whatever would leave an example without a verdict."""
    faults = faults_in(shipped())
    if faults:
        raise InputError("\n  ".join(faults))


def run_features(folder: RunFolder, running: Running, candidate: str, watch: Watcher, only: Selection) -> list[Verdict]:
    """Run the features of the capabilities and requirements in ``only``. Returns the verdicts that fell.

    Raises BenchError when the features could not be run at all; a failed requirement is a verdict, not an error.
    """
    environment = {
        # What somebody's own tests are run with (PYTEST_ADDOPTS) may leave examples out.
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        **running.environment,
        "JOURNALBENK_RUN": str(folder.path.resolve()),
        "JOURNALBENK_BASE_URL": running.base_url,
        "JOURNALBENK_CANDIDATE": str(Path(candidate).resolve()) if Path(candidate).is_file() else candidate,
        "JOURNALBENK_CAPABILITY": ",".join(only.capabilities),
        "JOURNALBENK_REQUIREMENT": ",".join(only.requirements),
    }
    command = [sys.executable, "-m", "pytest", str(FEATURES), "-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
    verdicts_file, log = folder.path / "verdicts.jsonl", folder.path / "features.log"
    with watch.stage("Conformance") as advance, writing(log):
        code = run_process(
            command, log, environment=environment, tick=lambda: advance(_lines(verdicts_file)), cwd=FEATURES.parent
        )
    if code in _CANNOT_WRITE:
        raise explained(_CANNOT_WRITE[code], folder.path)
    verdicts = read_verdicts(verdicts_file)
    if code not in _RAN or (code and not verdicts):
        raise _broken(code, log)
    return verdicts


def by_requirement(verdicts: Iterable[Verdict]) -> tuple[dict[str, VerdictOutcome], dict[str, VerdictOutcome]]:
    """The worst outcome of each requirement: of those that SHALL rules speak for, and of those that only others do."""
    required: dict[str, list[VerdictOutcome]] = {}
    others: dict[str, list[VerdictOutcome]] = {}
    for verdict in verdicts:
        (required if verdict.level == "SHALL" else others).setdefault(verdict.requirement, []).append(verdict.outcome)
    advised = {name: found for name, found in others.items() if name not in required}
    first, second = ({name: worst(found) for name, found in sorted(one.items())} for one in (required, advised))
    return first, second


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _broken(code: int, log: Path) -> BenchError:
    if disk_is_full(log):
        return explained(errno.ENOSPC, log)
    return BenchError(
        f"the features could not be run ({ended(code)}): {last_lines(log, 3)}",
        where=str(log),
        remedy="The whole output is in that file.",
    )
