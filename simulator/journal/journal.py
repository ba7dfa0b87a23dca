"""The journal as an object: its parts, each replaceable, and their life from start to stop."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from simulator.journal.access.closeness import label_close, label_left
from simulator.journal.access.gate import Gate
from simulator.journal.access.homes import EITHER
from simulator.journal.access.narrowing import narrowed, narrowed_audits
from simulator.journal.access.relations import Relations
from simulator.journal.access.rights import Rights
from simulator.journal.access.secrecy import Secrecy
from simulator.journal.access.stage import guarded
from simulator.journal.access.view import View
from simulator.journal.audit.find import AuditCriteria, AuditFinder
from simulator.journal.audit.record import Record
from simulator.journal.clock import Clock
from simulator.journal.decision.issued import Issued
from simulator.journal.definitions import parameters
from simulator.journal.http import Answer, Call
from simulator.journal.indexing import Indexer
from simulator.journal.lives import Lives
from simulator.journal.neighbours import Neighbours
from simulator.journal.persons import Persons
from simulator.journal.provenance.find import ProvenanceFinder
from simulator.journal.provenance.render import PROVENANCE
from simulator.journal.rate import Rate
from simulator.journal.search.criteria import Criteria
from simulator.journal.search.cursors import Cursors
from simulator.journal.search.finder import Finder
from simulator.journal.search.include import Includer
from simulator.journal.search.page import Pages
from simulator.journal.search.request import Parser
from simulator.journal.settings import Settings
from simulator.journal.shelf import SharedCursors, SharedIssued
from simulator.journal.storage.migrations import migrate, number
from simulator.journal.storage.opening import database, own
from simulator.journal.store import Found, Reader, Store
from simulator.journal.supported import AUDITED_ONLY
from simulator.journal.validation import Validator
from simulator.journal.writer import Writer

SEARCHERS = 4
ASKERS = 4
"""Threads that wait for other parties: those that search must never wait for one of these."""


class Background(Protocol):
    """Work that goes on beside requests."""

    def close(self) -> None:
        """Ends it."""


@dataclass(frozen=True, slots=True)
class Searching:
    """What a search of one kind of set (resources, or the audit trail) is done with."""

    parser: Parser
    pages: Pages


@dataclass(frozen=True, slots=True)
class Interaction:
    """One RESTful interaction.

    Attributes:
        apply: Does it, over a Reader or (writes) the Store.
        prepare: Reads and checks the body before the interaction queues; raises FhirError.
        place: Where ``apply`` runs: ``loop`` for point reads, ``pool`` for searches, ``outside`` for what waits for
            other parties, ``writer`` for writes.
        audited: Whether it leaves an AuditEvent.
        public: Whether it is answered without asking who calls.
        ask: Asks other parties what ``apply`` needs to know, in a thread and before the interaction queues.
    """

    apply: Callable[["Journal", Any, Call], Answer]
    prepare: Callable[["Journal", Call], None] | None = None
    place: str = "loop"
    audited: bool = True
    public: bool = False
    ask: Callable[["Journal", Call], None] | None = None


class Journal:
    """Everything one journal consists of. Parts may be replaced before ``start``, and the interactions at any time.

    Args:
        settings: How it is run.
        interactions: The RESTful interactions by code.
    """

    def __init__(self, settings: Settings, interactions: dict[str, Interaction]) -> None:
        self.settings = settings
        self.neighbours = Neighbours(settings.neighbours) if settings.neighbours else None
        self.base = settings.base_url
        self.interactions = interactions
        self.validator = Validator()
        alone = settings.workers == 1
        self.cursors = Cursors() if alone else SharedCursors(settings.data)
        self.issued = Issued() if alone else SharedIssued(settings.data)
        self.clock = Clock()
        # Each of several processes hears a part of what an address sends.
        self.rate = Rate(settings.rate / settings.workers) if settings.rate else None
        settings.data.mkdir(parents=True, exist_ok=True)
        # With several workers, the process that starts them owns the folder.
        self._lock = own(settings.data) if alone else None
        self.database = database(settings)
        connection = self.database.connect(write=True)
        migrate(self.database, connection)
        keys = {p.key: None for found in parameters().values() for p in found.values()}
        self.indexer = Indexer(number(connection, list(keys)), self.base)
        self.store = Store(connection, self.indexer, self.clock)
        # Whether a point read needs no thread of its own.
        self.near = self.database.near
        self.reader = Reader(self.database.connect()) if self.near else None
        self.finder = Finder(self.indexer.numbers)
        self.audits = AuditFinder(self.base)
        self.searching = self._searching()
        self.lives = Lives(self.searching[""].parser, self.finder, self.base)
        self.persons = Persons(self.indexer)
        self.store.rules = self._lawful
        self.gate = Gate(settings) if settings.guard else None
        relations = Relations(lambda: self.searching[""].parser, self.finder, self.base)
        self.secrecy = Secrecy(self.pooled, self.indexer)
        label_left(self.store, self.indexer, secured=self.gate is not None)
        home = settings.guard.parents_home if settings.guard else EITHER
        self.rights = Rights(self.indexer, relations, self.secrecy, parents_home=home)
        if self.gate is not None:
            for code, interaction in interactions.items():
                self.interactions[code] = guarded(interaction, lambda: self.rights, self.pooled)
        self.pool = ThreadPoolExecutor(SEARCHERS, thread_name_prefix="journal-search")
        self.outside = ThreadPoolExecutor(ASKERS, thread_name_prefix="journal-outside")
        self._local = threading.local()
        self.writer: Writer
        # What works beside requests, by name, and ends before the writer does.
        self.background: dict[str, Background] = {}
        # Whether others serve in its place, so that each answer is the last on its connection.
        self.leaving = False

    def _searching(self) -> dict[str, Searching]:
        limits = (self.settings.page_size, self.settings.page_cap)
        includer = Includer(self.finder, self.indexer, self.settings.include_cap)
        self.criteria = criteria = Criteria(self.indexer.numbers, self.base)
        resources = Searching(
            Parser(criteria.clause, self.finder.sortable, limits),
            Pages(self.finder, includer, self.cursors, self.base),
        )
        audits = Searching(
            Parser(AuditCriteria(self.base).clause, self.audits.sortable, limits),
            Pages(self.audits, includer, self.cursors, self.base),
        )
        self.provenances = ProvenanceFinder(self.indexer.numbers, self.base)
        provenances = Searching(
            Parser(criteria.clause, self.finder.sortable, limits),
            Pages(self.provenances, includer, self.cursors, self.base),
        )
        return {"": resources, AUDITED_ONLY: audits, PROVENANCE: provenances}

    def _lawful(self, store: Store, resource: dict[str, Any], found: Found | None) -> dict[str, Any]:
        """The resource as it is to be stored; raises FhirError for what may not be, whoever brings it."""
        self.lives.check(store, resource, resource["id"], found)
        self.persons.check(store, resource, found)
        return self.protecting(store, resource)

    def protecting(self, store: Store, resource: dict[str, Any]) -> dict[str, Any]:
        """The resource with the label it must have; labels whoever is close to somebody who is protected by it."""
        close = label_close(store, self.indexer, resource)
        if isinstance(store.record, Record):
            for reference in close:
                store.record.touch(reference, f"Patient/{resource['id']}")
        return self.secrecy.labelled(store, resource)

    def search_of(self, kind: str, view: View | None = None) -> Searching:
        """The parser and pages for searches of a type, narrowed to what a view shows."""
        found = self.searching.get(kind) or self.searching[""]
        if view is None:
            return found
        if kind == AUDITED_ONLY:
            return Searching(*narrowed_audits(found.parser, found.pages, view))
        parser, pages = narrowed(found.parser, found.pages, self.criteria, view)
        if kind == PROVENANCE:
            pages.finder = self.provenances.through(view)
        return Searching(parser, pages)

    def pooled(self) -> Reader:
        """The calling pool thread's own reader."""
        reader: Reader | None = getattr(self._local, "reader", None)
        if reader is None:
            reader = self._local.reader = Reader(self.database.connect(patience=self.settings.patience))
        return reader

    def start(self) -> None:
        """Starts the writer; called from the event loop that serves."""
        self.writer = Writer(self.store, self.database, self.settings)

    async def stop(self) -> None:
        """Makes durable what has queued, and lets go of the data folder."""
        for work in self.background.values():
            # What works in the background may be waiting for this loop.
            await asyncio.to_thread(work.close)
        self.pool.shutdown()
        self.outside.shutdown()
        await self.writer.close()
        if self.reader is not None:
            self.reader.connection.close()
        if self.gate is not None:
            self.gate.close()
        if self._lock is not None:
            self._lock.close()
