"""Finds events: follows the version table, behind the writes, and notes for each Subscription what it asked for.

Writes know nothing of it. What is stored while nobody subscribes is never looked at.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from simulator.journal import dates
from simulator.journal.access.relations import OPEN_TASK
from simulator.journal.access.view import View
from simulator.journal.indexing import Indexer
from simulator.journal.storage.seam import Row
from simulator.journal.store import Reader, Store
from simulator.journal.subscriptions.state import KEPT, Subscriber, change
from simulator.journal.subscriptions.terms import Terms

Json = dict[str, Any]
PORTION: Final = 500
EVERY: Final = 500_000
"""How many microseconds pass before deadlines are looked at again."""
_LATEST: Final = "SELECT coalesce(max(seq), 0) FROM version"
_BEFORE: Final = "SELECT content FROM version WHERE rid = ? AND vid = ?"
_TASKS: Final = (
    "SELECT v.seq, v.id, v.content FROM resource r JOIN version v ON v.seq = r.seq"
    " WHERE r.type = 'Task' AND r.deleted = 0"
)


@dataclass(frozen=True, slots=True)
class Listener:
    """A Subscription for which events are found: its row, its terms, and what its client sees at this moment.

    ``seen`` is the row of the version table up to which its events have been found.
    """

    row: Subscriber
    terms: Terms
    view: View | None
    seen: int


@dataclass(frozen=True, slots=True)
class Change:
    """A version, and what stood before it; either is empty when there is no content."""

    seq: int
    kind: str
    updated: int
    before: Json
    after: Json
    content: bytes

    def is_event(self, listener: Listener, indexer: Indexer) -> bool:
        """Whether it is an event of a Subscription that its client may know of."""
        terms = listener.terms
        if self.kind not in terms.topic.kinds or self.seq <= listener.seen:
            return False
        return terms.topic.happened(self.before, self.after) and self.concerns(listener, indexer)

    def concerns(self, listener: Listener, indexer: Indexer) -> bool:
        """Whether it meets the filters, and the client may know of it."""
        if not listener.terms.meets(self.after or self.before, indexer):
            return False
        return listener.view is None or listener.view.sees(self.content)


def latest(reader: Reader) -> int:
    """The newest row of the version table."""
    return int(reader.rows(_LATEST)[0][0])


def changes(reader: Reader, after: int, until: int, kinds: Iterable[str]) -> list[Change]:
    """The versions of some types that follow a row of the version table, at most ``PORTION``."""
    listed = ", ".join(f"'{kind}'" for kind in sorted(kinds))
    rows = reader.rows(
        f"SELECT seq, rid, vid, type, updated, content FROM version WHERE seq > ? AND seq <= ? AND type IN ({listed})"  # noqa: S608  the journal's own types
        " ORDER BY seq LIMIT ?",
        (after, until, PORTION),
    )
    return [_change(reader, row) for row in rows]


def _change(reader: Reader, row: Row) -> Change:
    seq, rid, vid, kind, updated, content = row
    earlier = reader.rows(_BEFORE, (rid, vid - 1)) if vid > 1 else []
    before = earlier[0][0] if earlier else None
    return Change(seq, kind, updated, _json(before), _json(content), bytes(content or before or b"{}"))


def _json(content: bytes | None) -> Json:
    found: Json = orjson.loads(content) if content else {}
    return found


def version(reader: Reader, seq: int) -> Change | None:
    """One row of the version table."""
    rows = reader.rows("SELECT seq, rid, vid, type, updated, content FROM version WHERE seq = ?", (seq,))
    return _change(reader, rows[0]) if rows else None


class Deadlines:
    """The deadlines of open Tasks, for those who want to be told when one passes."""

    def __init__(self) -> None:
        self._due: dict[str, tuple[int, int]] = {}
        self._looked = 0
        self.known = False

    def learn_all(self, reader: Reader) -> None:
        """Learns the deadlines of every Task there is."""
        for seq, identity, content in reader.rows(_TASKS):
            self.learn(seq, orjson.loads(content) | {"id": identity})
        self.known = True

    def follow(self, change: Change) -> None:
        """Learns of a change, if it is of a Task."""
        if self.known and change.kind == "Task":
            self.learn(change.seq, change.after or {"id": change.before.get("id", "")})

    def learn(self, seq: int, task: Json) -> None:
        """Learns of a Task as it now stands."""
        end = ((task.get("restriction") or {}).get("period") or {}).get("end")
        if end is not None and task.get("status") in OPEN_TASK:
            self._due[task["id"]] = (dates.span(end)[1] * 1000, seq)
        else:
            self._due.pop(task.get("id", ""), None)

    def passed(self, now: int) -> list[tuple[int, int]]:
        """The deadlines that have passed, with the versions they stand in; none is given again."""
        if now < self._looked + EVERY:
            return []
        self._looked = now
        found = {identity: due for identity, due in self._due.items() if due[0] <= now}
        for identity in found:
            del self._due[identity]
        return sorted(found.values())


def note(store: Store, row: Subscriber, until: int, found: list[tuple[int, int]]) -> bool:
    """Numbers events (version and microsecond) and remembers how far has been looked; tells whether it did.

    Nothing is done when somebody else has noted events since the row was read, or the client has written it.
    """
    known = store.rows("SELECT mark, counted, vid FROM subscriber WHERE id = ?", (row.id,))
    if not known or tuple(known[0]) != (row.mark, row.counted, row.vid):
        return False
    numbered = [(row.id, row.counted + place, seq, at) for place, (seq, at) in enumerate(found, start=1)]
    store.add("notice", numbered)
    counted = row.counted + len(found)
    if counted > KEPT and counted // KEPT > row.counted // KEPT:
        store.run("DELETE FROM notice WHERE subscriber = ? AND number <= ?", (row.id, counted - KEPT))
    return change(store, row, mark=until, counted=counted)


def noted(reader: Reader, row: Subscriber, seqs: list[int]) -> set[int]:
    """Which of some versions are events of a Subscription already."""
    marks = ", ".join("?" * len(seqs))
    rows = reader.rows(f"SELECT version FROM notice WHERE subscriber = ? AND version IN ({marks})", (row.id, *seqs))  # noqa: S608  values are bound
    return {int(seq) for (seq,) in rows}
