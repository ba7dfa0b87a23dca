"""The journal's database as one SQLite file: WAL, and an fsync at each commit."""

import math
import sqlite3
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from simulator.journal.storage.seam import COLUMNS, MOVED, Changes, Row

FILE: Final = "journal.sqlite"
CHUNKS: Final = (128, 32, 8, 4, 2, 1)
"""How many rows one statement inserts: few sizes, so that each statement is prepared once."""

TOO_MUCH: Final = ("parser stack overflow", "Expression tree is too large", "too many", "tables in a join")


WRITTEN, READ = 600, 30
"""Statements kept prepared: all that write; of searches the latest, as what a caller may see is part of each."""
WRITER_KIB, READER_KIB = 8192, 1024
"""Pages a connection keeps for itself; most are read through the mapped file, which the kernel keeps."""
OFTEN: Final = 20_000
"""After how many steps of SQLite's machine a query's time is looked at."""


class SqliteDatabase:
    """The file in a folder."""

    near = True
    failures: tuple[type[Exception], ...] = (sqlite3.Error,)

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def connect(self, *, write: bool = False, patience: float | None = None) -> "SqliteConnection":
        """A new connection; a query on it fails after ``patience`` seconds."""
        return SqliteConnection(self.folder / FILE, write=write, patience=patience)

    def is_full(self, error: Exception) -> bool:
        """Whether a failure means that there is no room left."""
        return "full" in str(error)

    def is_late(self, error: Exception) -> bool:
        """Whether a failure means that a query took longer than it may."""
        return "interrupted" in str(error)

    def is_complex(self, error: Exception) -> bool:
        """Whether a failure means that a query is put together of too much."""
        return any(words in str(error) for words in TOO_MUCH)

    def ddl(self, statement: str) -> str:
        """The statement itself: the schema is written in SQLite's types."""
        return statement


class SqliteConnection:
    """A connection in autocommit mode."""

    def __init__(self, file: Path, *, write: bool, patience: float | None = None) -> None:
        kept = WRITTEN if write else READ
        self.db = sqlite3.connect(
            file, isolation_level=None, check_same_thread=False, cached_statements=kept, timeout=30
        )
        self.seen = 0
        self.patience = patience
        self.until = math.inf
        if patience is not None:
            self.db.set_progress_handler(lambda: time.monotonic() > self.until, OFTEN)
        run = self.db.execute
        run("PRAGMA journal_mode=WAL")
        run("PRAGMA synchronous=FULL")
        run("PRAGMA mmap_size=268435456")
        if write:
            run(f"PRAGMA cache_size={-WRITER_KIB}")
            run("PRAGMA wal_autocheckpoint=16000")
        else:
            run(f"PRAGMA cache_size={-READER_KIB}")
            run("PRAGMA query_only=ON")

    def rows(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        """The rows of a query."""
        self._begin()
        return self.db.execute(sql, args).fetchall()

    def _begin(self) -> None:
        """A query has all of the patience; a statement used again may be looked at for what it took before."""
        if self.patience is not None:
            self.until = time.monotonic() + self.patience

    def rows_within(self, seconds: float, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        """The rows of a query, interrupted after so many seconds; a transaction survives that."""
        until = time.monotonic() + seconds
        self.db.set_progress_handler(lambda: time.monotonic() > until, OFTEN)
        try:
            return self.db.execute(sql, args).fetchall()
        finally:
            self.db.set_progress_handler(None, 0)

    def row(self, sql: str, args: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, or None."""
        self._begin()
        found: Row | None = self.db.execute(sql, args).fetchone()
        return found

    def run(self, sql: str, args: Sequence[Any] = ()) -> None:
        """Runs a statement that gives no rows."""
        self.db.execute(sql, args)

    def apply(self, changes: Changes, *, last: bool = False) -> None:  # noqa: ARG002  the commit is a statement of its own here
        """Makes changes: what goes before what is added; index rows that are there already stay."""
        for table, rows in changes.gone.items():
            self.db.executemany(_delete(table), rows)
        if changes.moved:
            self.db.executemany(_MOVE, changes.moved)
        for table, rows in changes.added.items():
            self._insert(table, rows)

    def _insert(self, table: str, rows: list[Row]) -> None:
        """Inserts rows, many at a time: one statement costs one hand-over of the interpreter lock."""
        start, left = 0, len(rows)
        for size in CHUNKS:
            while left >= size:
                part = rows[start : start + size]
                self.db.execute(_insert(table, size), [value for row in part for value in row])
                start, left = start + size, left - size

    def snapshot(self) -> None:
        """Begins a transaction that only reads; what it sees is settled by its first read."""
        self.db.execute("BEGIN")
        self.row("SELECT count(*) FROM sqlite_master")

    def stream(self, sql: str) -> Iterator[Row]:
        """The rows of a query, as they are read."""
        yield from self.db.execute(sql)

    def load(self, table: str, columns: Sequence[str], rows: list[Row]) -> None:
        """Inserts rows that are known to be new."""
        marks = ", ".join("?" * len(columns))
        self.db.executemany(f"INSERT INTO {table}({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608  the journal's own names

    def begin(self) -> bool:
        """Begins a transaction that writes; tells whether others wrote since the last one."""
        self.db.execute("BEGIN IMMEDIATE")
        before, self.seen = self.seen, self.db.execute("PRAGMA data_version").fetchone()[0]
        return before != self.seen

    def commit(self) -> None:
        """Makes the transaction durable."""
        self.db.execute("COMMIT")

    def rollback(self) -> None:
        """Undoes the transaction under way, if there is one."""
        if self.db.in_transaction:
            self.db.execute("ROLLBACK")

    def savepoint(self, name: str) -> None:
        """Marks a place in the transaction."""
        self.db.execute(f"SAVEPOINT {name}")

    def undo(self, name: str) -> None:
        """Goes back to a marked place, which stays marked."""
        self.db.execute(f"ROLLBACK TO {name}")

    def release(self, name: str) -> None:
        """Forgets a marked place and keeps what was done since."""
        self.db.execute(f"RELEASE {name}")

    def has_table(self, name: str) -> bool:
        """Whether there is a table of this name."""
        return self.row("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [name]) is not None

    def close(self) -> None:
        """Ends the connection."""
        self.db.close()


_MOVE: Final = f"UPDATE resource SET {', '.join(f'{name} = ?' for name in MOVED[:-1])} WHERE {MOVED[-1]} = ?"  # noqa: S608  the journal's own names


@cache
def _insert(table: str, rows: int) -> str:
    names = COLUMNS[table]
    row = f"({', '.join('?' * len(names))})"
    word = "INSERT OR IGNORE" if table.startswith("idx_") else "INSERT"
    return f"{word} INTO {table}({', '.join(names)}) VALUES {', '.join([row] * rows)}"


@cache
def _delete(table: str) -> str:
    return f"DELETE FROM {table} WHERE {' AND '.join(f'{name} = ?' for name in COLUMNS[table])}"  # noqa: S608  the journal's own names
