"""Walks the record as it stood at one instant, in portions, as one caller may see it."""

from array import array
from collections.abc import Iterator
from typing import Any, Final

import orjson

from simulator.journal.access.view import View
from simulator.journal.bulk.wanted import Wanted, parsed
from simulator.journal.indexing import relative
from simulator.journal.journal import Journal
from simulator.journal.search.finder import COLUMNS, SOURCE, Hit
from simulator.journal.store import Reader

PORTION: Final = 500
_ALL: Final = (
    f"SELECT {COLUMNS} FROM {SOURCE} WHERE r.type = ? AND r.deleted = 0 AND r.rid > ? AND r.updated > ?"  # noqa: S608  the journal's own columns
    f" ORDER BY r.rid LIMIT {PORTION}"
)
_GONE: Final = (
    "SELECT r.rid, r.type, r.id, r.patient FROM resource r"
    " WHERE r.type = ? AND r.deleted = 1 AND r.rid > ? AND r.updated > ? ORDER BY r.rid LIMIT ?"
)


class Walk:
    """One walk over a snapshot.

    Args:
        journal: The journal whose record it is.
        reader: Over a connection that stands in a snapshot.
        view: What the caller may see; None for everything.
        wanted: What was asked for.
    """

    # The names of what leads somewhere: references into this journal by its address lead nowhere in another one.
    leading: tuple[str, ...] = ("reference",)

    def __init__(self, journal: Journal, reader: Reader, view: View | None, wanted: Wanted) -> None:
        self.journal = journal
        self.reader = reader
        self.view = view
        self.wanted = wanted
        self.members = members(reader, journal.base, wanted.group) if wanted.group else frozenset()

    def hits(self, kind: str) -> Iterator[Hit]:
        """The resources of a type that are wanted and may be seen, as they are shown."""
        for hit in self._filtered(kind) if kind in self.wanted.filters else self._all(kind):
            if not self._about_wanted(hit.patient):
                continue
            if self.view is None:
                yield self._portable(hit)
            elif self.view.sees(hit.content):
                yield self._portable(hit._replace(content=self.view.masked(hit.content)))

    def gone(self, kind: str) -> Iterator[tuple[str, str]]:
        """The ids of what has been deleted since, each with the patients it was about."""
        last = 0
        while rows := self.reader.rows(_GONE, (kind, last, self.wanted.since, PORTION)):
            for _, _, identity, patient in rows:
                seen = self.view is None or self.view.sees_row(kind, identity, patient)
                if seen and self._about_wanted(patient):
                    yield identity, patient
            last = rows[-1][0]

    def _all(self, kind: str) -> Iterator[Hit]:
        last = 0
        while rows := self.reader.rows(_ALL, (kind, last, self.wanted.since)):
            yield from (Hit(*row) for row in rows)
            last = rows[-1][0]

    def _filtered(self, kind: str) -> Iterator[Hit]:
        parser = self.journal.search_of(kind, self.view).parser
        found: set[int] = set()
        for query in self.wanted.filters[kind]:
            search = parsed(parser, kind, query)
            search.sort = [("_id", False)]
            search.where, search.args = f"{search.where} AND r.updated > ?", [*search.args, self.wanted.since]
            found.update(self.journal.finder.ordered(self.reader, search))
        rids = array("q", sorted(found))
        for start in range(0, len(rids), PORTION):
            yield from self.journal.finder.rows(self.reader, rids[start : start + PORTION])

    def _about_wanted(self, patient: str) -> bool:
        """Whether a resource is about those asked for: with a group, about none but its members."""
        patients = set(patient.split())
        if self.wanted.level == "group":
            return bool(patients) and patients <= self.members
        return bool(patients) or self.wanted.level == "system"

    def _portable(self, hit: Hit) -> Hit:
        content = hit.content
        for name in self.leading:
            content = content.replace(f'"{name}":"{self.journal.base}/'.encode(), f'"{name}":"'.encode())
        return hit._replace(content=content)


def members(reader: Reader, base: str, group: str) -> frozenset[str]:
    """The patients who are members of a Group now."""
    found = reader.find("Group", group)
    content: dict[str, Any] = orjson.loads(found.content) if found and found.content else {}
    active = [member for member in content.get("member", ()) if not member.get("inactive")]
    references = (relative(str((member.get("entity") or {}).get("reference")), base) for member in active)
    return frozenset(reference for reference in references if reference.startswith("Patient/"))
