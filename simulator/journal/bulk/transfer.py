"""A whole record out of one journal's database and into another's, by whoever runs them, while neither serves.

Unlike $export this is the tenant's own: what is blocked and protected addresses go along, since they must be blocked
and protected in the new place too. Both are in the audit trail: a line for each patient and, on the way in, each write.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from simulator.journal.audit.record import Record, store_records
from simulator.journal.bulk.arriving import Arriving
from simulator.journal.bulk.folder import FILE, Json
from simulator.journal.bulk.walk import Walk
from simulator.journal.bulk.wanted import Wanted
from simulator.journal.bulk.writing import Told, write_export
from simulator.journal.errors import FhirError, refuse
from simulator.journal.interactions.common import check_id
from simulator.journal.journal import Journal
from simulator.journal.store import Reader
from simulator.journal.supported import WRITABLE

AT_ONCE: Final = 256
CLIENT: Final = "command-line"


class TransferError(Exception):
    """A transfer cannot be made; the message says what was found where, and what to do."""


class Leaving(Walk):
    """A walk whose documents lead to their content in whatever journal they come to."""

    leading = ("reference", "url")


def take_out(journal: Journal, folder: Path) -> int:
    """Writes everything to files of NDJSON in a new or empty folder; gives the number of resources.

    Raises:
        TransferError: The folder holds something.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise TransferError(f"{folder} is not empty; choose a new folder")

    def store(records: list[Record]) -> None:
        journal.store.begin()
        store_records(journal.store, records)
        journal.store.commit()

    connection = journal.database.connect()
    connection.snapshot()
    told = Told(Record("$export", "$export", "", CLIENT), store, lambda _: None)
    walk = Leaving(journal, Reader(connection), None, Wanted())
    try:
        write_export(walk, folder, journal.settings.export_bytes, told)
    finally:
        connection.rollback()
        connection.close()
    return told.written


def take_in(journal: Journal, folder: Path) -> tuple[int, int]:
    """Stores what the files of an export hold, each under its own id; gives how many were stored, and how many not.

    What is there already with the same content stays as it is, so a transfer that broke off can be made again.

    Raises:
        TransferError: A line is not a resource that this journal takes, or would give somebody a second record or
            overwrite somebody else's. Nothing has been stored then.
    """
    files = [path for path in sorted(folder.glob("*.ndjson")) if FILE.fullmatch(path.name)]
    if not files:
        raise TransferError(f"{folder} holds no file such as Patient.1.ndjson; give the folder of an export")
    if any(path.name.startswith("deleted.") for path in files):
        raise TransferError(f"{folder} is an export of what changed since a time; give the folder of a whole export")
    arriving = Arriving(journal)
    for where, resource in _lines(files):
        _check(journal, where, resource)
        arriving.look_at(where, resource)
    if found := arriving.clashes():
        raise TransferError("\n".join(found))
    stored = same = 0
    portion: list[Json] = []
    for _, resource in _lines(files):
        portion.append(resource)
        if len(portion) == AT_ONCE:
            stored, same = _add(journal, portion, stored, same)
            portion = []
    return _add(journal, portion, stored, same)


def _lines(files: list[Path]) -> Iterator[tuple[str, Any]]:
    for path in files:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    try:
                        yield f"{path}, line {number}", orjson.loads(line)
                    except orjson.JSONDecodeError as error:
                        raise TransferError(
                            f"{path}, line {number}: not JSON ({error}); take the export again"
                        ) from None


def _check(journal: Journal, where: str, resource: Any) -> None:
    try:
        if not isinstance(resource, dict) or resource.get("resourceType") not in WRITABLE:
            raise refuse(422, "structure", "expected a resource of a type that is kept here")
        check_id(str(resource.get("id") or ""), resource["resourceType"])
        journal.validator.check(resource, resource["resourceType"])
    except FhirError as error:
        raise TransferError(f"{where}: {error}; nothing has been stored") from None


def _add(journal: Journal, resources: list[Json], stored: int, same: int) -> tuple[int, int]:
    """Stores some in one transaction, each write with its line in the trail."""
    store, records = journal.store, []
    # What was allowed where it comes from moves as it is: a person who is there twice is still so.
    store.rules = lambda _, resource, __: journal.protecting(store, resource)
    store.begin()
    try:
        for resource in resources:
            kind, identity = resource["resourceType"], resource["id"]
            found = store.find(kind, identity)
            wanted = journal.secrecy.labelled(store, resource)
            if found and found.content and content(orjson.loads(found.content)) == content(wanted):
                same += 1
                continue
            now = store.put(resource, found, "PUT")
            record = Record("update", f"{kind}/{identity}", "", CLIENT)
            record.status = 200 if found else 201
            record.touch(f"{kind}/{identity}", now.patient)
            records.append(record)
            stored += 1
        store_records(store, records)
        store.commit()
    except BaseException:
        store.rollback()
        raise
    return stored, same


def content(resource: Json) -> Json:
    """A resource without what each journal gives of its own: version and time of storing."""
    meta = {name: value for name, value in resource.get("meta", {}).items() if name not in {"versionId", "lastUpdated"}}
    return {name: value for name, value in resource.items() if name != "meta"} | ({"meta": meta} if meta else {})
