"""A part of the job as a process: watched to its end, and never left behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.run import process

STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.getpid(), flush=True)
time.sleep(60)
"""


def test_who_is_interrupted_twice_leaves_nothing_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that does not stop when asked is killed when whoever waits for that is interrupted."""
    log = tmp_path / "log"

    def interrupt() -> None:
        if log.read_text("utf-8").strip():
            monkeypatch.setattr(subprocess.Popen, "wait", impatient)
            raise KeyboardInterrupt

    wait = subprocess.Popen.wait

    def impatient(child: "subprocess.Popen[bytes]", timeout: float | None = None) -> int:
        if timeout is not None:
            raise KeyboardInterrupt
        return wait(child)

    with pytest.raises(KeyboardInterrupt):
        process.run_process([sys.executable, "-c", STUBBORN], log, environment=os.environ, tick=interrupt)
    with pytest.raises(ProcessLookupError):
        os.kill(int(log.read_text("utf-8")), 0)


def test_what_does_not_stop_is_made_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first reason for ending stays the one that is told."""
    log = tmp_path / "log"
    monkeypatch.setattr(process, "_PATIENCE_S", 0.05)

    def fail() -> None:
        if log.read_text("utf-8").strip():
            raise ValueError("the reason")

    with pytest.raises(ValueError, match="the reason"):
        process.run_process([sys.executable, "-c", STUBBORN], log, environment=os.environ, tick=fail)
    with pytest.raises(ProcessLookupError):
        os.kill(int(log.read_text("utf-8")), 0)


@pytest.mark.parametrize(("code", "words"), [(3, "exit code 3"), (-9, "killed by signal 9")])
def test_how_a_process_ended_is_said_in_words(code: int, words: str) -> None:
    """A signal is no exit code."""
    assert process.ended(code) == words
