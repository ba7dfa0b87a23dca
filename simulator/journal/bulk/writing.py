"""Writes an export to files, and one line for each patient in it to the audit trail before anybody can fetch it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import orjson

from simulator.journal.audit.record import Record
from simulator.journal.bulk.folder import Files
from simulator.journal.bulk.walk import Walk

Json = dict[str, Any]
MOST_RECORDS: Final = 500
IN_A_BUNDLE: Final = 100
OFTEN: Final = 2000


def write_export(walk: Walk, path: Path, limit: int, told: "Told") -> Json:
    """Writes everything that a walk finds; gives the lists ``output`` and ``deleted`` of the manifest.

    Args:
        walk: Over a snapshot.
        path: The folder of the files.
        limit: Bytes of a file.
        told: Hears of progress and of each patient.
    """
    files, gone = Files(path, limit), Files(path, limit)
    try:
        for number, kind in enumerate(walk.wanted.kinds, start=1):
            told.begins(kind, number, len(walk.wanted.kinds))
            for hit in walk.hits(kind):
                files.put(kind, hit.content)
                told.wrote(hit.patient)
            if walk.wanted.since >= 0:
                _write_gone(walk, kind, gone, told)
        told.flush()
    finally:
        files.close()
        gone.close()
    return {"output": files.made, "deleted": [one | {"type": "Bundle"} for one in gone.made]}


def _write_gone(walk: Walk, kind: str, files: Files, told: "Told") -> None:
    entries: list[Json] = []
    for identity, patient in walk.gone(kind):
        entries.append({"request": {"method": "DELETE", "url": f"{kind}/{identity}"}})
        told.wrote(patient)
        if len(entries) == IN_A_BUNDLE:
            files.put("deleted", _bundle(entries))
            entries = []
    if entries:
        files.put("deleted", _bundle(entries))


def _bundle(entries: list[Json]) -> bytes:
    return orjson.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})


class Told:
    """What is told while an export is written.

    Args:
        like: The record of the call that asked for it; each patient's has the same caller, basis and query.
        store: Makes records durable.
        progress: Hears how far it has come; raises StoppedError when the journal is ending.
    """

    def __init__(self, like: Record, store: Callable[[list[Record]], None], progress: Callable[[str], None]) -> None:
        self.like = like
        self.store = store
        self.progress = progress
        self.written = 0
        self._where = ""
        self._known: set[str] = set()
        self._waiting: list[Record] = []

    def begins(self, kind: str, number: int, of: int) -> None:
        """A type begins."""
        self._where = f"{kind}, type {number} of {of}"
        self.progress(f"{self.written} resources written; {self._where}")

    def wrote(self, patients: str) -> None:
        """A resource about some patients was written."""
        self.written += 1
        if self.written % OFTEN == 0:
            self.progress(f"{self.written} resources written; {self._where}")
        for patient in patients.split():
            if patient not in self._known:
                self._known.add(patient)
                self._waiting.append(self._record(patient))
        if len(self._waiting) >= MOST_RECORDS:
            self.flush()

    def flush(self) -> None:
        """Makes the lines of the patients so far durable."""
        if self._waiting:
            self.store(self._waiting)
            self._waiting = []

    def _record(self, patient: str) -> Record:
        like = self.like
        record = Record(like.interaction, like.target, like.query, like.client, agent=like.agent, basis=like.basis)
        record.status = 200
        record.touch(patient, patient)
        return record
