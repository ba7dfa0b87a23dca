"""Reads and writes resources and their versions over a connection; when to commit is the writer's business."""

from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import Any, NamedTuple, Protocol

import orjson

from simulator.journal.clock import Clock, instant
from simulator.journal.indexing import Indexer, Rows, relative
from simulator.journal.storage.seam import Changes, Connection, Row


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
_COUNTERS = (
    "SELECT (SELECT coalesce(max(rid), 0) + 1 FROM resource), (SELECT coalesce(max(seq), 0) + 1 FROM version),"
    " (SELECT coalesce(max(seq), 0) + 1 FROM audit), (SELECT coalesce(max(last), 0) FROM audit_segment),"
    " (SELECT coalesce(max(number), 0) FROM audit_segment),"
    " coalesce((SELECT updated FROM version ORDER BY seq DESC LIMIT 1), 0),"
    " (SELECT hash FROM audit ORDER BY seq DESC LIMIT 1)"
)


class Told(Protocol):
    """What is remembered about who does something (``audit.record.Record``)."""

    def told(self) -> str:
        """Who, and on what basis, as JSON; empty when nobody is known."""


Rules = Callable[["Store", dict[str, Any], "Found | None"], dict[str, Any]]
"""What every resource is held against as it is stored, beside what was there; may label it, raises FhirError."""


