"""One line of the audit trail, filled in while a request is served, and how lines are stored.

The record of a write is stored in the transaction of the write itself; one cannot be without the other. The record
of a read is stored by the next commit, which begins at most ``Settings.audit_delay`` (20 ms) after the answer: a
crash of the process loses no more than the reads of that interval and of the commit under way. Waiting for the
commit would cost each read an fsync.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from time import time_ns

from simulator.journal.audit import segments
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
        basis: What access rested on, or why it was refused; empty in open mode.
    """

    interaction: str
    target: str
    query: str
    client: str
    links: list[str] = field(default_factory=list)
    status: int = 0
    parts: list["Record"] = field(default_factory=list)
    at: int = field(default_factory=lambda: time_ns() // 1000)
    basis: str = ""

    def touch(self, reference: str, patients: str) -> None:
        """Notes that a resource was shown or changed; ``patients`` as the store keeps them."""
        self.links.append(reference)
        if patients and patients != reference:
            self.links += patients.split(" ")

    def failed(self, status: int) -> None:
        """Notes a refusal, which undid what entries of the bundle had done."""
        self.status = status
        for part in self.parts:
            part.status = part.status if part.status >= 400 else status


def store_records(store: Store, records: Iterable[Record]) -> None:
    """Adds records to the trail, those of bundle entries after their bundle's own."""
    rows = []
    seq = store.next_audit
    for record in records:
        for part in (record, *record.parts):
            links = " ".join(dict.fromkeys(part.links))
            status = part.status or record.status
            rows.append((seq, part.at, part.interaction, status, part.target, part.query, part.client, links))
            seq += 1
    store.next_audit = seq
    store.add("audit", rows)
    segments.cut(store)
