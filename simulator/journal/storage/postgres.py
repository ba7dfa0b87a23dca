"""The journal's database in PostgreSQL 15 or later, by asyncpg.

The journal's interactions are plain functions, so a connection brings an event loop of its own, which runs while a
statement is under way. A batch of writes goes to the server as one statement: rows as arrays, one CTE per table. A
journal that has the database to itself sends that statement alone, one round trip that is also the commit; several
processes take turns by a lock that each transaction holds.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final, TypeVar

import asyncpg
import uvloop

from simulator.journal.storage.seam import COLUMNS, MOVED, Changes, InUseError, Row

T = TypeVar("T")
OWNER: Final = 7_201_401
"""The advisory lock of whoever has the database open: alone, or shared by processes that take turns."""
TURN: Final = 7_201_402
"""The advisory lock of the transaction whose turn it is to write."""
PORTION: Final = 2000
PATIENCE_S: Final = 5.0
"""How long a new journal waits for one that was killed to be noticed as gone."""
_TYPES: Final = (
    ("INTEGER", "BIGINT"),
    ("TEXT", 'TEXT COLLATE "C"'),
    ("BLOB", "BYTEA"),
    ("REAL", "DOUBLE PRECISION"),
    (") WITHOUT ROWID", ")"),
)
_NUL, _INSTEAD = "\x00", "\ufffd"


class PostgresDatabase:
    """A database by its URL; ``shared`` when several processes write to it."""

    near = False
    failures: tuple[type[Exception], ...] = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)

    def __init__(self, url: str, *, shared: bool = False) -> None:
        self.url = url
        self.shared = shared

    def connect(self, *, write: bool = False, patience: float | None = None) -> "PostgresConnection":
        """A new connection."""
        return PostgresConnection(self, write=write, patience=patience)

    def is_full(self, error: Exception) -> bool:
        """Whether a failure means that there is no room left."""
        return isinstance(error, asyncpg.DiskFullError)

    def is_late(self, error: Exception) -> bool:
        """Whether a failure means that a query took longer than it may."""
        return isinstance(error, asyncpg.QueryCanceledError)

    def is_complex(self, error: Exception) -> bool:
        """Whether a failure means that a query is put together of too much."""
        return isinstance(error, asyncpg.ProgramLimitExceededError)

    def ddl(self, statement: str) -> str:
        """A statement of the schema in PostgreSQL's types; text compares by code point, as it does in SQLite."""
        for ours, theirs in _TYPES:
            statement = statement.replace(ours, theirs)
        return statement


