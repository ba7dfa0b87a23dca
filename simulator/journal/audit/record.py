"""One line of the audit trail, filled in while a request is served, and how lines are stored.

The record of a write is stored in the transaction of the write itself; one cannot be without the other. The record
of a read is stored by the next commit, which begins at most ``Settings.audit_delay`` (20 ms) after the answer: a
crash of the process loses no more than the reads of that interval and of the commit under way. Waiting for the
commit would cost each read an fsync.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from time import time_ns
from typing import Any

import orjson

from simulator.journal.audit import segments
from simulator.journal.audit.chain import link
from simulator.journal.store import Store


@dataclass(slots=True)
class Record:
    """What is to be remembered about one interaction.

    Attributes:
        interaction: A code of http://hl7.org/fhir/R4/valueset-restful-interaction.html.
        target: The type, or ``Type/id``, that was asked for; empty for the whole system.
        query: The search, person numbers masked; empty if none.
        client: The address of who asked.
        links: The resources touched and their patients, as ``Type/id``.
        status: The HTTP status of the answer.
        parts: The records of a bundle's entries.
        at: When it was asked for, in microseconds since 1970 UTC.
        agent: Who asked, as ``access.caller`` accounts for him; None in open mode.
        basis: What access rested on, or why it was refused; empty in open mode.
        items: In a secured journal each resource touched with its patients, so that each patient has a line of his own.
    """

    interaction: str
    target: str
    query: str
    client: str
    links: list[str] = field(default_factory=list)
    status: int = 0
    parts: list["Record"] = field(default_factory=list)
    at: int = field(default_factory=lambda: time_ns() // 1000)
    agent: dict[str, Any] | None = None
    basis: str = ""
    items: list[tuple[str, str]] = field(default_factory=list)

    def touch(self, reference: str, patients: str) -> None:
        """Notes that a resource was shown or changed; ``patients`` as the store keeps them."""
        self.links.append(reference)
        if patients and patients != reference:
            self.links += patients.split(" ")
        if self.agent is not None:
            self.items.append((reference, patients))

    def failed(self, status: int) -> None:
        """Notes a refusal, which undid what entries of the bundle had done."""
        self.status = status
        for part in self.parts:
            part.status = part.status if part.status >= 400 else status

    def told(self) -> str:
        """Who asked and on what basis, as JSON; empty in open mode."""
        return "" if self.agent is None else orjson.dumps(self.agent | {"basis": self.basis}).decode()

    def lines(self) -> list[str]:
        """The links of each line it becomes: one in open mode, one a patient in a secured journal."""
        if self.agent is None:
            return [" ".join(dict.fromkeys(self.links))]
        found: dict[str, dict[str, None]] = {}
        noted = {reference for reference, _ in self.items}
        loose = [ref for ref in self.links if ref not in noted and not ref.startswith("Patient/")]
        rest = [ref for ref in self.links if ref.startswith("Patient/")] if not self.items else []
        for reference, patients in [
            *((ref, " ".join(rest)) for ref in loose),
            *((ref, ref) for ref in rest),
            *self.items,
        ]:
            for patient in patients.split() or [""]:
                found.setdefault(patient, {})[reference] = None
                if patient:
                    found[patient][patient] = None
        return [" ".join(refs) for refs in found.values()] or [""]


def store_records(store: Store, records: Iterable[Record]) -> None:
    """Adds records to the trail, those of bundle entries after their bundle's own, each chained to the one before."""
    rows = []
    seq, chained = store.next_audit, store.chained
    for record in records:
        for part in (record, *record.parts):
            status, agent = part.status or record.status, part.told()
            for links in part.lines():
                line = (seq, part.at, part.interaction, status, part.target, part.query, part.client, links, agent)
                chained = link(chained, line)
                rows.append((*line, chained))
                seq += 1
    store.next_audit, store.chained = seq, chained
    store.add("audit", rows)
    segments.cut(store)
