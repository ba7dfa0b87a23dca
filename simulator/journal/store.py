"""Reads and writes resources and their versions in SQLite; transactions are the writer's business."""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import orjson

from simulator.journal.clock import Clock, instant
from simulator.journal.indexing import Indexer, Rows
from simulator.journal.schema import COLUMNS

CHUNK = 200


class Found(NamedTuple):
    """A resource as it now stands; ``content`` is None after a delete, ``patient`` lists its patients."""

    rid: int
    vid: int
    seq: int
    updated: int
    deleted: int
    patient: str
    content: bytes | None


class Version(NamedTuple):
    """One version of a resource; ``content`` is None when the version is a delete, ``method`` made it."""

    seq: int
    type: str
    id: str
    vid: int
    method: str
    updated: int
    content: bytes | None


_FIND = (
    "SELECT r.rid, r.vid, r.seq, r.updated, r.deleted, r.patient, v.content"
    " FROM resource r JOIN version v ON v.seq = r.seq WHERE r.type = ? AND r.id = ?"
)
_VERSION = "SELECT seq, type, id, vid, method, updated, content FROM version"


class Reader:
    """Point reads over one connection; searches bring their own SQL."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def find(self, kind: str, identity: str) -> Found | None:
        """The resource of a type and id, deleted ones included, or None if there never was one."""
        row = self.db.execute(_FIND, (kind, identity)).fetchone()
        return Found(*row) if row else None

    def version(self, rid: int, vid: int) -> Version | None:
        """One version of a resource."""
        row = self.db.execute(f"{_VERSION} WHERE rid = ? AND vid = ?", (rid, vid)).fetchone()
        return Version(*row) if row else None

    def rows(self, sql: str, args: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows of a query that the journal itself has put together."""
        return self.db.execute(sql, args).fetchall()


class Store(Reader):
    """Writes over the writer's connection, inside the transaction that the writer has begun."""

    def __init__(self, db: sqlite3.Connection, indexer: Indexer, clock: Clock) -> None:
        super().__init__(db)
        self.indexer = indexer
        self.clock = clock
        self.next_rid = self._next("rid", "resource")
        self.next_seq = self._next("seq", "version")
        self.next_audit = self._next("seq", "audit")

    def _next(self, column: str, table: str) -> int:
        return int(self.db.execute(f"SELECT coalesce(max({column}), 0) + 1 FROM {table}").fetchone()[0])  # noqa: S608  constants

    def put(self, resource: dict[str, Any], found: Found | None, method: str) -> Found:
        """Stores a new version of a resource whose type and id stand in it; ``found`` is what was there.

        ``meta.versionId`` and ``meta.lastUpdated`` are set here and nowhere else.
        """
        stamp = self.clock.now()
        vid = found.vid + 1 if found else 1
        meta = {"versionId": str(vid), "lastUpdated": instant(stamp)}
        resource = {"resourceType": resource["resourceType"], "id": resource["id"], "meta": meta} | resource
        resource["meta"] = resource["meta"] | meta
        content = orjson.dumps(resource)
        rows = self.indexer.rows(resource)
        patient = self._patients(resource, rows)
        old = self.indexer.rows(orjson.loads(found.content)) if found and found.content else None
        now = self._version(resource, (vid, stamp, method), found, patient, content)
        self._index(now.rid, rows, old)
        return now

    def delete(self, kind: str, identity: str, found: Found) -> Found:
        """Marks a resource as deleted by a version without content, and takes it out of the index."""
        resource = {"resourceType": kind, "id": identity}
        key = (found.vid + 1, self.clock.now(), "DELETE")
        now = self._version(resource, key, found, found.patient, None)
        none: Rows = {name: set() for name in ("token", "string", "date", "reference", "quantity")}
        self._index(now.rid, none, self.indexer.rows(orjson.loads(found.content or b"")))
        return now

    def _version(
        self,
        resource: dict[str, Any],
        key: tuple[int, int, str],
        found: Found | None,
        patient: str,
        content: bytes | None,
    ) -> Found:
        kind, identity = resource["resourceType"], resource["id"]
        vid, stamp, method = key
        seq, self.next_seq = self.next_seq, self.next_seq + 1
        deleted = int(content is None)
        if found:
            rid = found.rid
            self.db.execute(
                "UPDATE resource SET vid = ?, seq = ?, updated = ?, deleted = ?, patient = ? WHERE rid = ?",
                (vid, seq, stamp, deleted, patient, rid),
            )
        else:
            rid, self.next_rid = self.next_rid, self.next_rid + 1
            self.db.execute(
                "INSERT INTO resource(rid, type, id, vid, seq, updated, deleted, patient)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (rid, kind, identity, vid, seq, stamp, deleted, patient),
            )
        self.db.execute(
            "INSERT INTO version(seq, rid, vid, type, id, method, updated, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (seq, rid, vid, kind, identity, method, stamp, content),
        )
        return Found(rid, vid, seq, stamp, deleted, patient, content)

    def _patients(self, resource: dict[str, Any], rows: Rows) -> str:
        """The patients that a resource is about, in the form the audit trail links to."""
        kind = resource["resourceType"]
        if kind == "Patient":
            return f"Patient/{resource['id']}"
        number = self.indexer.numbers.get(f"{kind}.patient")
        if number is None:
            return ""
        return " ".join(sorted(r[1] for r in rows["reference"] if r[0] == number and r[1].startswith("Patient/")))

    def _index(self, rid: int, rows: Rows, old: Rows | None) -> None:
        for table, new in rows.items():
            before = old[table] if old else ()
            if before:
                gone = [(*row, rid) for row in before - new]
                if gone:
                    self.db.executemany(_delete(table, len(gone[0]) - 1), gone)
                new = new - before  # noqa: PLW2901  the rows that are there already stay
            if new:
                self.insert(f"idx_{table}", [(*row, rid) for row in new], COLUMNS[table])

    def insert(self, table: str, rows: Iterable[tuple[Any, ...]], columns: int) -> None:
        """Inserts rows, many at a time: one statement costs one hand-over of the interpreter lock."""
        rows = list(rows)
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            self.db.execute(_insert(table, columns, len(part)), [value for row in part for value in row])


_NAMES = {
    "idx_token": "(param, code, system, rid)",
    "idx_string": "(param, norm, exact, rid)",
    "idx_date": "(param, lo, hi, rid)",
    "idx_reference": "(param, target, rid)",
    "idx_quantity": "(param, value, system, code, rid)",
}


@cache
def _insert(table: str, columns: int, rows: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return f"INSERT OR IGNORE INTO {table}{_NAMES.get(table, '')} VALUES {', '.join([row] * rows)}"  # noqa: S608  the table's name is the journal's own


@cache
def _delete(table: str, columns: int) -> str:
    names = _NAMES[f"idx_{table}"].strip("()").split(", ")
    assert len(names) == columns + 1
    return f"DELETE FROM idx_{table} WHERE {' AND '.join(f'{name} = ?' for name in names)}"  # noqa: S608  the table's name is the journal's own
