"""Turns a search into the bundle of one page: matches, what is included, links, and the total."""

from typing import Any, Protocol
from urllib.parse import quote, urlencode

import orjson

from simulator.journal.audit.record import Record
from simulator.journal.errors import masked
from simulator.journal.search.cursors import Cursors, Place
from simulator.journal.search.finder import Findable, Hit
from simulator.journal.search.include import Includer
from simulator.journal.search.request import Search
from simulator.journal.search.shape import shaped
from simulator.journal.store import Reader


class Viewing(Protocol):
    """What pages ask of a view."""

    @property
    def key(self) -> str:
        """The same for the same caller and purpose."""

    def sees(self, content: bytes) -> bool:
        """Whether a resource may be shown."""

    def masked(self, content: bytes) -> bytes:
        """The resource as it is shown."""


class Pages:
    """Shows results page by page; one object serves every search of resources."""

    def __init__(self, finder: Findable, includer: Includer, cursors: Cursors, base: str) -> None:
        self.finder = finder
        self.includer = includer
        self.cursors = cursors
        self.base = base
        self.view: Viewing | None = None

    def through(self, view: "Viewing") -> "Pages":
        """Pages that show only what a view does, and whose cursors are for its caller alone."""
        other = Pages(self.finder, self.includer, self.cursors, self.base)
        other.view = view
        return other

    def owner(self, kind: str) -> str:
        """What cursors of a type belong to."""
        return kind if self.view is None else f"{kind}#{self.view.key}"

    def first(self, reader: Reader, search: Search, record: Record) -> bytes:
        """The bundle of the first page."""
        if search.summary == "count":
            return self.bundle(search, [], self.finder.count(reader, search), None)
        rows = self.finder.ordered(reader, search) if search.sort else None
        return self._page(
            reader, Place(self.owner(search.kind), search, 0, None if rows is None else len(rows), rows), record
        )

    def next(self, reader: Reader, place: Place, record: Record) -> bytes:
        """The bundle of the page that a cursor stands for."""
        return self._page(reader, place, record)

    def _page(self, reader: Reader, place: Place, record: Record) -> bytes:
        search: Search = place.what
        total, follow = place.total, None
        if place.rows is not None:
            end = place.after + search.count
            hits = self.finder.rows(reader, place.rows[place.after : end])
            if end < len(place.rows):
                follow = Place(place.owner, search, end, total, place.rows)
        else:
            hits = self.finder.after(reader, search, place.after, search.count + 1)
            more = len(hits) > search.count
            if total is None and search.total != "none":
                total = self.finder.count(reader, search) if more else len(hits)
            hits = hits[: search.count]
            if more:
                follow = Place(place.owner, search, hits[-1].rid, total)
        included = self.includer.included(reader, search, hits)
        if self.view is not None:
            hits = [hit for hit in hits if self.view.sees(hit.content)]
            included = [hit for hit in included if self.view.sees(hit.content)]
        for hit in (*hits, *included):
            record.touch(f"{hit.type}/{hit.id}", hit.patient)
        entries = [self._entry(hit, search, "match") for hit in hits]
        entries += [self._entry(hit, search, "include") for hit in included]
        return self.bundle(search, entries, total, follow)

    def _entry(self, hit: Hit, search: Search, mode: str) -> dict[str, Any]:
        elements = search.elements if mode == "match" else []
        whole = hit.content if self.view is None else self.view.masked(hit.content)
        content = shaped(whole, search.summary, elements)
        return {
            "fullUrl": f"{self.base}/{hit.type}/{hit.id}",
            "resource": orjson.Fragment(content),
            "search": {"mode": mode},
        }

    def bundle(self, search: Search, entries: list[dict[str, Any]], total: int | None, follow: Place | None) -> bytes:
        """A searchset; its links carry no person number, and no search beyond the first page's own."""
        query = urlencode([(key, masked(text)) for key, text in search.used], quote_via=quote, safe=":,|/*")
        links = [{"relation": "self", "url": f"{self.base}/{search.kind}" + (f"?{query}" if query else "")}]
        if follow:
            word = self.cursors.keep(follow)
            links.append({"relation": "next", "url": f"{self.base}/{search.kind}?_cursor={word}"})
        return searchset(links, entries, None if search.total == "none" and search.summary != "count" else total)


def searchset(links: list[dict[str, str]], entries: list[dict[str, Any]], total: int | None) -> bytes:
    """A Bundle of type searchset."""
    bundle: dict[str, Any] = {
        "resourceType": "Bundle",
        "type": "searchset",
    }
    if total is not None:
        bundle["total"] = total
    bundle["link"] = links
    if entries:
        bundle["entry"] = entries
    return orjson.dumps(bundle)
