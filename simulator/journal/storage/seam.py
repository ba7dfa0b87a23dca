"""What the journal asks of a database: connections that run its SQL, and transactions of many changes at once.

Statements are written once, in the SQL that both databases read, with ``?`` for values. What they cannot both read is
behind this seam: bulk changes, savepoints, and who may write at one time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

Row = tuple[Any, ...]

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "param": ("number", "key"),
    "resource": ("rid", "type", "id", "vid", "seq", "updated", "deleted", "patient"),
    "version": ("seq", "rid", "vid", "type", "id", "method", "updated", "content"),
    "author": ("seq", "agent"),
    "idx_token": ("param", "code", "system", "rid"),
    "idx_string": ("param", "norm", "exact", "rid"),
    "idx_date": ("param", "lo", "hi", "rid"),
    "idx_reference": ("param", "target", "rid"),
    "idx_quantity": ("param", "value", "system", "code", "rid"),
    "audit": ("seq", "recorded", "interaction", "status", "target", "query", "client", "links", "agent", "hash"),
    "audit_segment": ("number", "last"),
    "audit_link": ("segment", "ref", "seq"),
    "subscriber": (
        *("id", "vid", "caller", "headers", "status", "mark", "since", "counted"),
        *("sent", "failures", "due", "told", "problem"),
    ),
    "notice": ("subscriber", "number", "version", "at"),
    "rx_outbox": ("number", "request", "prescription", "event", "message", "at", "body"),
    "rx_done": ("number", "at", "outcome"),
    "rx_due": ("event", "number"),
}
"""The columns that rows are given in, by table."""
MOVED: Final = ("vid", "seq", "updated", "deleted", "patient", "rid")
"""The columns of a row that brings a resource to its next version."""


class InUseError(Exception):
    """Another journal has the database open."""


@dataclass(slots=True)
class Changes:
    """Rows on their way to the database.

    Attributes:
        added: New rows by table, in the order of ``COLUMNS``.
        moved: Resources brought to their next version, in the order of ``MOVED``.
        gone: Rows to take away, by table.
    """

    added: dict[str, list[Row]] = field(default_factory=dict)
    moved: list[Row] = field(default_factory=list)
    gone: dict[str, list[Row]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.moved or self.gone)

    def add(self, table: str, rows: Iterable[Row]) -> None:
        """Adds rows to a table."""
        self.added.setdefault(table, []).extend(rows)

    def take(self, later: "Changes") -> None:
        """Makes later changes part of these."""
        for table, rows in later.added.items():
            self.add(table, rows)
        self.moved += later.moved
        for table, rows in later.gone.items():
            self.gone.setdefault(table, []).extend(rows)


class Connection(Protocol):
    """One connection, used by one thread at a time."""

    def rows(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        """The rows of a query."""

    def row(self, sql: str, args: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, or None."""

    def rows_within(self, seconds: float, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        """The rows of a query, which fails after so many seconds; the transaction under way goes on either way."""

    def run(self, sql: str, args: Sequence[Any] = ()) -> None:
        """Runs a statement that gives no rows."""

    def apply(self, changes: Changes, *, last: bool = False) -> None:
        """Makes changes inside the transaction: what goes before what is added; index rows already there stay.

        ``last`` tells that the commit comes next, so that both may be one.
        """

    def snapshot(self) -> None:
        """Begins a transaction that only reads, and sees the database as it is now until ``rollback``."""

    def stream(self, sql: str) -> Iterator[Row]:
        """The rows of a query without values, a portion at a time; inside a snapshot."""

    def load(self, table: str, columns: Sequence[str], rows: list[Row]) -> None:
        """Inserts rows that are known to be new, inside the transaction under way."""

    def begin(self) -> bool:
        """Begins a transaction that writes, alone of all connections; tells whether others wrote meanwhile."""

    def commit(self) -> None:
        """Makes the transaction durable; once this returns, no crash loses it."""

    def rollback(self) -> None:
        """Undoes the transaction under way, if there is one."""

    def savepoint(self, name: str) -> None:
        """Marks a place in the transaction."""

    def undo(self, name: str) -> None:
        """Goes back to a marked place, which stays marked."""

    def release(self, name: str) -> None:
        """Forgets a marked place and keeps what was done since."""

    def has_table(self, name: str) -> bool:
        """Whether there is a table of this name."""

    def close(self) -> None:
        """Ends the connection."""


class Database(Protocol):
    """A place that connections are made to.

    Attributes:
        near: True when a point read is so quick that the event loop may wait for it.
        failures: What connections raise when the database fails.
    """

    near: bool
    failures: tuple[type[Exception], ...]

    def connect(self, *, write: bool = False, patience: float | None = None) -> Connection:
        """A new connection; a query on it fails after ``patience`` seconds."""

    def is_full(self, error: Exception) -> bool:
        """Whether a failure means that there is no room left."""

    def is_late(self, error: Exception) -> bool:
        """Whether a failure means that a query took longer than it may."""

    def is_complex(self, error: Exception) -> bool:
        """Whether a failure means that a query is put together of too much."""

    def ddl(self, statement: str) -> str:
        """A statement of the schema in this database's own types."""