class PostgresConnection:
    """One connection, made again when it has been lost, with the loop that it runs in."""

    def __init__(self, database: PostgresDatabase, *, write: bool, patience: float | None) -> None:
        self.database = database
        self.write = write
        self.settings = {"default_transaction_read_only": "off" if write else "on", "jit": "off"}
        if patience is not None:
            self.settings["statement_timeout"] = str(int(patience * 1000))
        self.loop = uvloop.new_event_loop()
        self.wire: Any = None
        self.types: dict[str, dict[str, str]] = {}
        self.begun = self.sent = False
        self.known = False
        self.streams = 0
        self._wait(self._connected)

    def _wait(self, work: Callable[[], Awaitable[T]]) -> T:
        """Runs a coroutine to its end in this connection's loop, also when called from inside another loop."""
        if asyncio._get_running_loop() is None:  # noqa: SLF001  tells without raising
            return self.loop.run_until_complete(work())  # type: ignore[no-any-return]
        found: list[T] = []
        failed: list[BaseException] = []

        def run() -> None:
            try:
                found.append(self.loop.run_until_complete(work()))
            except BaseException as error:  # noqa: BLE001  raised again below
                failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        if failed:
            raise failed[0]
        return found[0]

    async def _connected(self) -> Any:
        """The wire, made anew if it was lost outside a transaction."""
        if self.wire is None or (self.wire.is_closed() and not self.sent):
            self.wire = await asyncpg.connect(
                self.database.url, statement_cache_size=500, server_settings=self.settings, timeout=10
            )
            self.known = False
            if self.write:
                await self._own()
        return self.wire

    async def _own(self) -> None:
        kind = "_shared" if self.database.shared else ""
        until = time.monotonic() + PATIENCE_S
        while not await self.wire.fetchval(f"SELECT pg_try_advisory_lock{kind}({OWNER})"):
            if time.monotonic() > until:
                await self.wire.close()
                raise InUseError("the database")
            await asyncio.sleep(0.05)

    async def _opened(self) -> Any:
        """The wire with the transaction under way at the server."""
        wire = await self._connected()
        if self.begun and not self.sent:
            await wire.execute("BEGIN")
            self.sent = True
        return wire

    def rows(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        """The rows of a query."""

        async def run() -> list[Row]:
            wire = await self._connected()
            return [tuple(row) for row in await wire.fetch(translated(sql), *map(clean, args))]

        return self._wait(run)

    def rows_within(self, seconds: float, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        """The rows of a query, cancelled after so many seconds; a savepoint keeps the transaction from failing."""

        async def run() -> list[Row]:
            wire = await self._connected()
            if self.sent:
                await wire.execute("SAVEPOINT hurried")
            try:
                found = await wire.fetch(translated(sql), *map(clean, args), timeout=seconds)
            except Exception as error:
                if self.sent:
                    await wire.execute("ROLLBACK TO hurried; RELEASE hurried")
                if isinstance(error, TimeoutError):
                    raise asyncpg.QueryCanceledError from None
                raise
            if self.sent:
                await wire.execute("RELEASE hurried")
            return [tuple(row) for row in found]

        return self._wait(run)

    def row(self, sql: str, args: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, or None."""

        async def run() -> Row | None:
            wire = await self._connected()
            found = await wire.fetchrow(translated(sql), *map(clean, args))
            return None if found is None else tuple(found)

        return self._wait(run)

    def run(self, sql: str, args: Sequence[Any] = ()) -> None:
        """Runs a statement that gives no rows."""

        async def run() -> None:
            await (await self._opened()).execute(translated(sql), *map(clean, args))

        self._wait(run)

    def apply(self, changes: Changes, *, last: bool = False) -> None:
        """Makes changes in one statement, which is also the commit if they are all that the transaction does."""

        async def run() -> None:
            wire = await (self._connected() if last and not self.sent else self._opened())
            if not self.types:
                self.types = await types(wire)
            sql, names = statement(
                tuple(sorted(changes.gone)), bool(changes.moved), tuple(sorted(changes.added)), _Types(self.types)
            )
            rows = [changes.gone[table] for table in sorted(changes.gone)]
            rows += [changes.moved] if changes.moved else []
            rows += [changes.added[table] for table in sorted(changes.added)]
            arrays = [list(map(clean, column)) for part in rows for column in zip(*part, strict=True)]
            assert len(arrays) == names
            await wire.execute(sql, *arrays)

        self._wait(run)

    def snapshot(self) -> None:
        """Begins a transaction that only reads, and sees the database as it is now."""

        async def run() -> None:
            await (await self._connected()).execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1")
            self.begun = self.sent = True

        self._wait(run)

    def stream(self, sql: str) -> Iterator[Row]:
        """The rows of a query, a portion at a time."""
        # A name of its own, since a prepared FETCH remembers the columns of its cursor.
        self.streams += 1
        name = f"stream{self.streams}"
        self.run(f"DECLARE {name} NO SCROLL CURSOR FOR {sql}")
        while rows := self.rows(f"FETCH {PORTION} FROM {name}"):
            yield from rows
        self.run(f"CLOSE {name}")

    def load(self, table: str, columns: Sequence[str], rows: list[Row]) -> None:
        """Inserts rows that are known to be new."""

        async def run() -> None:
            await (await self._opened()).copy_records_to_table(table, records=rows, columns=list(columns))

        self._wait(run)

    def begin(self) -> bool:
        """Begins a transaction that writes; tells whether others may have written since the last one."""

        async def run() -> bool:
            wire = await self._connected()
            self.begun, self.sent = True, False
            if self.database.shared:
                await wire.execute(f"BEGIN; SELECT pg_advisory_xact_lock({TURN})")
                self.sent = True
            known, self.known = self.known, not self.database.shared
            return not known

        return self._wait(run)

    def commit(self) -> None:
        """Makes the transaction durable."""
        if self.sent:
            self._end("COMMIT")
        self.begun = self.sent = False

    def rollback(self) -> None:
        """Undoes the transaction under way, if there is one."""
        if self.sent and not self.wire.is_closed():
            self._end("ROLLBACK")
        self.begun = self.sent = False

    def _end(self, word: str) -> None:
        async def run() -> None:
            await self.wire.execute(word)

        self._wait(run)

    def savepoint(self, name: str) -> None:
        """Marks a place in the transaction."""
        self.run(f"SAVEPOINT {name}")

    def undo(self, name: str) -> None:
        """Goes back to a marked place, which stays marked."""
        self.run(f"ROLLBACK TO {name}")

    def release(self, name: str) -> None:
        """Forgets a marked place and keeps what was done since."""
        self.run(f"RELEASE {name}")

    def has_table(self, name: str) -> bool:
        """Whether there is a table of this name."""
        return self.row("SELECT to_regclass(?::text) IS NOT NULL", [name]) == (True,)

    def close(self) -> None:
        """Ends the connection and its loop."""

        async def run() -> None:
            await self.wire.close()

        if not self.wire.is_closed():
            self._wait(run)
        self.loop.close()


def clean(value: Any) -> Any:
    """The value; in a text the one character that PostgreSQL cannot keep is replaced, on write and in search alike."""
    return value.replace(_NUL, _INSTEAD) if type(value) is str and _NUL in value else value


@cache
def translated(sql: str) -> str:
    """The journal's SQL with numbered values, and without what only SQLite reads: empty lists, a planner's hint."""
    parts = sql.replace("instr(", "strpos(").replace("+r.type", "r.type").replace(" IN ()", " IN (NULL)").split("?")
    return parts[0] + "".join(f"${number}{part}" for number, part in enumerate(parts[1:], 1))


async def types(wire: Any) -> dict[str, dict[str, str]]:
    """The type of each column by table."""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in await wire.fetch(
        "SELECT table_name, column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = current_schema()"
    ):
        found.setdefault(table, {})[column] = kind
    return found


class _Types(dict[str, dict[str, str]]):
    """Column types as a key of a cache: they change only with the schema, so all are one."""

    def __hash__(self) -> int:  # type: ignore[override]
        return 0


@cache
def statement(gone: tuple[str, ...], moved: bool, added: tuple[str, ...], kinds: _Types) -> tuple[str, int]:
    """The one statement that makes changes to these tables, and how many arrays it takes."""
    parts: list[str] = []
    count = 0

    def unnested(table: str, names: Sequence[str]) -> str:
        nonlocal count
        marks = [f"${count + place}::{kinds[table][name]}[]" for place, name in enumerate(names, 1)]
        count += len(names)
        return f"unnest({', '.join(marks)}) AS x({', '.join(names)})"

    for table in gone:
        same = " AND ".join(f"t.{name} = x.{name}" for name in COLUMNS[table])
        parts.append(f"DELETE FROM {table} t USING {unnested(table, COLUMNS[table])} WHERE {same}")  # noqa: S608  the journal's own names
    if moved:
        new = ", ".join(f"{name} = x.{name}" for name in MOVED[:-1])
        parts.append(f"UPDATE resource t SET {new} FROM {unnested('resource', MOVED)} WHERE t.rid = x.rid")  # noqa: S608  as above
    for table in added:
        names = ", ".join(COLUMNS[table])
        rest = " ON CONFLICT DO NOTHING" if table.startswith("idx_") else ""
        parts.append(f"INSERT INTO {table}({names}) SELECT * FROM {unnested(table, COLUMNS[table])}{rest}")  # noqa: S608  as above
    queries = ", ".join(f"c{place} AS ({part})" for place, part in enumerate(parts))
    return f"WITH {queries} SELECT 1", count
