"""Backup and restore: everything in a journal's database as one compressed file, the same for either database.

The file is gzipped JSON lines: a header with the schema's version and the columns of each table, a line per row, and an
end line with the number of rows and a digest of all lines before it. A backup is taken in one snapshot, while the
journal may serve. A restore fills a database that holds nothing, wholly or not at all.
"""

import gzip
import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from simulator.journal.storage.migrations import STEPS, migrate, version
from simulator.journal.storage.seam import COLUMNS, Connection, Database, Row

FORMAT: Final = "journal-backup-1"
_PORTION: Final = 2000


class BackupError(Exception):
    """A backup cannot be taken or restored: what was found and what to do."""


def backup(database: Database, file: Path) -> int:
    """Writes a backup; gives the number of rows. The file is there only when it is whole.

    Raises:
        BackupError: There is no journal in the database, or it is of another schema than this journal's.
    """
    connection = database.connect()
    try:
        connection.snapshot()
        _check_schema(connection)
        partial = file.with_name(f"{file.name}.part")
        with gzip.open(partial, "wb", compresslevel=5) as out:
            count, digest = 0, hashlib.sha256()
            for line in _lines(connection):
                digest.update(line)
                out.write(line)
                count += 1
            out.write(orjson.dumps({"end": count - 1, "sha256": digest.hexdigest()}) + b"\n")
        partial.replace(file)
    finally:
        connection.rollback()
        connection.close()
    return count - 1


def _check_schema(connection: Connection) -> None:
    found = version(connection)
    if found != len(STEPS):
        words = "holds no journal" if not found else f"is of schema {found}, this journal's is {len(STEPS)}"
        raise BackupError(f"the database {words}; start a journal of this version on it once")


def _lines(connection: Connection) -> Iterator[bytes]:
    yield orjson.dumps({"format": FORMAT, "schema": len(STEPS), "tables": COLUMNS}) + b"\n"
    for table, columns in COLUMNS.items():
        names = ", ".join(columns)
        for row in connection.stream(f"SELECT {names} FROM {table} ORDER BY {names}"):  # noqa: S608  the journal's own names
            yield orjson.dumps([table, *row], default=_bytes) + b"\n"


def _bytes(value: Any) -> dict[str, str]:
    return {"base64": b64encode(value).decode()}


def restore(database: Database, file: Path) -> int:
    """Fills an empty database from a backup, and brings it to this journal's schema; gives the number of rows.

    Raises:
        BackupError: The database holds a journal, or the file is not a whole backup that this journal can read.
    """
    connection = database.connect(write=True)
    try:
        _check_empty(connection)
        with gzip.open(file, "rb") as lines:
            header = _header(lines.readline())
            connection.begin()
            migrate(database, connection, header["schema"], within=True)
            count = _fill(connection, header, lines)
            migrate(database, connection, within=True)
            connection.commit()
    except (OSError, EOFError, orjson.JSONDecodeError, KeyError) as error:
        connection.rollback()
        raise BackupError(f"{file} is not a whole backup ({error}); nothing was restored") from None
    except BaseException:
        connection.rollback()
        raise
    finally:
        connection.close()
    return count


def _check_empty(connection: Connection) -> None:
    if connection.has_table("resource"):
        raise BackupError("the database holds a journal already; restore into an empty one")


def _header(line: bytes) -> dict[str, Any]:
    header: dict[str, Any] = orjson.loads(line)
    if header["format"] != FORMAT:
        raise BackupError(f"the file's format is {header['format']!r}; expected {FORMAT}")
    if header["schema"] > len(STEPS):
        raise BackupError(f"the backup is of schema {header['schema']}; this journal knows {len(STEPS)}")
    return header | {"line": line}


def _fill(connection: Connection, header: dict[str, Any], lines: Any) -> int:
    """Loads every row, and checks that all are there as they were written."""
    digest = hashlib.sha256(header["line"])
    tables: dict[str, list[str]] = header["tables"]
    portion: list[Row] = []
    current = ""
    for count, line in enumerate(lines):
        row = orjson.loads(line)
        if isinstance(row, dict):
            if current:
                connection.load(current, tables[current], portion)
            if row != {"end": count, "sha256": digest.hexdigest()}:
                raise BackupError("the backup has been changed or is not whole; nothing was restored")
            return count
        digest.update(line)
        if current and (row[0] != current or len(portion) >= _PORTION):
            connection.load(current, tables[current], portion)
            portion = []
        current = row[0]
        portion.append(tuple(_value(value) for value in row[1:]))
    raise BackupError("the backup ends too early; nothing was restored")


def _value(value: Any) -> Any:
    return b64decode(value["base64"]) if isinstance(value, dict) else value
