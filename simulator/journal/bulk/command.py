"""The commands ``export`` and ``import`` of ``python -m simulator.journal``."""

import argparse
import sys
from pathlib import Path
from typing import Final

from simulator.journal.app import build_app
from simulator.journal.bulk.transfer import TransferError, take_in, take_out
from simulator.journal.settings import Settings
from simulator.journal.storage.migrations import TooNewError
from simulator.journal.storage.seam import InUseError

WORDS: Final = ("export", "import")


def run(words: list[str]) -> int:
    """Does what the first word says; 0 when done, 2 with a line on stderr when it cannot be."""
    parser = argparse.ArgumentParser(prog="python -m simulator.journal", description="Moves a record whole.")
    parser.add_argument("command", choices=WORDS)
    parser.add_argument("folder", type=Path, help="the folder of the files, such as Patient.1.ndjson")
    parser.add_argument("--data", type=Path, required=True, help="folder of the journal")
    parser.add_argument("--store", default="", help="URL of the journal's PostgreSQL database (a file in --data)")
    parser.add_argument(
        "--base-url",
        default=Settings(Path()).base_url,
        help="the address the journal served at, which references to itself begin with (%(default)s)",
    )
    options = parser.parse_args(words)
    try:
        sys.stdout.write(f"{_do(options)}\n")
    except InUseError:
        return _failed("a journal has the database open; stop it first")
    except (TooNewError, TransferError) as error:
        return _failed(str(error))
    except OSError as error:
        return _failed(f"{error.strerror or error}: {error.filename or 'the database'}; is the place right?")
    return 0


def _do(options: argparse.Namespace) -> str:
    settings = Settings(options.data, base_url=options.base_url.rstrip("/"), store=options.store)
    journal = build_app(settings).journal
    if options.command == "export":
        return f"{take_out(journal, options.folder)} resources written to {options.folder}"
    stored, same = take_in(journal, options.folder)
    return f"{stored} resources stored, {same} were there already"


def _failed(words: str) -> int:
    sys.stderr.write(f"journal: {words}\n")
    return 2
