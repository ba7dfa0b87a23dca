"""The audit trail is found by what it is about, in segments and after the last one."""

from pathlib import Path

import pytest

from simulator.journal.audit import segments
from simulator.journal.audit.record import Record, store_records
from simulator.journal.clock import Clock
from simulator.journal.indexing import Indexer
from simulator.journal.storage.migrations import migrate
from simulator.journal.storage.sqlite import SqliteDatabase
from simulator.journal.store import Store


@pytest.fixture
def trail(tmp_path: Path) -> Store:
    database = SqliteDatabase(tmp_path)
    connection = database.connect(write=True)
    migrate(database, connection)
    return Store(connection, Indexer.__new__(Indexer), Clock())


def add(store: Store, *references: str) -> None:
    """Stores a line about some resources in a transaction of its own."""
    store.begin()
    store_records(store, [Record("read", references[0], "", "127.0.0.1", list(references))])
    store.commit()


def found(store: Store, reference: str) -> list[int]:
    """The numbers of the lines about a resource."""
    sql, args = segments.about(reference)
    sql = f"SELECT r.seq FROM audit r WHERE {sql.replace('{r}', 'r')} ORDER BY 1"  # noqa: S608  the journal's own SQL
    return [row[0] for row in store.rows(sql, args)]


def test_lines_are_found_in_every_segment_and_after_the_last(trail: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 35 lines in segments of 10, those about one patient are found wherever they lie."""
    monkeypatch.setattr(segments, "SIZE", 10)
    for number in range(1, 36):
        add(trail, f"Observation/{number}", f"Patient/{number % 7}")
    assert trail.rows("SELECT number, last FROM audit_segment ORDER BY 1") == [(1, 10), (2, 20), (3, 30)]
    assert found(trail, "Patient/3") == [3, 10, 17, 24, 31]
    assert found(trail, "Observation/20") == [20]
    assert found(trail, "Observation/35") == [35]
    assert found(trail, "Observation/3") == [3]


def test_a_transaction_undone_leaves_the_count_of_segments_right(trail: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rollback after a segment was cut: the next transaction cuts it again."""
    monkeypatch.setattr(segments, "SIZE", 2)
    add(trail, "Patient/1")
    trail.begin()
    store_records(trail, [Record("read", "", "", "", ["Patient/2"]), Record("read", "", "", "", ["Patient/3"])])
    trail.rollback()
    for number in (4, 5, 6):
        add(trail, f"Patient/{number}")
    assert trail.rows("SELECT number, last FROM audit_segment") == [(1, 2), (2, 4)]
    assert [found(trail, f"Patient/{number}") for number in (1, 2, 4, 6)] == [[1], [], [2], [4]]
