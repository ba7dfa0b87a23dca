"""Starts the reference journal: ``python -m simulator.journal --open --port 8080``; or does one of its commands."""

import sys
from importlib import import_module
from typing import Final

ROOMS: Final = {
    "backup": "storage.command",
    "restore": "storage.command",
    "export": "bulk.command",
    "import": "bulk.command",
    "change": "changing",
}
"""Where each command is; only that is loaded, as a backup needs a fifth of what serving needs."""


def main(words: list[str]) -> int:
    """Does what the words say; gives the exit code."""
    room = ROOMS.get(words[0], "starting") if words else "starting"
    code: int = import_module(f"simulator.journal.{room}").run(words)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
