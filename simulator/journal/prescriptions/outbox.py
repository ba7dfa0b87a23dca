"""Messages to Reseptformidleren and the laboratory, stored with the write they follow from, settled when answered.

A message is a row of ``rx_outbox``, which only grows; what came of it is a row of ``rx_done`` with the same number.
Until then it is on its way, and ``rx_due`` says so, which is all that is looked through for what there is to carry. A
message keeps its id however often it is sent, so that the receiver knows it again.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import orjson

from simulator.journal.store import Reader, Store

Json = dict[str, Any]
PRESCRIBED: Final = "ERM1"
RECALLED: Final = "ERM5"
ORDERED: Final = "REQ_LAB"
LISTED: Final = "ERM251"
_COLUMNS: Final = "o.number, o.request, o.prescription, o.event, o.message, o.body"
_DUE: Final = "SELECT number FROM rx_due WHERE event = ? ORDER BY number LIMIT ?"
_NUMBERED: Final = f"SELECT {_COLUMNS} FROM rx_outbox o WHERE o.number IN (%s) ORDER BY o.number"  # noqa: S608  the journal's own names
_ABOUT: Final = f"SELECT {_COLUMNS} FROM rx_outbox o WHERE o.request = ? ORDER BY o.number"  # noqa: S608  as above
_OF: Final = "SELECT request FROM rx_outbox WHERE prescription = ? AND event = ? LIMIT 1"


_AGREED: Final = (
    "SELECT d.outcome FROM rx_outbox o JOIN rx_done d ON d.number = o.number"
    " WHERE o.event = ? AND o.request = ? AND d.outcome LIKE '{%' ORDER BY o.number DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Posted:
    """A message: its place in the order, which order (its id) it is about, and what that is called at the receiver."""

    number: int
    request: str
    prescription: str
    event: str
    message: str
    body: bytes

    @property
    def resource(self) -> Json:
        """What it says."""
        found: Json = orjson.loads(self.body)
        return found


def post(store: Store, event: str, request: str, prescription: str, resource: Json) -> None:
    """Stores a message about an order (its id) in the transaction under way."""
    number = int(store.rows("SELECT coalesce(max(number), 0) + 1 FROM rx_outbox")[0][0])
    now = time.time_ns() // 1000
    store.add("rx_outbox", [(number, request, prescription, event, str(uuid4()), now, orjson.dumps(resource))])
    store.add("rx_due", [(event, number)])


def pending(reader: Reader, events: Sequence[str], most: int) -> list[Posted]:
    """What of some kinds is on its way, in the order it was stored.

    Two steps, as a database that joins may decide to walk through everything that was ever sent.
    """
    due = sorted(int(number) for event in events for (number,) in reader.rows(_DUE, [event, most]))[:most]
    if not due:
        return []
    return [_posted(row) for row in reader.rows(_NUMBERED % ", ".join("?" * len(due)), due)]


def about(reader: Reader, request: str) -> list[Posted]:
    """Every message about an order (its id), oldest first."""
    return [_posted(row) for row in reader.rows(_ABOUT, [request])]


def request_of(reader: Reader, prescription: str, event: str = PRESCRIBED) -> str:
    """The id of the order that is called so at the receiver; empty for somebody else's."""
    rows = reader.rows(_OF, [prescription, event])
    return str(rows[0][0]) if rows else ""


def agreed(reader: Reader, patient: str) -> Json:
    """The digests of a person's medicines list as record and list last agreed on it, by PLL-id."""
    rows = reader.rows(_AGREED, [LISTED, patient])
    found: Json = orjson.loads(rows[0][0]) if rows else {}
    return found


def settle(store: Store, posted: Posted, outcome: str) -> None:
    """Notes what came of a message: ``ok``, why it was refused, or what was agreed on a medicines list."""
    store.add("rx_done", [(posted.number, time.time_ns() // 1000, outcome)])
    store.remove("rx_due", [(posted.event, posted.number)])


def _posted(row: tuple[Any, ...]) -> Posted:
    number, request, prescription, event, message, body = row
    return Posted(int(number), str(request), str(prescription), str(event), str(message), bytes(body))
