"""The journal's tables, and the steps that bring an older database to them, forward only.

``resource`` has a row for each resource and points at its current row in ``version``, which only grows. The ``idx_``
tables hold what the current versions are found by; their keys begin with parameter and value, and a negative
parameter is a reference's ``:identifier``. ``audit`` holds AuditEvents as columns. Which of them are about a resource
is found in ``audit_link``, written a segment of many AuditEvents at a time, so that a read costs no page of its own;
what came after the last segment is found in ``audit`` itself. ``audit.agent`` says who asked, and ``audit.hash``
chains each line to the one before it. ``subscriber`` says how far each Subscription has come, and ``notice`` which
versions are its events. ``rx_outbox`` holds messages to Reseptformidleren, ``rx_done`` what came of each, ``rx_due``
which are still on their way. ``chore`` names what the journal itself has to do once after a step, which SQL cannot.

A step is never changed once released: what comes after it is a new step.
"""

from typing import Final

from simulator.journal.storage.seam import Connection, Database

_FIRST: Final = """
CREATE TABLE param(number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE resource(
    rid INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL, vid INTEGER NOT NULL, seq INTEGER NOT NULL,
    updated INTEGER NOT NULL, deleted INTEGER NOT NULL, patient TEXT NOT NULL, UNIQUE(type, id));
CREATE INDEX resource_type ON resource(type, deleted);
CREATE TABLE version(
    seq INTEGER PRIMARY KEY, rid INTEGER NOT NULL, vid INTEGER NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL,
    method TEXT NOT NULL, updated INTEGER NOT NULL, content BLOB);
CREATE UNIQUE INDEX version_rid ON version(rid, vid);
CREATE INDEX version_type ON version(type);
CREATE TABLE idx_token(
    param INTEGER NOT NULL, code TEXT NOT NULL, system TEXT NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY(param, code, rid, system)) WITHOUT ROWID;
CREATE TABLE idx_string(
    param INTEGER NOT NULL, norm TEXT NOT NULL, exact TEXT NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY(param, norm, rid, exact)) WITHOUT ROWID;
CREATE TABLE idx_date(
    param INTEGER NOT NULL, lo INTEGER NOT NULL, hi INTEGER NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY(param, lo, hi, rid)) WITHOUT ROWID;
CREATE INDEX idx_date_rid ON idx_date(rid, param);
CREATE TABLE idx_reference(
    param INTEGER NOT NULL, target TEXT NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY(param, target, rid)) WITHOUT ROWID;
CREATE INDEX idx_reference_rid ON idx_reference(rid, param);
CREATE TABLE idx_quantity(
    param INTEGER NOT NULL, value REAL NOT NULL, system TEXT NOT NULL, code TEXT NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY(param, value, system, code, rid)) WITHOUT ROWID;
CREATE TABLE audit(
    seq INTEGER PRIMARY KEY, recorded INTEGER NOT NULL, interaction TEXT NOT NULL, status INTEGER NOT NULL,
    target TEXT NOT NULL, query TEXT NOT NULL, client TEXT NOT NULL, links TEXT NOT NULL);
CREATE TABLE audit_link(ref TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(ref, seq)) WITHOUT ROWID
"""
_SEGMENTS: Final = """
DROP TABLE audit_link;
CREATE TABLE audit_segment(number INTEGER PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE audit_link(
    segment INTEGER NOT NULL, ref TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(segment, ref, seq)) WITHOUT ROWID
"""
_CHAIN: Final = """
ALTER TABLE audit ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN hash BLOB
"""
_SUBSCRIPTIONS: Final = """
CREATE TABLE subscriber(
    id TEXT PRIMARY KEY, vid INTEGER NOT NULL, caller TEXT NOT NULL, headers TEXT NOT NULL, status TEXT NOT NULL,
    mark INTEGER NOT NULL, since INTEGER NOT NULL, counted INTEGER NOT NULL, sent INTEGER NOT NULL,
    failures INTEGER NOT NULL, due INTEGER NOT NULL, told INTEGER NOT NULL, problem TEXT NOT NULL);
CREATE TABLE notice(
    subscriber TEXT NOT NULL, number INTEGER NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY(subscriber, number)) WITHOUT ROWID
"""
_OUTBOX: Final = """
CREATE TABLE rx_outbox(
    number INTEGER PRIMARY KEY, request TEXT NOT NULL, prescription TEXT NOT NULL, event TEXT NOT NULL,
    message TEXT NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX rx_outbox_request ON rx_outbox(request);
CREATE INDEX rx_outbox_prescription ON rx_outbox(prescription);
CREATE TABLE rx_done(number INTEGER PRIMARY KEY, at INTEGER NOT NULL, outcome TEXT NOT NULL)
"""
_AUTHORS: Final = """
CREATE TABLE author(seq INTEGER PRIMARY KEY, agent TEXT NOT NULL)
"""
_DUE: Final = """
CREATE TABLE rx_due(event TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY(event, number)) WITHOUT ROWID;
INSERT INTO rx_due(event, number)
    SELECT o.event, o.number FROM rx_outbox o WHERE NOT EXISTS (SELECT 1 FROM rx_done d WHERE d.number = o.number)
"""
_CHORES: Final = """
CREATE TABLE chore(name TEXT PRIMARY KEY);
INSERT INTO chore(name) VALUES ('label-lifted')
"""
STEPS: Final = (_FIRST, _SEGMENTS, _CHAIN, _SUBSCRIPTIONS, _OUTBOX, _AUTHORS, _DUE, _CHORES)


class TooNewError(Exception):
    """The database was made by a later journal than this one."""


def version(connection: Connection) -> int:
    """How many steps a database has taken; one without a note of it was made before steps were counted."""
    if connection.has_table("schema_version"):
        row = connection.row("SELECT version FROM schema_version")
        return int(row[0]) if row else 0
    return int(connection.has_table("resource"))


def migrate(database: Database, connection: Connection, target: int = len(STEPS), *, within: bool = False) -> None:
    """Takes the steps that a database lacks, all or none; ``within`` a transaction that is under way, or in its own.

    Raises:
        TooNewError: The database has taken more steps than this journal knows.
    """
    if within:
        _take(database, connection, target)
        return
    connection.begin()
    try:
        _take(database, connection, target)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _take(database: Database, connection: Connection, target: int) -> None:
    taken = _taken(connection)
    for step in STEPS[taken:target]:
        for statement in step.split(";"):
            connection.run(database.ddl(statement))
    if taken < target:
        _note(connection, target)


def _taken(connection: Connection) -> int:
    taken = version(connection)
    if taken > len(STEPS):
        raise TooNewError(f"its schema is version {taken}; this journal knows {len(STEPS)}")
    return taken


def _note(connection: Connection, taken: int) -> None:
    connection.run("CREATE TABLE IF NOT EXISTS schema_version(version INTEGER NOT NULL)")
    connection.run("DELETE FROM schema_version")
    connection.run("INSERT INTO schema_version(version) VALUES (?)", [taken])


def number(connection: Connection, keys: list[str]) -> dict[str, int]:
    """Numbers the search parameters; a number once given stays."""
    connection.begin()
    known = {str(key): int(place) for place, key in connection.rows("SELECT number, key FROM param")}
    following = max(known.values(), default=0) + 1
    for place, key in enumerate((key for key in keys if key not in known), following):
        connection.run("INSERT INTO param(number, key) VALUES (?, ?)", [place, key])
        known[key] = place
    connection.commit()
    return known
