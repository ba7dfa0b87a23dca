"""Adds to a page what its resources point at, and what points at them (http://hl7.org/fhir/R4/search.html#include)."""

from collections import defaultdict

import orjson

from simulator.journal.indexing import Indexer
from simulator.journal.search.finder import Finder, Hit
from simulator.journal.search.request import Search
from simulator.journal.store import Reader


class Includer:
    """Follows ``_include`` and ``_revinclude`` from the matches of one page."""

    def __init__(self, finder: Finder, indexer: Indexer, cap: int) -> None:
        self.finder = finder
        self.indexer = indexer
        self.cap = cap

    def included(self, reader: Reader, search: Search, page: list[Hit]) -> list[Hit]:
        """The resources to add, each once and none that is on the page already; at most ``cap``."""
        found: dict[int, Hit] = {}
        for hit in self._forward(reader, search, page) + self._backward(reader, search, page):
            found.setdefault(hit.rid, hit)
        for hit in page:
            found.pop(hit.rid, None)
        return list(found.values())[: self.cap]

    def _forward(self, reader: Reader, search: Search, page: list[Hit]) -> list[Hit]:
        if not search.includes:
            return []
        wanted: dict[str, dict[str, None]] = defaultdict(dict)
        for hit in page:
            resource = orjson.loads(hit.content)
            for include in search.includes:
                for target in self.indexer.references(resource, include.parameter):
                    kind, _, identity = target.partition("/")
                    if identity and include.target in {None, kind}:
                        wanted[kind][identity] = None
        return [
            hit
            for kind, ids in wanted.items()
            for hit in self.finder.fetch(reader, "r.id", list(ids), ("r.type = ?", [kind]))
        ]

    def _backward(self, reader: Reader, search: Search, page: list[Hit]) -> list[Hit]:
        targets = [f"{hit.type}/{hit.id}" for hit in page]
        rids: dict[int, None] = {}
        for include in search.revincludes if targets else ():
            marks = ", ".join("?" * len(targets))
            number = self.indexer.numbers[include.parameter.key]
            rows = reader.rows(
                f"SELECT rid FROM idx_reference WHERE param = ? AND target IN ({marks}) LIMIT ?",  # noqa: S608  values are bound
                [number, *targets, self.cap],
            )
            rids.update((row[0], None) for row in rows)
        return self.finder.fetch(reader, "r.rid", list(rids))
