"""The journal's tables in SQLite, and how a connection to them is opened.

``resource`` has a row for each resource and points at its current row in ``version``, which only grows. The
``idx_`` tables hold what the current versions are found by; their keys begin with parameter and value, and a
negative parameter is a reference's ``:identifier``. ``audit`` holds AuditEvents as columns, and ``audit_link`` the
resources that each is about.
"""

import sqlite3
from pathlib import Path
from typing import Final

TABLES: Final = """
CREATE TABLE IF NOT EXISTS param(number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS resource(
    rid INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL, vid INTEGER NOT NULL, seq INTEGER NOT NULL,
    updated INTEGER NOT NULL, deleted INTEGER NOT NULL, patient TEXT NOT NULL, UNIQUE(type, id));
CREATE INDEX IF NOT EXISTS resource_type ON resource(type, deleted);
CREATE TABLE IF NOT EXISTS version(
    seq INTEGER PRIMARY KEY, rid INTEGER NOT NULL, vid INTEGER NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL,
    method TEXT NOT NULL, updated INTEGER NOT NULL, content BLOB);
CREATE UNIQUE INDEX IF NOT EXISTS version_rid ON version(rid, vid);
CREATE INDEX IF NOT EXISTS version_type ON version(type);
CREATE TABLE IF NOT EXISTS idx_token(
    param INTEGER NOT NULL, code TEXT NOT NULL, system TEXT NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY(param, code, rid, system)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS idx_string(
    param INTEGER NOT NULL, norm TEXT NOT NULL, exact TEXT NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY(param, norm, rid, exact)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS idx_date(
    param INTEGER NOT NULL, lo INTEGER NOT NULL, hi INTEGER NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY(param, lo, hi, rid)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idx_date_rid ON idx_date(rid, param);
CREATE TABLE IF NOT EXISTS idx_reference(
    param INTEGER NOT NULL, target TEXT NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY(param, target, rid)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idx_reference_rid ON idx_reference(rid, param);
CREATE TABLE IF NOT EXISTS idx_quantity(
    param INTEGER NOT NULL, value REAL NOT NULL, system TEXT NOT NULL, code TEXT NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY(param, value, system, code, rid)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit(
    seq INTEGER PRIMARY KEY, recorded INTEGER NOT NULL, interaction TEXT NOT NULL, status INTEGER NOT NULL,
    target TEXT NOT NULL, query TEXT NOT NULL, client TEXT NOT NULL, links TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS audit_link(
    ref TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(ref, seq)) WITHOUT ROWID;
"""
COLUMNS: Final = {"token": 4, "string": 4, "date": 4, "reference": 3, "quantity": 5, "audit": 8, "audit_link": 2}
FILE: Final = "journal.sqlite"


def connect(data: Path, *, write: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode: WAL, and for the writer an fsync at each commit."""
    db = sqlite3.connect(data / FILE, isolation_level=None, check_same_thread=False, cached_statements=600, timeout=30)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA mmap_size=268435456")
    db.execute("PRAGMA case_sensitive_like=ON")
    if write:
        db.execute("PRAGMA cache_size=-65536")
        db.execute("PRAGMA wal_autocheckpoint=16000")
    else:
        db.execute("PRAGMA query_only=ON")
    return db


def prepare(db: sqlite3.Connection, keys: list[str]) -> dict[str, int]:
    """Makes the tables where absent, and numbers the search parameters; a number once given stays."""
    db.executescript(TABLES)
    db.execute("BEGIN IMMEDIATE")
    db.executemany("INSERT OR IGNORE INTO param(key) VALUES (?)", [(key,) for key in keys])
    db.execute("COMMIT")
    return {key: number for number, key in db.execute("SELECT number, key FROM param")}