class Reader:
    """Point reads over one connection; searches bring their own SQL."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def find(self, kind: str, identity: str) -> Found | None:
        """The resource of a type and id, deleted ones included, or None if there never was one."""
        row = self.connection.row(_FIND, (kind, identity))
        return Found(*row) if row else None

    def version(self, rid: int, vid: int) -> Version | None:
        """One version of a resource."""
        row = self.connection.row(f"{_VERSION} WHERE rid = ? AND vid = ?", (rid, vid))
        return Version(*row) if row else None

    def rows(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        """The rows of a query that the journal itself has put together."""
        return self.connection.rows(sql, args)


class Store(Reader):
    """Writes over the writer's connection, inside the transaction that the writer has begun.

    What is written is kept until somebody reads, or the transaction ends, and then goes to the database all at once: a
    hundred creates cost a few statements. Pieces of work are marked, so that one can be undone without the others; a
    piece is marked in the database only when something of it has gone there.
    """

    def __init__(self, connection: Connection, indexer: Indexer, clock: Clock) -> None:
        super().__init__(connection)
        self.indexer = indexer
        self.clock = clock
        self.next_rid = self.next_seq = self.next_audit = 0
        # How far the audit trail has been cut into segments, and how many there are.
        self.segmented = self.segments = 0
        # Whatever way a resource comes, by request, message or register.
        self.rules: Rules = lambda _, resource, __: resource
        # Of what is being done now, so that each version can tell who made it.
        self.record: Told | None = None
        # The hash of the last line of the audit trail, which the next line is chained to.
        self.chained = b""
        # Seconds that what is being done now may still spend on searches that a client has put together.
        self.left = 0.0
        self._pieces = [Changes()]
        # How many of the pieces, from the outermost, are marked in the database; the transaction itself always is.
        self._marked = 1
        self._lost = True

    def begin(self) -> None:
        """Begins a transaction, and goes on counting from where others may have come to."""
        self._pieces, self._marked = [Changes()], 1
        if self.connection.begin() or self._lost:
            self._lost = False
            row = self.connection.row(_COUNTERS)
            assert row is not None
            self.next_rid, self.next_seq, self.next_audit, self.segmented, self.segments, stamp, last = row
            self.chained = bytes(last or b"")
            self.clock.last = max(self.clock.last, stamp)

    def commit(self) -> None:
        """Makes the transaction durable."""
        self._flush(last=True)
        self.connection.commit()

    def rollback(self) -> None:
        """Undoes the transaction, and forgets what was counted in it."""
        self._lost = True
        self._pieces, self._marked = [Changes()], 1
        self.connection.rollback()

    def mark(self) -> None:
        """Begins a piece of work that can be undone alone."""
        self._pieces.append(Changes())

    def keep(self) -> None:
        """Ends the piece of work begun last, and keeps what it did."""
        piece = self._pieces.pop()
        if self._marked > len(self._pieces):
            self._marked -= 1
            self.connection.release(f"piece{self._marked}")
        self._pieces[-1].take(piece)

    def undo(self) -> None:
        """Ends the piece of work begun last, and undoes what it did."""
        self._pieces.pop()
        if self._marked > len(self._pieces):
            self._marked -= 1
            self.connection.undo(f"piece{self._marked}")
            self.connection.release(f"piece{self._marked}")

    def _flush(self, *, last: bool = False) -> None:
        for depth, changes in enumerate(self._pieces):
            if depth == self._marked:
                self.connection.savepoint(f"piece{depth}")
                self._marked += 1
            if changes:
                self._pieces[depth] = Changes()
                self.connection.apply(changes, last=last)

    def find(self, kind: str, identity: str) -> Found | None:
        """The resource as it stands in this transaction."""
        self._flush()
        return super().find(kind, identity)

    def version(self, rid: int, vid: int) -> Version | None:
        """One version of a resource, those of this transaction included."""
        self._flush()
        return super().version(rid, vid)

    def rows(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        """The rows of a query over what this transaction has written too."""
        self._flush()
        return super().rows(sql, args)

    def rows_within(self, sql: str, args: Sequence[Any]) -> list[Row]:
        """The rows of a client's query, which fails when the time for such queries is used up."""
        self._flush()
        began = monotonic()
        try:
            return self.connection.rows_within(max(self.left, 0.001), sql, args)
        finally:
            self.left -= monotonic() - began

    def run(self, sql: str, args: Sequence[Any] = ()) -> None:
        """Runs a statement of the journal's own over what this transaction has written too."""
        self._flush()
        self.connection.run(sql, args)

    def add(self, table: str, rows: list[Row]) -> None:
        """Adds rows to a table, in the order of ``seam.COLUMNS``."""
        if rows:
            self._pieces[-1].add(table, rows)

    def remove(self, table: str, rows: list[Row]) -> None:
        """Takes away rows that an earlier transaction added, given whole, in the order of ``seam.COLUMNS``."""
        self._pieces[-1].gone.setdefault(table, []).extend(rows)

    def put(self, resource: dict[str, Any], found: Found | None, method: str) -> Found:
        """Stores a new version of a resource whose type and id stand in it; ``found`` is what was there.

        ``meta.versionId`` and ``meta.lastUpdated`` are set here and nowhere else.

        Raises:
            FhirError: The rules of the record forbid it.
        """
        resource = self.rules(self, resource, found)
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
        self._index(now.rid, {}, self.indexer.rows(orjson.loads(found.content or b"")))
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
            self._pieces[-1].moved.append((vid, seq, stamp, deleted, patient, rid))
        else:
            rid, self.next_rid = self.next_rid, self.next_rid + 1
            self.add("resource", [(rid, kind, identity, vid, seq, stamp, deleted, patient)])
        self.add("version", [(seq, rid, vid, kind, identity, method, stamp, content)])
        if self.record is not None and (agent := self.record.told()):
            self.add("author", [(seq, agent)])
        return Found(rid, vid, seq, stamp, deleted, patient, content)

    def _patients(self, resource: dict[str, Any], rows: Rows) -> str:
        """The patients that a resource is about, in the form the audit trail links to."""
        kind = resource["resourceType"]
        if kind == "Patient":
            return f"Patient/{resource['id']}"
        if kind == "Binary":
            return self._patients_of([resource.get("securityContext")])
        if kind == "Provenance":
            return self._patients_of(resource.get("target", ()))
        number = self.indexer.numbers.get(f"{kind}.patient")
        if number is None:
            return ""
        found = rows.get("idx_reference", ())
        return " ".join(sorted(r[1] for r in found if r[0] == number and r[1].startswith("Patient/")))

    def _patients_of(self, references: Iterable[Any]) -> str:
        """The patients of what a resource without a patient of its own is about."""
        patients: set[str] = set()
        for one in references:
            reference = relative(str((one or {}).get("reference")), self.indexer.base)
            kind, _, identity = reference.partition("/")
            found = self.find(kind, identity) if identity and kind != "Patient" else None
            patients.update([reference] if kind == "Patient" else found.patient.split() if found else [])
        return " ".join(sorted(patients))

    def _index(self, rid: int, rows: Rows, old: Rows | None) -> None:
        """Brings the index from the version before to this one; rows that are there already stay."""
        piece = self._pieces[-1]
        for table, before in (old or {}).items():
            gone = before - rows.get(table, set())
            if gone:
                piece.gone.setdefault(table, []).extend((*row, rid) for row in gone)
        for table, new in rows.items():
            fresh = new - old[table] if old and table in old else new
            if fresh:
                piece.add(table, [(*row, rid) for row in fresh])
