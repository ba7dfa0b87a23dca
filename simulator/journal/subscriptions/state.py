"""How far each Subscription has come: its row, beside the resource that says what it asks for."""

from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

import orjson

from simulator.journal.access.attest import Attest
from simulator.journal.access.caller import Caller
from simulator.journal.access.scopes import Scopes
from simulator.journal.storage.seam import COLUMNS
from simulator.journal.store import Reader, Store, Version

KIND: Final = "Subscription"
KEPT: Final = 10_000
"""How many of its latest events a Subscription keeps."""
_ALL: Final = f"SELECT {', '.join(COLUMNS['subscriber'])} FROM subscriber"  # noqa: S608  the journal's own names
_NOTICES: Final = (
    "SELECT n.number, n.at, r.patient, v.seq, v.type, v.id, v.vid, v.method, v.updated, v.content"
    " FROM notice n JOIN version v ON v.seq = n.version JOIN resource r ON r.rid = v.rid"
    " WHERE n.subscriber = ? AND n.number >= ? AND n.number <= ? ORDER BY n.number LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A row of the table.

    Attributes:
        id: The Subscription's.
        vid: The version of the Subscription that its client wrote last.
        caller: Who wrote it, as JSON; empty in open mode.
        headers: The header fields that go with a notification, as JSON; they stand nowhere else.
        status: ``requested``, ``active``, ``error`` or ``off``.
        mark: The row of the version table up to which its events have been found; 0 before it was active.
        since: When it became active, in microseconds.
        counted: The number of its events so far, which is the number of the last.
        sent: The number of the last event that was delivered.
        failures: How often delivery has failed since it last succeeded.
        due: Before which microsecond nothing is tried.
        told: When something was last delivered.
        problem: What went wrong last.
    """

    id: str
    vid: int
    caller: str
    headers: str
    status: str
    mark: int = 0
    since: int = 0
    counted: int = 0
    sent: int = 0
    failures: int = 0
    due: int = 0
    told: int = 0
    problem: str = ""

    @property
    def records(self) -> bool:
        """Whether events are found for it: once it has been active, until it is switched off."""
        return self.mark > 0 and self.status != "off"


class Notice(NamedTuple):
    """An event: its number, when it came about, whose record it is in, and the version that is its focus."""

    number: int
    at: int
    patient: str
    version: Version


def subscribers(reader: Reader) -> list[Subscriber]:
    """All of them."""
    return [Subscriber(*row) for row in reader.rows(_ALL)]


def subscriber(reader: Reader, identity: str) -> Subscriber | None:
    """The one of a Subscription's id."""
    rows = reader.rows(f"{_ALL} WHERE id = ?", (identity,))
    return Subscriber(*rows[0]) if rows else None


def enrol(store: Store, row: Subscriber) -> None:
    """Stores a row in place of the one of the same id."""
    store.run("DELETE FROM subscriber WHERE id = ?", (row.id,))
    store.add("subscriber", [tuple(asdict(row).values())])


def forget(store: Store, identity: str) -> None:
    """Removes the row of a Subscription, and its events."""
    store.run("DELETE FROM notice WHERE subscriber = ?", (identity,))
    store.run("DELETE FROM subscriber WHERE id = ?", (identity,))


def change(store: Store, row: Subscriber, **columns: Any) -> bool:
    """Changes columns of a row, unless the client has written the Subscription meanwhile; tells whether it did."""
    names = ", ".join(f"{name} = ?" for name in columns)
    now = subscriber(store, row.id)
    if now is None or now.vid != row.vid:
        return False
    store.run(f"UPDATE subscriber SET {names} WHERE id = ?", (*columns.values(), row.id))  # noqa: S608  the journal's own names
    return True


def notices(reader: Reader, identity: str, first: int, last: int, limit: int) -> list[Notice]:
    """The events of a Subscription from a number to a number, at most so many."""
    rows = reader.rows(_NOTICES, (identity, first, last, limit))
    return [Notice(number, at, patient, Version(*version)) for number, at, patient, *version in rows]


def told_of(caller: Caller | None) -> str:
    """A caller as JSON, without his token; empty for None."""
    if caller is None:
        return ""
    letters = {kind: "".join(sorted(found)) for kind, found in caller.scopes.letters.items()}
    told = {name: getattr(caller, name) for name in ("role", "client", "pid", "name", "hpr", "scheme")}
    told |= {"context": caller.scopes.context, "letters": letters}
    return orjson.dumps(told | {"attest": asdict(caller.attest) if caller.attest else None}).decode()


def caller_in(row: Subscriber) -> Caller | None:
    """Who wrote a Subscription; None in open mode."""
    if not row.caller:
        return None
    told = orjson.loads(row.caller)
    letters = {kind: frozenset(found) for kind, found in told.pop("letters").items()}
    scopes = Scopes(told.pop("context"), letters)
    attest = told.pop("attest")
    return Caller(
        attest=Attest(**attest) if attest else None, scopes=scopes, mark=f"{KIND}/{row.id}/{row.vid}".encode(), **told
    )
