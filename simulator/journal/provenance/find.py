"""Search of Provenances: those that were sent, and after them those of the writes themselves.

A write is found by what it made (``target``, ``patient``), when (``recorded``, ``when``, ``_lastUpdated``) and
``_id``. By anything else it is not, since it has nothing else; so neither is it under a modifier or a chain.
"""

from array import array
from typing import Any, Final

from simulator.journal.access.view import View
from simulator.journal.indexing import relative
from simulator.journal.provenance.render import COLUMNS, OWN_ID, PROVENANCE, SOURCE, Write, render
from simulator.journal.search import values
from simulator.journal.search.finder import Finder, Hit
from simulator.journal.search.request import Search
from simulator.journal.store import Reader

BEYOND: Final = 1 << 48
"""What a write's number is raised by, so that it stands after every row of the resource table."""
SHAPING: Final = frozenset(
    {"_count", "_sort", "_total", "_summary", "_elements", "_include", "_revinclude", "_cursor"}
)  # fmt: skip  a table
DATES: Final = frozenset({"recorded", "when", "_lastUpdated"})
NEVER: Final[tuple[str, list[Any]]] = ("FALSE", [])


class ProvenanceFinder(Finder):
    """Provenances as one set: stored ones as they were stored, then the writes as they were made."""

    def __init__(self, numbers: dict[str, int], base: str, view: View | None = None) -> None:
        super().__init__(numbers)
        self.base = base
        self.view = view

    def through(self, view: View) -> "ProvenanceFinder":
        """The same set as far as a view shows it."""
        return ProvenanceFinder(self.numbers, self.base, view)

    def one(self, reader: Reader, identity: str) -> Hit | None:
        """The Provenance of a write by its id, whoever may see it."""
        match = OWN_ID.fullmatch(identity)
        found = self._writes(reader, "v.seq = ?", [int(match[1])], 1) if match else []
        return found[0] if found else None

    def count(self, reader: Reader, search: Search) -> int:
        """The number of matches."""
        where, args = self._where(search)
        sql = f"SELECT count(*) FROM {SOURCE} WHERE {self._shown(where)}"  # noqa: S608  values are bound
        return super().count(reader, search) + int(reader.rows(sql, args)[0][0])

    def after(self, reader: Reader, search: Search, last: int, limit: int) -> list[Hit]:
        """Matches beyond row ``last``: sent ones first."""
        found = super().after(reader, search, last, limit) if last < BEYOND else []
        left = limit - len(found)
        if left:
            where, args = self._where(search)
            seq = max(last - BEYOND, 0)
            found += self._writes(reader, f"{self._shown(where)} AND v.seq > ?", [*args, seq], left)
        return found

    def ordered(self, reader: Reader, search: Search) -> "array[int]":
        """The row numbers of all matches in the order asked for; writes in the order of time, on their side."""
        where, args = self._where(search)
        way = "DESC" if search.sort[0][1] else "ASC"
        sql = f"SELECT v.seq FROM {SOURCE} WHERE {self._shown(where)} ORDER BY v.seq {way}"  # noqa: S608  values are bound
        writes = array("q", (BEYOND + row[0] for row in reader.rows(sql, args)))
        stored = super().ordered(reader, search)
        return writes + stored if search.sort[0][1] else stored + writes

    def rows(self, reader: Reader, rids: "array[int]") -> list[Hit]:
        """The Provenances of some row numbers, in that order."""
        found = {hit.rid: hit for hit in super().rows(reader, array("q", (rid for rid in rids if rid < BEYOND)))}
        writes = [rid - BEYOND for rid in rids if rid >= BEYOND]
        if writes:
            marks = ", ".join("?" * len(writes))
            found |= {hit.rid: hit for hit in self._writes(reader, f"v.seq IN ({marks})", writes, len(writes))}
        return [found[rid] for rid in rids if rid in found]

    def _writes(self, reader: Reader, where: str, args: list[Any], limit: int) -> list[Hit]:
        sql = f"SELECT {COLUMNS} FROM {SOURCE} WHERE v.type <> '{PROVENANCE}' AND {where} ORDER BY v.seq LIMIT ?"  # noqa: S608  values are bound
        writes = [Write(*row) for row in reader.rows(sql, [*args, limit])]
        return [Hit(BEYOND + w.seq, PROVENANCE, f"write-{w.seq}", w.patient, render(w)) for w in writes]

    def _shown(self, where: str) -> str:
        seen = "" if self.view is None else f" AND {self.view.condition().condition('r', first=False)}"
        return f"v.type <> '{PROVENANCE}' AND {where}{seen}"

    def _where(self, search: Search) -> tuple[str, list[Any]]:
        """What of a search narrows the writes, as a condition on them."""
        parts = [self._criterion(key, text) for key, text in search.used if key not in SHAPING]
        return " AND ".join(["TRUE", *(sql for sql, _ in parts)]), [arg for _, args in parts for arg in args]

    def _criterion(self, key: str, text: str) -> tuple[str, list[Any]]:
        texts = [values.unescape(part) for part in values.split(text, ",")]
        if key in DATES:
            return values.any_of([values.date_condition(t, "v.updated / 1000", "v.updated / 1000 + 1") for t in texts])
        if key == "_id":
            numbers = [int(match[1]) for t in texts if (match := OWN_ID.fullmatch(t))]
            return (f"v.seq IN ({', '.join('?' * len(numbers))})", numbers) if numbers else NEVER
        if key in {"target", "patient"} or key.startswith(("target:", "patient:")):
            return values.any_of([self._target(key, t) for t in texts])
        return NEVER

    def _target(self, key: str, text: str) -> tuple[str, list[Any]]:
        name, _, kind = key.partition(":")
        reference, _, version = text.partition("/_history/")
        target = relative(reference, self.base)
        kind = kind or ("Patient" if name == "patient" else "")
        named, _, identity = target.rpartition("/")
        if not identity or (kind and named not in {"", kind}):
            return NEVER
        parts: list[tuple[str, Any]] = [("r.id = ?", identity)]
        if named or kind:
            parts.append(("r.type = ?", named or kind))
        if version:
            parts.append(("v.vid = ?", int(version) if version.isdecimal() and len(version) < 19 else 0))
        return f"({' AND '.join(sql for sql, _ in parts)})", [value for _, value in parts]
