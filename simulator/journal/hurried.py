"""Searches that clients have put together, inside the writer's transaction: they have no more time than any other."""

from collections.abc import Sequence
from typing import Any, Final

from simulator.journal.storage.opening import refusal
from simulator.journal.storage.seam import Database, Row
from simulator.journal.store import Found, Reader, Store, Version

NOTHING: Final = "nothing of it was done"


class Hurried(Reader):
    """Reads what the store holds. All searches of one piece of work share the time of one search.

    Args:
        store: The writer's.
        database: Tells what a failure means.
    """

    def __init__(self, store: Store, database: Database) -> None:
        super().__init__(store.connection)
        self.store = store
        self.database = database

    def find(self, kind: str, identity: str) -> Found | None:
        """The resource as it stands in the transaction."""
        return self.store.find(kind, identity)

    def version(self, rid: int, vid: int) -> Version | None:
        """One version of a resource, those of the transaction included."""
        return self.store.version(rid, vid)

    def rows(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        """The rows of a query; raises FhirError when it takes too long, or is too much for the database."""
        try:
            return self.store.rows_within(sql, args)
        except self.database.failures as error:
            if self.database.is_late(error) or self.database.is_complex(error):
                raise refusal(self.database, error, NOTHING) from None
            raise
