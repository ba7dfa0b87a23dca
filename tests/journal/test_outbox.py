"""What is on its way to other systems, among all that was ever sent, on both databases."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from simulator.journal.clock import Clock
from simulator.journal.prescriptions import outbox
from simulator.journal.settings import Settings
from simulator.journal.storage.migrations import migrate
from simulator.journal.storage.opening import database
from simulator.journal.storage.seam import Connection, Database
from simulator.journal.store import Reader, Store

OUTBOX = 6
"""The schema before what is on its way had a table of its own."""


class Listening(Reader):
    """A reader that keeps what it was asked."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.asked: list[tuple[str, list[Any]]] = []

    def rows(self, sql: str, args: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.asked.append((sql, list(args)))
        return super().rows(sql, args)


@pytest.fixture
def opened(store: Any, tmp_path: Path) -> Iterator[tuple[Database, Connection]]:
    """A database of either kind without any table, and a connection that writes."""
    url = dict(zip(*[iter(store.options(str(tmp_path)))] * 2, strict=True)).get("--store", "")
    found = database(Settings(tmp_path, store=url))
    connection = found.connect(write=True)
    yield found, connection
    connection.close()


def written(connection: Connection, *works: Callable[[Store], None]) -> None:
    """Does each piece of work in a transaction of its own."""
    nothing = cast("Any", None)
    for work in works:
        kept = Store(connection, nothing, Clock())
        kept.begin()
        work(kept)
        kept.commit()


def post(event: str, request: str) -> Callable[[Store], None]:
    return lambda kept: outbox.post(kept, event, request, "", {})


def settle(number: int) -> Callable[[Store], None]:
    def work(kept: Store) -> None:
        [found] = [one for one in outbox.about(kept, str(number)) if one.number == number]
        outbox.settle(kept, found, "ok")

    return work


def on_the_way(reader: Reader, *events: str, most: int = 100) -> list[tuple[str, int]]:
    return [(one.event, one.number) for one in outbox.pending(reader, events, most)]


def test_what_is_not_settled_is_carried_in_the_order_it_was_stored(opened: tuple[Database, Connection]) -> None:
    """Of the kinds asked for, so many at the most; what was settled is gone for good."""
    kind, connection = opened
    migrate(kind, connection)
    written(connection, post("A", "1"), post("B", "2"), post("C", "3"), post("A", "4"), post("B", "5"), settle(1))
    reader = Reader(kind.connect())
    assert on_the_way(reader, "B", "A") == [("B", 2), ("A", 4), ("B", 5)]
    assert on_the_way(reader, "A", "B", most=2) == [("B", 2), ("A", 4)]
    written(connection, settle(2), settle(4), settle(5))
    assert on_the_way(reader, "A", "B") == []
    assert on_the_way(reader, "C") == [("C", 3)]
    reader.connection.close()


def test_a_look_walks_through_nothing_that_was_settled(opened: tuple[Database, Connection], store: Any) -> None:
    """After thousands of messages, each statement of a look finds its rows by a key."""
    kind, connection = opened
    migrate(kind, connection)
    connection.begin()
    columns = ("number", "request", "prescription", "event", "message", "at", "body")
    connection.load("rx_outbox", columns, [(n, str(n), "", "A", str(n), 0, b"{}") for n in range(1, 5001)])
    connection.load("rx_done", ("number", "at", "outcome"), [(n, 0, "ok") for n in range(1, 5001)])
    connection.commit()
    connection.run("ANALYZE")
    written(connection, post("A", "5001"), post("A", "5002"), post("B", "5003"))
    reader = Listening(kind.connect())
    assert on_the_way(reader, "A", "B") == [("A", 5001), ("A", 5002), ("B", 5003)]
    explain, walk = ("EXPLAIN QUERY PLAN", "SCAN") if store.name == "sqlite" else ("EXPLAIN", "Seq Scan on rx_outbox")
    for sql, args in list(reader.asked):
        plan = [str(row) for row in reader.rows(f"{explain} {sql}", args)]
        assert not [line for line in plan if walk in line or "rx_done" in line], plan
    reader.connection.close()


def test_messages_of_an_older_database_go_on_being_carried(opened: tuple[Database, Connection]) -> None:
    """The migration takes over what was on its way, and nothing that was settled."""
    kind, connection = opened
    migrate(kind, connection, OUTBOX)
    connection.begin()
    columns = ("number", "request", "prescription", "event", "message", "at", "body")
    connection.load("rx_outbox", columns, [(n, str(n), "", "A", str(n), 0, b"{}") for n in (1, 2, 3)])
    connection.load("rx_done", ("number", "at", "outcome"), [(2, 0, "ok")])
    connection.commit()
    migrate(kind, connection)
    assert on_the_way(Reader(connection), "A") == [("A", 1), ("A", 3)]
