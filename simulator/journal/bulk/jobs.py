"""The exports of a journal: one at a time in a thread of its own, each from one consistent snapshot."""

import os
import shutil
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from simulator.journal.access.caller import Caller
from simulator.journal.audit.record import Record, store_records
from simulator.journal.bulk.folder import STATE, Folder, Json
from simulator.journal.bulk.walk import Walk
from simulator.journal.bulk.wanted import Wanted
from simulator.journal.bulk.writing import Told, write_export
from simulator.journal.clock import instant
from simulator.journal.errors import refuse
from simulator.journal.journal import Journal
from simulator.journal.store import Reader
from simulator.journal.writer import StoppedError, Work

FOLDER: Final = "exports"
KEPT_S: Final = 24 * 3600.0
"""How long the files of an export can be fetched."""
MOST_UNFINISHED: Final = 8


class Exports:
    """Begins exports, and knows how each stands; made by the first that is asked for."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.path = journal.settings.data / FOLDER
        self.pool = ThreadPoolExecutor(1, thread_name_prefix="journal-export")
        self.stopping = threading.Event()
        self.lock = threading.Lock()

    def begin(self, wanted: Wanted, caller: Caller | None, record: Record, request: str) -> str:
        """Queues an export; gives its id.

        Raises:
            FhirError: 429, too many are under way.
        """
        with self.lock:
            self._sweep()
            if sum(state["state"] == "running" and goes_on(state) for state in self._states()) >= MOST_UNFINISHED:
                error = refuse(429, "throttled", f"{MOST_UNFINISHED} exports are under way; wait, or take one back")
                error.headers["Retry-After"] = "60"
                raise error
            identity = str(uuid4())
            folder = self.folder(identity)
            folder.path.mkdir(parents=True, mode=0o700)
            state: Json = {"state": "running", "owner": caller.key if caller else "", "request": request}
            state["process"] = os.getpid()
            folder.write(state | {"progress": "waiting for its turn"})
        self.pool.submit(self._run, folder, state, _Asked(wanted, caller, record))
        return identity

    def folder(self, identity: str) -> Folder:
        """The folder of a job, whether there is one or not."""
        return Folder(self.path / identity)

    def close(self) -> None:
        """Ends what is under way; what is not finished is gone."""
        self.stopping.set()
        self.pool.shutdown(cancel_futures=True)

    def _states(self) -> list[Json]:
        folders = [Folder(file.parent) for file in self.path.glob(f"*/{STATE}")]
        return [state for folder in folders if (state := folder.read())]

    def _sweep(self) -> None:
        for file in self.path.glob(f"*/{STATE}"):
            folder = Folder(file.parent)
            if folder.age() > KEPT_S:
                folder.remove()

    def _run(self, folder: Folder, state: Json, asked: "_Asked") -> None:
        try:
            folder.write(state | self._export(folder, state, asked))
        except (StoppedError, FileNotFoundError):
            folder.remove()
        except Exception as error:  # noqa: BLE001  whatever it was, who polls must hear that it failed
            traceback.print_exception(error, file=sys.stderr)
            try:
                folder.write(state | {"state": "failed"})
            except OSError:
                folder.remove()

    def _export(self, folder: Folder, state: Json, asked: "_Asked") -> Json:
        """The export itself; gives what it adds to the job's state."""
        journal = self.journal

        def progress(words: str) -> None:
            if self.stopping.is_set():
                raise StoppedError
            folder.write(state | {"progress": words})

        progress("taking a snapshot")
        # Later than every write so far, and earlier than every write that the snapshot does not show.
        stamp: int = self._write(lambda store: store.clock.now())
        connection = journal.database.connect()
        try:
            connection.snapshot()
            reader = Reader(connection)
            view = journal.rights.view(reader, asked.caller) if asked.caller else None
            told = Told(asked.record, lambda records: self._write(lambda s: store_records(s, records)), progress)
            walk = Walk(journal, reader, view, asked.wanted)
            made = write_export(walk, folder.path, journal.settings.export_bytes, told)
        finally:
            connection.rollback()
            connection.close()
        return {"state": "complete", "time": instant(stamp), "until": time.time() + KEPT_S, **made}

    def _write(self, work: Work) -> Any:
        return self.journal.writer.wait_for(work, None, self.stopping.is_set)


class _Asked:
    """What was asked for, by whom, and the record of the call."""

    def __init__(self, wanted: Wanted, caller: Caller | None, record: Record) -> None:
        self.wanted = wanted
        self.caller = caller
        self.record = record


def goes_on(state: Json) -> bool:
    """Whether the process that makes an export, or made it, has not left it unfinished by ending."""
    if state["state"] != "running":
        return True
    try:
        os.kill(state["process"], 0)
    except OSError:
        return False
    return True


def clear_unfinished(data: Path) -> None:
    """Removes the exports that a journal did not live to finish."""
    for file in (data / FOLDER).glob(f"*/{STATE}"):
        state = Folder(file.parent).read()
        if state is None or state["state"] == "running":
            shutil.rmtree(file.parent, ignore_errors=True)
