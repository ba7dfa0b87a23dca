"""The outbox: sends messages from a thread of its own, asks where to before each attempt, and follows up on silence.

What is to be sent is a Task, so a restart loses nothing. A message keeps its id however often it is sent, which lets
its receiver know it again. After the time for a receipt the Task says that nobody has acknowledged it, and sending goes
on, ever more seldom, until there is a receipt or somebody ends the Task.
"""

import heapq
import sys
import threading
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import orjson

from simulator.journal.audit.record import Record, store_records
from simulator.journal.hodemelding.content import is_known
from simulator.journal.http import Call
from simulator.journal.journal import Journal
from simulator.journal.messages.addresses import HODEMELDING, Address, Addresses
from simulator.journal.messages.desk import Desk, all_found
from simulator.journal.messages.envelope import envelope, event_of
from simulator.journal.messages.errand import CODE, OPEN, deadline, is_late, moved, wanted
from simulator.journal.messages.parcel import party
from simulator.journal.messages.post import deliver
from simulator.journal.messages.settling import Settled, settled_by
from simulator.journal.messages.words import ENH, HER, Json
from simulator.journal.store import Reader, Store
from simulator.journal.writer import StoppedError

SELDOM_S: Final = 3600.0
AT_ONCE_S: Final = 0.01
_AGENT: Final = {"role": "system", "client": "outbox"}


class Outbox:
    """Sends what Tasks ask for; made when the journal starts, if it has neighbours."""

    def __init__(self, journal: Journal) -> None:
        assert journal.neighbours is not None
        self.journal = journal
        self.addresses = Addresses(journal.neighbours)
        self._due: list[tuple[float, str]] = []
        self._tried: dict[str, int] = {}
        self._waiting = threading.Condition()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="journal-outbox", daemon=True)
        self._thread.start()

    def post(self, identity: str, after: float = AT_ONCE_S) -> None:
        """Has the message of a Task sent in so many seconds."""
        with self._waiting:
            heapq.heappush(self._due, (time.monotonic() + after, identity))
            self._waiting.notify()

    def close(self) -> None:
        """Ends after the attempt that is under way."""
        with self._waiting:
            self._ending = True
            self._waiting.notify()
        self._thread.join()

    def _run(self) -> None:
        connection = self.journal.database.connect()
        reader = Reader(connection)
        try:
            self._take_up(reader)
            while (identity := self._next()) is not None:
                self._guarded(lambda one=identity: self._attempt(reader, one), identity)  # type: ignore[misc]
        finally:
            connection.close()

    def _guarded(self, work: Callable[[], None], identity: str) -> None:
        try:
            work()
        except StoppedError:
            return
        except Exception as error:  # noqa: BLE001  one message that cannot be sent must not stop the others
            traceback.print_exception(error, file=sys.stderr)
            self.post(identity, SELDOM_S)

    def _take_up(self, reader: Reader) -> None:
        """Goes on with what an earlier process had not finished."""
        code = f"{CODE['system']}|{CODE['code']}"
        for task in all_found(self.journal, reader, "Task", ("code", code), ("status", ",".join(OPEN))):
            self.post(task["id"])

    def _next(self) -> str | None:
        """The next message that is due; None at the end."""
        with self._waiting:
            while not self._ending:
                now = time.monotonic()
                if self._due and self._due[0][0] <= now:
                    return heapq.heappop(self._due)[1]
                self._waiting.wait(self._due[0][0] - now if self._due else None)
        return None

    def _attempt(self, reader: Reader, identity: str) -> None:
        task = _read(reader, f"Task/{identity}")
        if task is None:
            # Not committed yet, or refused: asked for again a few times.
            self._again(identity, most=20)
            return
        if task["status"] not in OPEN:
            self._tried.pop(identity, None)
            return
        if task["status"] == "in-progress" and not is_late(task):
            self.post(identity, _seconds_left(task))
            return
        settled = self._sent(reader, task)
        self._note(identity, settled)
        if not settled.open:
            self._tried.pop(identity, None)
        else:
            waits = settled.state == "delivered" and not is_late(task)
            self.post(identity, _seconds_left(task)) if waits else self._again(identity)

    def _again(self, identity: str, most: int = sys.maxsize) -> None:
        tried = self._tried[identity] = self._tried.get(identity, 0) + 1
        if tried <= most:
            self.post(identity, min(self.journal.settings.resend_s * 2 ** min(tried - 1, 12), SELDOM_S))

    def _sent(self, reader: Reader, task: Json) -> Settled:
        """Asks for the address, and sends; what came of it."""
        try:
            address = self._address(*wanted(task))
        except OSError:
            return Settled("not-delivered", errors=("Adresseregisteret svarer ikke",))
        if address is None:
            return Settled("no-address")
        communication = _read(reader, task["focus"]["reference"])
        if communication is None:
            return Settled("refused", errors=("Meldingen finnes ikke lenger",))
        if address.form == HODEMELDING and not is_known(str((event_of(communication) or {}).get("code"))):
            return Settled("refused", errors=("Mottakeren tar imot XML, og typen kan ikke sendes slik",))
        sender = self._sender(reader, communication)
        message = envelope(
            lambda reference: _read(reader, reference), communication, task["id"], self.journal.base, (sender, address)
        )
        status, answer = deliver(address, message)
        return settled_by(task["id"], address.endpoint, status, answer)

    def _address(self, her: str, number: str, service: str) -> Address | None:
        return self.addresses.party(her) if her else self.addresses.service(number, service)

    def _sender(self, reader: Reader, communication: Json) -> Json:
        """The sender as a Reference by HER-id, or by organisation number where the register has none."""
        organisation = _read(reader, communication["sender"]["reference"]) or {}
        named = party({"reference": "r"}, {"r": organisation})
        her, number = named.her, named.value(ENH)
        if not her and number:
            try:
                address = self.addresses.service(number, "")
            except OSError:
                address = None
            her = address.her if address else ""
        identifier = {"system": HER, "value": her} if her else {"system": ENH, "value": number}
        return {"identifier": identifier, "display": named.name}

    def _note(self, identity: str, settled: Settled) -> None:
        """Writes down what came of an attempt, unless the Task has been ended meanwhile."""
        record = Record("$send-message", f"Task/{identity}", "", "127.0.0.1", status=200)
        record.agent = None if self.journal.gate is None else dict(_AGENT)

        def work(store: Store) -> None:
            call = Call("$send-message", "Task", identity, None, [], {}, record)
            if settle(Desk(self.journal, store, call), identity, settled):
                store_records(store, [record])

        self.journal.writer.wait_for(work, None, lambda: self._ending)


def settle(desk: Desk, identity: str, settled: Settled) -> bool:
    """Brings the Task of a message to where an attempt or a receipt has brought it; whether that was news."""
    task = desk.read(f"Task/{identity}")
    if task is None or task["status"] not in OPEN:
        return False
    now = moved(task, settled.state, endpoint=settled.endpoint, errors=settled.errors)
    if now == task:
        return False
    desk.change(now)
    return True


def _read(reader: Reader, reference: str) -> Json | None:
    kind, _, identity = reference.partition("/")
    there = reader.find(kind, identity)
    return orjson.loads(there.content) if there and there.content else None


def _seconds_left(task: Json) -> float:
    return max((deadline(task) - datetime.now(UTC)).total_seconds(), 0.0) + AT_ONCE_S
