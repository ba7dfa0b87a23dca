"""Opens the database that a journal's settings name, and says its failures as refusals."""

import fcntl
import time
from pathlib import Path
from typing import IO, Final

from simulator.journal.errors import FhirError, refuse
from simulator.journal.settings import Settings
from simulator.journal.storage.seam import Database, InUseError
from simulator.journal.storage.sqlite import SqliteDatabase

SCHEMES: Final = ("postgresql://", "postgres://")
PATIENCE_S: Final = 1.0
"""How long a new journal waits for the last processes of one that was killed."""


def database(settings: Settings) -> Database:
    """The database of the settings: PostgreSQL if they have a URL, otherwise a file in their folder."""
    if not settings.store:
        return SqliteDatabase(settings.data)
    # Only who asks for PostgreSQL pays for its driver.
    from simulator.journal.storage.postgres import PostgresDatabase  # noqa: PLC0415

    return PostgresDatabase(settings.store, shared=settings.workers > 1)


def own(folder: Path) -> IO[str]:
    """Takes a folder for this process and those it forks; the lock goes with the last of them, however it ends.

    Raises:
        InUseError: Another journal has it.
    """
    lock = (folder / "lock").open("w")
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > until:
                lock.close()
                raise InUseError(str(folder)) from None
            time.sleep(0.05)
        else:
            return lock


def refusal(database: Database, error: Exception, what: str) -> FhirError:
    """What a client is told when the database failed; ``what`` says what came of his request."""
    if database.is_full(error):
        return refuse(507, "no-store", f"the disk is full; {what}")
    if database.is_late(error):
        return refuse(
            503, "timeout", f"it took longer than this journal gives a request; {what}; ask for less at a time"
        )
    if database.is_complex(error):
        return refuse(400, "too-costly", f"the search asks for more than the database can put together; {what}")
    return refuse(503, "transient", f"the store failed ({type(error).__name__}); {what}")
