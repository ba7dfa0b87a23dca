"""The command ``change`` of ``python -m simulator.journal``: another version serves, and nobody notices."""

import argparse
import os
import signal
import sys
import time
from pathlib import Path
from typing import Final

from simulator.journal.workers import TEAM

WORDS: Final = ("change",)
PATIENCE_S: Final = 60.0


def run(words: list[str]) -> int:
    """Asks a journal of several processes to serve with the program now on the disk; 0 when it does, 2 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m simulator.journal", description="Change without downtime.")
    parser.add_argument("command", choices=WORDS)
    parser.add_argument("--data", type=Path, required=True, help="folder of the journal that serves")
    file = parser.parse_args(words).data / TEAM
    try:
        leader, before = _read(file)
        os.kill(leader, signal.SIGHUP)
    except (OSError, ValueError):
        sys.stderr.write(f"journal: nothing to change at {file.parent}; it must serve with --workers 2 or more\n")
        return 2
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        time.sleep(0.05)
        if _read(file)[1] > before:
            return 0
    sys.stderr.write("journal: the change did not come about; the former processes serve on\n")
    return 2


def _read(file: Path) -> tuple[int, int]:
    """The process to ask, and how many changes there have been."""
    leader, _, changes = file.read_text(encoding="ascii").partition(" ")
    return int(leader), int(changes)
