"""The thread that finds events and has them delivered, beside the requests; in one process of a journal at a time.

Everything it must remember is in the database: after a restart it goes on where it was. Nothing is held back in memory
but one attempt for each Subscription, so a slow endpoint keeps nobody else waiting, and no queue grows.
"""

import asyncio
import fcntl
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

import orjson

from simulator.journal.access.view import View
from simulator.journal.audit.record import Record
from simulator.journal.errors import FhirError
from simulator.journal.journal import Journal
from simulator.journal.store import Reader
from simulator.journal.subscriptions.delivery import Delivery
from simulator.journal.subscriptions.events import PORTION, Deadlines, Listener, changes, latest, note, noted, version
from simulator.journal.subscriptions.notification import Telling, bundle, sees
from simulator.journal.subscriptions.settling import SECOND, Outcome, become, settle
from simulator.journal.subscriptions.state import KIND, Notice, Subscriber, caller_in, notices, subscribers
from simulator.journal.subscriptions.terms import Terms, read_terms
from simulator.journal.writer import StoppedError, Work

LOOK_S: Final = 0.05
IDLE_S: Final = 0.25
AGAIN_S: Final = 1.0
CARRIERS: Final = 4
UNMARKED: Final = 5000
"""After how many versions without an event the mark is moved all the same."""
LOCK: Final = "notifier.lock"
OVER: Final = "its time is over"
EVENTS: Final = "event-notification"


