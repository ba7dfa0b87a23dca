"""The commands ``backup`` and ``restore`` of ``python -m simulator.journal``."""

import argparse
import sys
from pathlib import Path
from typing import Final

from simulator.journal.settings import Settings
from simulator.journal.storage.backup import BackupError, backup, restore
from simulator.journal.storage.opening import database, own
from simulator.journal.storage.seam import InUseError
from simulator.journal.storage.sqlite import FILE

WORDS: Final = ("backup", "restore")


def run(words: list[str]) -> int:
    """Does what the first word says; 0 when done, 2 with a line on stderr when it cannot be."""
    parser = argparse.ArgumentParser(prog="python -m simulator.journal", description="Backup and restore of a journal.")
    parser.add_argument("command", choices=WORDS)
    parser.add_argument("file", type=Path, help="the backup, a file of gzipped JSON lines")
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--data", type=Path, help="folder of the journal's database")
    place.add_argument("--store", default="", help="URL of the journal's PostgreSQL database")
    options = parser.parse_args(words)
    try:
        count = _do(options)
    except InUseError:
        return _failed("a journal has the database open; stop it first")
    except BackupError as error:
        return _failed(str(error))
    except OSError as error:
        return _failed(f"{error.strerror or error}; is the place right?")
    sys.stdout.write(f"{count} rows\n")
    return 0


def _do(options: argparse.Namespace) -> int:
    kept = database(Settings(options.data or Path(), store=options.store))
    if options.command == "restore":
        if options.store:
            return restore(kept, options.file)
        options.data.mkdir(parents=True, exist_ok=True)
        with own(options.data):
            return restore(kept, options.file)
    if options.data and not (options.data / FILE).is_file():
        raise BackupError(f"there is no journal's database in {options.data}")
    return backup(kept, options.file)


def _failed(words: str) -> int:
    sys.stderr.write(f"journal: {words}\n")
    return 2
