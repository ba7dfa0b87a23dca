"""The thread that carries messages to one receiver, in order, until each has been answered.

Of several processes one carries at a time. What nobody answers, or not with a receipt, is sent again, as the same
message, after a pause that grows to a minute. What is refused is told to whoever ordered, by a Task.
"""

import contextlib
import fcntl
import sys
import threading
import traceback
from functools import partial
from typing import Any, Final

import orjson

from simulator.journal.audit.record import Record
from simulator.journal.interactions.common import new_id
from simulator.journal.journal import Journal
from simulator.journal.prescriptions import outbox
from simulator.journal.prescriptions.messages import Receipt, message, receipt_in
from simulator.journal.store import Reader, Store
from simulator.journal.writer import StoppedError

Json = dict[str, Any]
MEDIA: Final = "application/fhir+json"
PORTION: Final = 100
SOON_S: Final = 0.02
FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 60.0
IDLE_S: Final = 2.0
LOOKS: Final = 25
REASONS: Final = {
    outbox.PRESCRIBED: ("MedicationRequest", "Resepten ble avvist"),
    outbox.RECALLED: ("MedicationRequest", "Tilbakekallingen ble avvist"),
    outbox.ORDERED: ("ServiceRequest", "Rekvisisjonen ble avvist"),
    "JOURNALPOST": ("DocumentReference", "Arkivet avviste brevet"),
    "FORSENDELSE": ("DocumentReference", "Brevet ble ikke sendt"),
    "BETALINGSGRUNNLAG": ("EpisodeOfCare", "Økonomi avviste betalingsgrunnlaget"),
}
"""What each message is about, and what a Task says when it is refused."""


class Courier:
    """Made when a journal with neighbours serves; works until it is closed.

    Args:
        journal: Whose messages it carries.
        receiver: The neighbour it carries them to.
        events: The kinds of messages that are for it.
        name: What the courier itself is called; like the receiver when nothing else is said.
    """

    def __init__(self, journal: Journal, receiver: str, events: tuple[str, ...], name: str = "") -> None:
        self.journal = journal
        self.receiver = receiver
        self.events = events
        self.name = name or receiver
        self.stopping = threading.Event()
        self._called = threading.Event()
        self.thread = threading.Thread(target=self._run, name=f"journal-{self.name}", daemon=True)
        self.thread.start()

    def wake(self) -> None:
        """Something has been stored, or will be in a moment."""
        self._called.set()

    def close(self) -> None:
        """Ends; what is on its way goes on after the next start."""
        self.stopping.set()
        self._called.set()
        self.thread.join()

    def _run(self) -> None:
        connection = self.journal.database.connect()
        reader = Reader(connection)
        with (self.journal.settings.data / f"{self.name}.lock").open("w") as lock:
            while not self.stopping.is_set():
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self._turn(reader)
                except BlockingIOError:
                    self.stopping.wait(IDLE_S)
                except StoppedError:
                    break
                except Exception as error:  # noqa: BLE001  whatever went wrong, the next turn may go well
                    if not self.stopping.is_set():
                        traceback.print_exception(error, file=sys.stderr)
                    self.stopping.wait(IDLE_S)
        connection.close()

    def _turn(self, reader: Reader) -> None:
        """Carries what there is once called, which is a moment before it is committed, or now and then uncalled."""
        looks = LOOKS if self._called.wait(IDLE_S) else 1
        self._called.clear()
        for _ in range(looks):
            while self._carry(reader):
                continue
            if self.stopping.wait(SOON_S):
                return

    def _carry(self, reader: Reader) -> bool:
        """Carries a portion; tells whether there was any."""
        waiting = outbox.pending(reader, self.events, PORTION)
        for posted in waiting:
            receipt = self._answered(posted)
            work = partial(self._settled, posted, receipt)
            self.journal.writer.wait_for(work, self._record(reader, posted), self.stopping.is_set)
        return bool(waiting)

    def _answered(self, posted: outbox.Posted) -> Receipt:
        """The receipt of a message, sent as often as it takes."""
        pause = FIRST_PAUSE_S
        while True:
            with contextlib.suppress(OSError, ValueError):
                return self._tried(posted)
            if self.stopping.wait(pause):
                raise StoppedError
            pause = min(2 * pause, LONGEST_PAUSE_S)

    def _tried(self, posted: outbox.Posted) -> Receipt:
        """Sends a message once.

        Raises:
            OSError: Nobody answers.
            ValueError: What is answered is no receipt.
        """
        assert self.journal.neighbours is not None
        body = message(posted, self.journal.base)
        status, answer = self.journal.neighbours.ask(self.receiver, "$process-message", body, media=MEDIA)
        if 400 <= status < 500 and status not in {408, 429}:
            return Receipt(False, f"{self.receiver} answered {status}")
        return receipt_in(answer, posted)

    def _settled(self, posted: outbox.Posted, receipt: Receipt, store: Store) -> None:
        """What follows from a receipt, in one transaction with noting it."""
        outbox.settle(store, posted, "ok" if receipt.ok else receipt.words[:500])
        if not receipt.ok:
            _tell_who_ordered(store, posted, receipt.words)

    def _record(self, reader: Reader, posted: outbox.Posted) -> Record:
        """What the audit trail tells of a message: about whom it was, and that the receiver has it."""
        kind = REASONS[posted.event][0] if posted.event in REASONS else "Patient"
        secured = self.journal.gate is not None
        agent = {"role": "system", "client": self.receiver, "name": self.receiver} if secured else None
        record = Record("$pass-on", f"{kind}/{posted.request}", "", self.receiver, agent=agent)
        record.basis = posted.event if secured else ""
        found = reader.find(kind, posted.request)
        record.touch(f"{kind}/{posted.request}", found.patient if found else "")
        return record


def _tell_who_ordered(store: Store, posted: outbox.Posted, words: str) -> None:
    """Puts the refusal on the list of whoever prescribed or ordered."""
    kind, title = REASONS[posted.event]
    found = store.find(kind, posted.request)
    version = store.version(found.rid, found.vid - 1) if found and not found.content else None
    content = (found.content if found else None) or (version.content if version else None)
    if content is None:
        return
    order: Json = orjson.loads(content)
    task = {
        "resourceType": "Task",
        "id": new_id(),
        "status": "requested",
        "intent": "order",
        "priority": "urgent",
        "code": {"text": title},
        "description": words,
        "focus": {"reference": f"{kind}/{posted.request}"},
        "for": order.get("subject") or order["patient"],
    }
    orderer = order.get("requester") or order.get("careManager")
    owner = {"owner": orderer} if orderer else {}
    store.put(task | owner, None, "POST")