class Notifier:
    """Made when the journal serves; works until it is closed."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.delivery = Delivery()
        self.stopping = threading.Event()
        self.pool = ThreadPoolExecutor(CARRIERS, thread_name_prefix="journal-notify")
        self.deadlines = Deadlines()
        self._busy: set[str] = set()
        self._seen: dict[tuple[str, int], int] = {}
        self._terms: dict[tuple[str, int], Terms | None] = {}
        self.thread = threading.Thread(target=self._run, name="journal-notifier", daemon=True)
        self.thread.start()

    def close(self) -> None:
        """Ends; what is not delivered will be after the next start."""
        self.stopping.set()
        self.delivery.close()
        self.pool.shutdown(cancel_futures=True)
        self.thread.join()

    def _run(self) -> None:
        """Waits for the turn of this process, then looks again and again."""
        pause = 0.0
        connection = self.journal.database.connect()
        with (self.journal.settings.data / LOCK).open("w") as lock:
            while not self.stopping.wait(pause):
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    pause = self._look(Reader(connection))
                except BlockingIOError:
                    pause = IDLE_S
                except StoppedError:
                    break
                except Exception as error:  # noqa: BLE001  whatever went wrong, the next look may go well
                    if not self.stopping.is_set():
                        traceback.print_exception(error, file=sys.stderr)
                    pause = IDLE_S
        connection.close()

    def _look(self, reader: Reader) -> float:
        """Finds events and begins deliveries; gives how long to wait before the next look."""
        # Who is being told while the rows are read may have another row by now.
        busy = frozenset(self._busy)
        rows = subscribers(reader)
        if not rows:
            return IDLE_S
        asked = [(row, terms) for row in rows if (terms := self._asked(reader, row)) is not None]
        if len(self._terms) > 2 * len(rows) + 100:
            self._terms = {(row.id, row.vid): terms for row, terms in asked}
            self._seen = {key: seen for key, seen in self._seen.items() if key in self._terms}
        recording = [one for one in asked if one[0].records]
        more = bool(recording) and self._find(reader, recording)
        for row, terms in asked:
            kind = _wanted(row, terms)
            if kind and row.id not in busy:
                self._busy.add(row.id)
                self.pool.submit(self._carry, row, terms, kind)
        return 0.0 if more else LOOK_S if any(row.status in {"requested", "active"} for row in rows) else IDLE_S

    def _asked(self, reader: Reader, row: Subscriber) -> Terms | None:
        """What a Subscription asks for, read once for each version that its client wrote."""
        key = (row.id, row.vid)
        if key not in self._terms:
            found = reader.find(KIND, row.id)
            settings = self.journal.settings
            try:
                content = orjson.loads(found.content) if found and found.content else None
                self._terms[key] = (
                    read_terms(content, self.journal.base, frozenset(settings.notify)) if content else None
                )
            except FhirError:
                self._terms[key] = None
        return self._terms[key]

    def _find(self, reader: Reader, recording: list[tuple[Subscriber, Terms]]) -> bool:
        """Notes the events that have come about since the last look; tells whether there is more to look at."""
        until = latest(reader)
        seen = {row.id: max(self._seen.get((row.id, row.vid), 0), row.mark) for row, _ in recording}
        kinds = {kind for _, terms in recording for kind in terms.topic.kinds}
        if any(terms.topic.overdue for _, terms in recording) and not self.deadlines.known:
            self.deadlines.learn_all(reader)
        found = changes(reader, min(seen.values()), until, kinds) if min(seen.values()) < until else []
        until = found[-1].seq if len(found) == PORTION else until
        for one in found:
            self.deadlines.follow(one)
        passed = self.deadlines.passed(time.time_ns() // 1000)
        noting = []
        for row, terms in recording:
            events: list[tuple[int, int]] = []
            if found or passed:
                listener = Listener(row, terms, self._view(reader, row), seen[row.id])
                events = [(one.seq, one.updated) for one in found if one.is_event(listener, self.journal.indexer)]
                events += self._late(reader, listener, passed) if terms.topic.overdue else []
            if events or until - row.mark > UNMARKED:
                noting.append((row, max(until, seen[row.id]), events))
            self._seen[row.id, row.vid] = max(until, seen[row.id])
        if noting:
            self._write(lambda store: [note(store, *one) for one in noting])
        return bool(noting) or len(found) == PORTION

    def _late(self, reader: Reader, listener: Listener, passed: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The events of deadlines that passed since the Subscription became active."""
        mine = [(at, seq) for at, seq in passed if at > listener.row.since]
        known = noted(reader, listener.row, [seq for _, seq in mine]) if mine else set()
        found = [(seq, at) for at, seq in mine if seq not in known]
        tasks = {seq: version(reader, seq) for seq, _ in found}
        return [one for one in found if (t := tasks[one[0]]) and t.concerns(listener, self.journal.indexer)]

    def _view(self, reader: Reader, row: Subscriber) -> View | None:
        """What the client sees at this moment; None for everything, in open mode."""
        caller = caller_in(row)
        return None if caller is None else self.journal.rights.view(reader, caller)

    def _carry(self, row: Subscriber, terms: Terms, kind: str) -> None:
        """One attempt to deliver what is due to one Subscription."""
        try:
            self._attempt(row, terms, kind)
        except StoppedError:
            return
        except Exception as error:  # noqa: BLE001  nobody waits for this thread's result
            if not self.stopping.is_set():
                traceback.print_exception(error, file=sys.stderr)
            self.stopping.wait(AGAIN_S)
        finally:
            self._busy.discard(row.id)

    def _write(self, work: Work, record: Record | None = None) -> None:
        self.journal.writer.wait_for(work, record, self.stopping.is_set)

    def _attempt(self, row: Subscriber, terms: Terms, kind: str) -> None:
        reader = self.journal.pooled()
        view = self._view(reader, row)
        why = OVER if kind == "over" else self._ended(view)
        if why:
            self._write(lambda store: become(store, row, "off", why))
            return
        told = notices(reader, row.id, row.sent + 1, row.counted, terms.at_once) if kind == EVENTS else []
        last = told[-1].number if told else row.counted
        # The count is told as of the last event told of.
        body = bundle(
            self.journal.base, replace(row, counted=last), terms.topic.url, Telling(kind, told, terms.content), view
        )
        problem = self.delivery.send(terms.endpoint, orjson.dumps(body), orjson.loads(row.headers), terms.timeout_s)
        outcome, tries = Outcome(row, kind, last, problem), self.journal.settings.notify_tries
        record = _record(row, terms, view, told) if told else None
        self._write(lambda store: settle(store, outcome, tries), record)

    def _ended(self, view: View | None) -> str:
        """Why a client may no longer be told anything; empty while he may."""
        if view is None:
            return ""
        gate, hpr = self.journal.gate, view.caller.hpr
        if gate is not None and hpr:
            asked = asyncio.run_coroutine_threadsafe(gate.personnel.authorisations(hpr), self.journal.writer.loop)
            if not asked.result(timeout=10):
                return "the authorisation in HPR has ended"
        return "access to the patient has ended" if view.refusal or not (view.everybody or view.grants) else ""


def _record(row: Subscriber, terms: Terms, view: View | None, told: list[Notice]) -> Record:
    """What the audit trail tells of a notification: whom it went to, about which patients."""
    agent = view.caller.account() if view else None
    record = Record("$notify", f"{KIND}/{row.id}", "", urlsplit(terms.endpoint).hostname or "", agent=agent)
    record.basis = view.basis if view else ""
    record.touch(f"{KIND}/{row.id}", "")
    for notice in told:
        if terms.content != "empty" and sees(view, notice):
            record.touch(f"{notice.version.type}/{notice.version.id}", notice.patient)
    return record


def _wanted(row: Subscriber, terms: Terms) -> str:
    """What is due to a Subscription now; empty for nothing."""
    now = time.time_ns() // 1000
    if row.status not in {"requested", "active"} or row.due > now:
        return ""
    if terms.end is not None and terms.end * 1000 <= now:
        return "over"
    if row.status == "requested":
        return "handshake"
    if row.counted > row.sent:
        return EVENTS
    return "heartbeat" if terms.heartbeat_s and row.told + terms.heartbeat_s * SECOND <= now else ""
