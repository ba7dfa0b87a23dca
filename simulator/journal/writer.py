"""The one thread that writes: takes what has queued, runs each piece in a savepoint, and commits once for all.

While one commit waits for the disk, the next batch queues (group commit). Nobody is answered before the commit
that carries their write has reached the disk.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from simulator.journal.audit.record import Record, store_records
from simulator.journal.errors import FhirError
from simulator.journal.settings import Settings
from simulator.journal.storage.opening import refusal
from simulator.journal.storage.seam import Database
from simulator.journal.store import Store

Work = Callable[[Store], Any]
LOOK_S = 1.0
MOST_WAITING = 2000
MOST_STUCK = 100_000
NOTHING_STORED = "nothing of this request was stored"


class StoppedError(Exception):
    """The journal is ending."""


@dataclass(slots=True)
class Job:
    """A piece of work that is waiting for a commit, with the audit record that belongs to it."""

    work: Work
    record: Record | None
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class Writer:
    """Owns the writing connection. Made, used and closed from one event loop."""

    def __init__(self, store: Store, database: Database, settings: Settings) -> None:
        self.store = store
        self.database = database
        self.batch = settings.batch
        self.delay = settings.audit_delay
        self.patience = settings.patience
        self.loop = asyncio.get_running_loop()
        self.jobs: SimpleQueue[Job | None] = SimpleQueue()
        self.notes: deque[Record] = deque()
        self.timer: asyncio.TimerHandle | None = None
        self.thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self.thread.start()

    def submit(self, work: Work, record: Record | None = None) -> asyncio.Future[Any]:
        """Queues work; the future is done, or failed with the work's own FhirError, after the commit.

        ``record`` is stored in the same transaction, whether the work succeeds or is refused; its status is the work's
        result's ``status`` or that of the refusal.
        """
        future: asyncio.Future[Any] = self.loop.create_future()
        self.jobs.put(Job(work, record, future))
        return future

    def wait_for(self, work: Work, record: Record | None, ending: Callable[[], bool]) -> Any:
        """Queues work from a thread of its own, and waits until it is durable; gives its result.

        Raises:
            FhirError: The work's own.
            StoppedError: The journal is ending, so that nobody may answer any more.
        """

        async def submitted() -> Any:
            return await self.submit(work, record)

        future = asyncio.run_coroutine_threadsafe(submitted(), self.loop)
        while True:
            try:
                return future.result(timeout=LOOK_S)
            except TimeoutError:
                if ending():
                    raise StoppedError from None

    def note(self, record: Record) -> None:
        """Queues the audit record of a read for the next commit, at most ``delay`` seconds away."""
        if not self.stuck:
            self.notes.append(record)
        if self.timer is None:
            self.timer = self.loop.call_later(self.delay, self._wake)
        elif len(self.notes) == MOST_WAITING:
            self._wake()

    @property
    def stuck(self) -> bool:
        """Whether audit records cannot be stored: then nothing may be shown either."""
        return len(self.notes) > MOST_STUCK

    def _wake(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        self.submit(_nothing).add_done_callback(lambda done: done.cancelled() or done.exception())

    async def flush(self) -> None:
        """Waits until everything queued so far is durable."""
        await self.submit(_nothing)

    async def close(self) -> None:
        """Makes what has queued durable and ends the thread."""
        if self.timer is not None:
            self.timer.cancel()
        await self.flush()
        self.jobs.put(None)
        await asyncio.to_thread(self.thread.join)

    def _run(self) -> None:
        going = True
        while going:
            batch = [self.jobs.get()]
            with contextlib.suppress(Empty):
                while len(batch) < self.batch:
                    batch.append(self.jobs.get_nowait())
            going = None not in batch
            jobs = [job for job in batch if job is not None]
            self._commit(jobs)
            self.loop.call_soon_threadsafe(_settle, jobs)
        self.store.connection.close()

    def _commit(self, jobs: list[Job]) -> None:
        notes = [self.notes.popleft() for _ in range(len(self.notes))]
        try:
            self.store.begin()
            for job in jobs:
                self._do(job)
            store_records(self.store, [*notes, *(job.record for job in jobs if job.record)])
            self.store.commit()
        except Exception as error:  # noqa: BLE001  the one thread that writes must outlive whatever happens in it
            with contextlib.suppress(*self.database.failures):
                self.store.rollback()
            if isinstance(error, self.database.failures):
                self.notes.extendleft(reversed(notes))
            for job in jobs:
                job.error = refusal(self.database, error, NOTHING_STORED)

    def _do(self, job: Job) -> None:
        if job.work is _nothing:
            return
        self.store.mark()
        self.store.record, self.store.left = job.record, self.patience
        try:
            job.result = job.work(self.store)
        except Exception as error:
            if isinstance(error, self.database.failures):
                if not self.database.is_complex(error):
                    raise
                error = refusal(self.database, error, NOTHING_STORED)
            self.store.undo()
            # A refusal's traceback leads back to this job: with it, all of the request would wait for the collector.
            job.error = error.with_traceback(None) if isinstance(error, FhirError) else error
            if job.record:
                job.record.failed(error.status if isinstance(error, FhirError) else 500)
        else:
            self.store.keep()
            if job.record:
                job.record.status = getattr(job.result, "status", 200)


def _nothing(_: Store) -> None:
    """The work of a job that only waits for a commit."""


def _settle(jobs: list[Job]) -> None:
    for job in jobs:
        if job.future.cancelled():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
