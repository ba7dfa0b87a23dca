"""From a caller to his view: which patients, which types, what is blocked, and what access rests on."""

import threading
import time
from typing import Any, Final

from cachetools import LRUCache, TTLCache

from simulator.journal.access.attest import Attest
from simulator.journal.access.blocks import Blocks
from simulator.journal.access.caller import Caller
from simulator.journal.access.citizens import grants_of
from simulator.journal.access.homes import EITHER
from simulator.journal.access.labels import BLOCKED
from simulator.journal.access.relations import Relations
from simulator.journal.access.secrecy import Secrecy
from simulator.journal.access.tickets import tickets_of
from simulator.journal.access.view import Grant, View
from simulator.journal.indexing import Indexer
from simulator.journal.store import Reader

Json = dict[str, Any]
KEPT_S: Final = 1.0
MOST_KEPT: Final = 20_000
NOBODY_S: Final = 60.0
"""How long somebody is believed to have no record of his own here."""
_STORED: Final = "SELECT coalesce(max(seq), 0) FROM version"
DECISION_TYPES: Final = frozenset(
    {"Patient", "RelatedPerson", "ServiceRequest", "EpisodeOfCare", "CarePlan", "Task", "Communication"}
)  # fmt: skip  a table
"""What a decision on services needs: who applies, for what, what has been granted, the plan, and the correspondence."""
NO_RELATION: Final = (
    "no relation to this patient is known; emergency access (BTG) with a reason is logged and followed up"
)
NO_ATTEST: Final = "the record of a patient is opened with an attest about that patient only"
NO_DECISION: Final = "no application, decision or task about this patient lies with your organisation"


class Rights:
    """Works out views; one object serves every request, in whatever thread.

    A view rests on what is stored and on the time. It is kept while nothing is stored, for a second at most.
    """

    def __init__(self, indexer: Indexer, relations: Relations, secrecy: Secrecy, *, parents_home: str = EITHER) -> None:
        self.indexer = indexer
        self.parents_home = parents_home
        self.relations = relations
        self.secrecy = secrecy
        self.blocks = Blocks(indexer.base)
        self._kept: TTLCache[bytes, tuple[int, View]] = TTLCache(MOST_KEPT, KEPT_S)
        self._persons: LRUCache[str, tuple[float, str]] = LRUCache(MOST_KEPT)
        self._lock = threading.Lock()

    def view(self, reader: Reader, caller: Caller) -> View:
        """What a caller may see at this moment."""
        stored = int(reader.rows(_STORED, ())[0][0])
        with self._lock:
            kept = self._kept.get(caller.mark)
        if kept and kept[0] == stored:
            return kept[1]
        found = self.work_out(reader, caller)
        with self._lock:
            self._kept[caller.mark] = (stored, found)
        return found

    def person(self, reader: Reader, caller: Caller) -> str:
        """A professional's own record in this journal, ``Patient/id``; empty when there is none, and for others.

        It stands in the audit trail beside each access, for who looks for snooping, and is shown to nobody.
        """
        if caller.role != "professional":
            return ""
        now = time.monotonic()
        with self._lock:
            known = self._persons.get(caller.pid)
        if known and (known[1] or now - known[0] < NOBODY_S):
            return known[1]
        found = self.relations.patients(reader, caller.pid)
        own = f"Patient/{found[0]['id']}" if found else ""
        with self._lock:
            self._persons[caller.pid] = (now, own)
        return own

    def work_out(self, reader: Reader, caller: Caller) -> View:
        """What a caller may see, from what is stored and the time."""
        if caller.role == "system":
            blocked = self.blocks.blocked(reader, frozenset(), None)
            return View(
                caller,
                self.indexer,
                self.secrecy,
                everybody=True,
                blocked=blocked,
                withheld=BLOCKED,
                basis="system scope",
            )
        if caller.role == "operator":
            return self._operator(reader, caller)
        if caller.role == "data-protection":
            return self._nothing(caller, "the data-protection officer sees what the log tells, no clinical content")
        if caller.role == "citizen":
            grants = grants_of(self.relations, reader, caller.pid, self.parents_home)
            return View(caller, self.indexer, self.secrecy, grants=grants, basis="own record or representation")
        return self._professional(reader, caller)

    def _professional(self, reader: Reader, caller: Caller) -> View:
        attest = caller.attest
        patients = self.relations.patients(reader, attest.patient) if attest and attest.patient else []
        if attest is None or not patients:
            return self._nothing(caller, NO_ATTEST)
        about = [f"Patient/{patient['id']}" for patient in patients]
        who = self.relations.names_of(reader, caller)
        basis = self._basis(reader, who, attest, patients)
        if attest.purpose == "BTG" or not basis:
            basis = _override(caller)
        if not basis:
            return self._nothing(caller, NO_DECISION if attest.purpose == "COC" else NO_RELATION, about[0])
        opened = attest.purpose == "BTG"
        blocked = self.blocks.blocked(reader, who, frozenset() if opened else frozenset(about))
        kinds = DECISION_TYPES if attest.purpose == "COC" else None
        withheld = frozenset() if opened else BLOCKED
        grants = tuple(Grant(patient, kinds=kinds, writes=kinds, withheld=withheld) for patient in about)
        return View(caller, self.indexer, self.secrecy, grants=grants, blocked=blocked, basis=basis)

    def _operator(self, reader: Reader, caller: Caller) -> View:
        """What tickets in force open, to read and without what is blocked; nothing without one."""
        tickets = dict(tickets_of(self.relations, reader, caller))
        if not tickets:
            return self._nothing(caller, "operators see no clinical content without a ticket")
        blocked = self.blocks.blocked(reader, frozenset(), frozenset(tickets))
        grants = tuple(Grant(patient, writes=frozenset(), withheld=BLOCKED) for patient in tickets)
        basis = "; ".join(tickets.values())
        return View(caller, self.indexer, self.secrecy, grants=grants, blocked=blocked, basis=basis)

    def _basis(self, reader: Reader, who: frozenset[str], attest: Attest, patients: list[Json]) -> str:
        """What ties the caller to one of the patients, of the kind his purpose needs; empty when nothing does."""
        if attest.purpose == "COC":
            found = (self.relations.decision(reader, who, f"Patient/{p['id']}") for p in patients if attest.decision)
        else:
            found = (self.relations.relation(reader, who, patient) for patient in patients)
        return next((basis for basis in found if basis), "")

    def _nothing(self, caller: Caller, refusal: str, about: str = "") -> View:
        return View(caller, self.indexer, self.secrecy, refusal=refusal, about=about)


def _override(caller: Caller) -> str:
    """The logged override an attest asks for: the glass broken, or acute care on one's own authority, with a reason."""
    attest = caller.attest
    if attest is None or not attest.reason:
        return ""
    if attest.purpose == "BTG":
        return "break the glass"
    return "self-authorised acute care" if attest.purpose == "ETREAT" and attest.user_selected else ""
