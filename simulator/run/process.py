"""Runs a part of the job as a process of its own, watched until it ends and never left behind."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

_TICK_S: Final = 0.2
_PATIENCE_S: Final = 20.0


def run_process(
    command: Sequence[str],
    log: Path,
    *,
    environment: Mapping[str, str],
    tick: Callable[[], None],
    cwd: Path | None = None,
) -> int:
    """Run ``command`` with all it says in ``log``, calling ``tick`` now and then; returns its exit code.

    Whatever ends the wait early (Ctrl-C among others), the process is asked to stop, and made to when it does not, or
    when whoever waits is interrupted again.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=dict(environment), cwd=cwd, stdout=output, stderr=output)
        try:
            while process.poll() is None:
                tick()
                time.sleep(_TICK_S)
        finally:
            _stop(process)
    return process.returncode


def ended(code: int) -> str:
    """How a process ended, in words: its exit code, or the signal that killed it."""
    return f"exit code {code}" if code >= 0 else f"killed by signal {-code}"


def last_lines(log: Path, count: int) -> str:
    """The last lines of a log that are not empty, for an error message."""
    lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    return " / ".join(lines[-count:]).rstrip(".")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            try:
                process.wait(timeout=_PATIENCE_S)
            finally:
                process.kill()  # nothing to one that has ended
                process.wait()
