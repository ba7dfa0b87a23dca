"""What became of a notification, written down: what was delivered, what is tried again, what is given up."""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import orjson

from simulator.journal.audit.record import Record, store_records
from simulator.journal.store import Store
from simulator.journal.subscriptions.state import KIND, Subscriber, change

FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
SECOND: Final = 1_000_000


class Settled(NamedTuple):
    """The status that the audit trail tells: 200 when the endpoint took it, 502 when it did not."""

    status: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt.

    Attributes:
        row: Whose.
        type: ``handshake``, ``heartbeat`` or ``event-notification``.
        last: The number of the last event it told of.
        problem: What went wrong; empty when the endpoint took it.
    """

    row: Subscriber
    type: str
    last: int
    problem: str


def settle(store: Store, outcome: Outcome, tries: int) -> Settled:
    """Brings the row, and where its status changes the Subscription, to what came of an attempt."""
    row, now = outcome.row, store.clock.now()
    if outcome.problem:
        pause = min(FIRST_PAUSE_S * 2 ** min(row.failures, 10), LONGEST_PAUSE_S)
        told = {"failures": row.failures + 1, "due": now + int(pause * SECOND), "problem": outcome.problem}
        if change(store, row, **told) and row.failures + 1 >= tries:
            become(store, row, "error", outcome.problem)
        return Settled(502)
    taken: dict[str, Any] = {"failures": 0, "due": 0, "told": now, "problem": ""}
    if outcome.type == "event-notification":
        taken["sent"] = outcome.last
    if outcome.type == "handshake" and not row.mark:
        # What is stored from here on can be an event.
        taken |= {"mark": store.next_seq - 1, "since": now, "sent": row.counted}
    if change(store, row, **taken) and outcome.type == "handshake":
        become(store, row, "active")
    return Settled(200)


def become(store: Store, row: Subscriber, status: str, error: str = "") -> None:
    """Gives the row and the Subscription a status, unless the client has written it meanwhile.

    The change is in the audit trail as the journal's own.
    """
    if not change(store, row, status=status, problem=error):
        return
    found = store.find(KIND, row.id)
    if found is None or not found.content:
        return
    resource = {name: value for name, value in orjson.loads(found.content).items() if name != "error"}
    now = store.put(resource | {"status": status} | ({"error": error} if error else {}), found, "PUT")
    agent = {"role": "system", "client": "journal"} if row.caller else None
    record = Record("update", f"{KIND}/{row.id}", "", "journal", agent=agent, status=200)
    record.touch(f"{KIND}/{row.id}", now.patient)
    store_records(store, [record])
