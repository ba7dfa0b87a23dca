"""Seeding: everything that exists before the window is written to the candidate, and its names for it are learnt.

Creates go in transactions of a bounded size, several at once, a resident's resources together; where a candidate
refuses transactions, one by one. Later changes to seeded resources follow in their order.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import gevent

from loadtests.client import Answer, Connection
from loadtests.references import from_location, from_resource, from_transaction
from loadtests.wire import Writer, entry
from simulator.errors import CandidateError

Row = dict[str, Any]
Progress = Callable[[str, int, int], None]

BUNDLE: Final = 100
_UNANSWERED: Final = 10
"""After so many requests in a row without an answer, the candidate is given up."""
_NOT_OFFERED: Final = frozenset({404, 405, 501})
_OF_A_GATEWAY: Final = frozenset({502, 504})
"""Statuses that do not tell what the candidate behind it did, or still does."""


@dataclass(slots=True)
class Seeded:
    """How the seeding went."""

    created: int = 0
    existed: int = 0
    changed: int = 0
    refused: int = 0
    unknown: int = 0
    unresolved: int = 0
    """Never sent: what they refer to was not created."""
    repeated: int = 0
    """Sent again by themselves, unconditionally, as it could not be told what became of their transaction."""
    transactions: int = 0
    singles: int = 0
    seconds: float = 0.0
    reasons: list[str] = field(default_factory=list)
    """The first few refusals, as the candidate put them."""


class Seeder:
    """Writes rows to the candidate over a few connections; ``references`` grows as it answers."""

    def __init__(self, writer: Writer, connections: list[Connection], progress: Progress) -> None:
        self.references: dict[str, bytes] = {}
        self.counts = Seeded()
        self._writer = writer
        self._connections = connections
        self._progress = progress
        self._transactions = True
        self._unanswered = 0
        self._done = 0
        self._rows = 0

    def seed(self, rows: list[Row]) -> Seeded:
        """Write ``rows``; raises CandidateError when the candidate stops answering or accepts nothing."""
        began = time.monotonic()
        self._rows = len(rows)
        creates = [row for row in rows if row["verb"] == "create"]
        self._in_parts([row for row in creates if row["resident"] < 0], one_at_a_time=True)
        self._in_parts([row for row in creates if row["resident"] >= 0], one_at_a_time=False)
        for row in rows:
            if row["verb"] != "create":
                self._single(self._connections[0], row)
        self.counts.seconds = time.monotonic() - began
        if rows and not (self.counts.created or self.counts.existed):
            said = self.counts.reasons[0] if self.counts.reasons else "it did not say why"
            raise CandidateError(
                f"the candidate accepted none of {len(rows)} resources to begin with; {said}",
                remedy="Run the conformance part first; it shows each refusal in full.",
            )
        return self.counts

    def _in_parts(self, rows: list[Row], *, one_at_a_time: bool) -> None:
        while rows:
            parts = deque(_bundles(rows))
            left: list[Row] = []
            connections = self._connections[:1] if one_at_a_time else self._connections
            greenlets = [gevent.spawn(self._serve, connection, parts, left) for connection in connections]
            try:
                gevent.joinall(greenlets, raise_error=True)
            finally:
                gevent.killall(greenlets)
            if len(left) == len(rows):
                self.counts.unresolved += len(left)
                self._advance(len(left))
                return
            rows = left

    def _serve(self, connection: Connection, parts: deque[list[Row]], left: list[Row]) -> None:
        while parts:
            rows = parts.popleft()
            ready = self._resolvable(rows)
            sent = {row["interaction"] for row in ready}
            left.extend(row for row in rows if row["interaction"] not in sent)
            if not (ready and self._transactions and self._transaction(connection, ready)):
                for row in ready:
                    self._single(connection, row)

    def _resolvable(self, rows: list[Row]) -> list[Row]:
        """The rows that refer only to one another and to what is already known."""
        while True:
            inside = {row["interaction"] for row in rows}
            kept = [row for row in rows if all(n in inside or n in self.references for n in row["needs"] or ())]
            if len(kept) == len(rows):
                return kept
            rows = kept

    def _transaction(self, connection: Connection, rows: list[Row]) -> bool:
        """Write ``rows`` in one transaction; False when they must go one by one."""
        request = self._writer.transaction([entry(row, self.references) for row in rows])
        answer = self._answered(connection.exchange(request, keep_body=True))
        if answer.status in _NOT_OFFERED:
            self._transactions = False
        named = from_transaction(answer.body, len(rows)) if answer.status == 200 else []
        if not named:
            self._complain("a transaction", answer)
            if answer.status == 0 or answer.status in _OF_A_GATEWAY or 200 <= answer.status < 300:
                self.counts.repeated += sum(not row["if_none_exist"] for row in rows)
            return False
        self.counts.transactions += 1
        for row, (reference, new) in zip(rows, named, strict=True):
            self._learn(row, reference, new=new)
        return True

    def _single(self, connection: Connection, row: Row) -> None:
        request = self._writer.template(row, answer="representation").whole(self.references)
        if request is None:
            self.counts.unresolved += 1
            self._advance(1)
            return
        answer = self._answered(connection.exchange(request, keep_body=True))
        self.counts.singles += 1
        if answer.status == 0:
            self.counts.unknown += 1
        elif not 200 <= answer.status < 300:
            self.counts.refused += 1
        elif row["verb"] != "create":
            self.counts.changed += 1
        else:
            reference = from_location(answer.location)[0] or from_resource(answer.body)
            self._learn(row, reference, new=answer.status == 201)
            return
        if not 200 <= answer.status < 300:
            self._complain(f"{row['verb']} {row['type']}", answer)
        self._advance(1)

    def _learn(self, row: Row, reference: bytes, *, new: bool) -> None:
        self._advance(1)
        if not reference:
            self.counts.refused += 1
            return
        self.references[row["interaction"]] = reference
        if new:
            self.counts.created += 1
        else:
            self.counts.existed += 1

    def _answered(self, answer: Answer) -> Answer:
        self._unanswered = 0 if answer.status else self._unanswered + 1
        if self._unanswered >= _UNANSWERED:
            raise CandidateError(
                f"the candidate left {_UNANSWERED} requests in a row unanswered ({answer.error})",
                remedy="See its log; raise --timeout if it is merely slow.",
            )
        return answer

    def _complain(self, what: str, answer: Answer) -> None:
        if len(self.counts.reasons) < 5:
            # Masked before it is cut, as half a secret would not be known for one.
            body = self._writer.target.masked(answer.body.decode("utf-8", "replace"))[:300]
            self.counts.reasons.append(f"{what}: {answer.error or f'status {answer.status}: {body}'}")

    def _advance(self, count: int) -> None:
        self._done += count
        self._progress("seeding", self._done, self._rows)


def _bundles(rows: Iterable[Row]) -> list[list[Row]]:
    """Bundles of about ``BUNDLE`` rows; a resident's rows stay together where they fit into one."""
    by_resident: dict[int, list[Row]] = {}
    for row in rows:
        by_resident.setdefault(row["resident"], []).append(row)
    bundles: list[list[Row]] = [[]]
    for group in by_resident.values():
        for start in range(0, len(group), BUNDLE):
            part = group[start : start + BUNDLE]
            if bundles[-1] and len(bundles[-1]) + len(part) > BUNDLE:
                bundles.append([])
            bundles[-1].extend(part)
    return [bundle for bundle in bundles if bundle]
