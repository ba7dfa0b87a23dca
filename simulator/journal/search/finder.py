"""Fetches the matches of a search from the resource tables, page by page."""

from array import array
from typing import Any, Final, NamedTuple, Protocol

from simulator.journal.definitions import parameters
from simulator.journal.search.criteria import TABLES
from simulator.journal.search.request import Search
from simulator.journal.store import Reader

COLUMNS: Final = "r.rid, r.type, r.id, r.patient, v.content"
SOURCE: Final = "resource r JOIN version v ON v.seq = r.seq"
LIVE: Final = "+r.type = ? AND r.deleted = 0"
KEYS: Final = {"_id": "r.id", "_lastUpdated": "r.updated"}
VALUE: Final = {"token": "code", "uri": "code", "string": "norm", "reference": "target", "quantity": "value"}
CHUNK: Final = 500


class Hit(NamedTuple):
    """A resource found; ``patient`` lists the patients it is about."""

    rid: int
    type: str
    id: str
    patient: str
    content: bytes


class Findable(Protocol):
    """A set of resources that can be searched and shown in pages."""

    def count(self, reader: Reader, search: Search) -> int:
        """The number of matches."""

    def after(self, reader: Reader, search: Search, last: int, limit: int) -> list[Hit]:
        """Matches in their own order, those beyond row ``last``."""

    def ordered(self, reader: Reader, search: Search) -> "array[int]":
        """The row numbers of all matches in the order asked for."""

    def rows(self, reader: Reader, rids: "array[int]") -> list[Hit]:
        """The resources of some row numbers, in that order."""


class Finder:
    """Runs searches over the connection it is handed."""

    def __init__(self, numbers: dict[str, int]) -> None:
        self.numbers = numbers

    def sortable(self, kind: str, name: str) -> bool:
        """Whether a type can be sorted by a name."""
        return name in KEYS or name in parameters()[kind]

    def live(self, search: Search) -> str:
        """The type's condition: from its own index when there is nothing else to go by."""
        return LIVE if search.args else LIVE.replace("+", "")

    def count(self, reader: Reader, search: Search) -> int:
        """The number of matches."""
        sql = f"SELECT count(*) FROM resource r WHERE {self.live(search)} AND {search.where}"  # noqa: S608  values are bound
        return int(reader.rows(sql, [search.kind, *search.args])[0][0])

    def after(self, reader: Reader, search: Search, last: int, limit: int) -> list[Hit]:
        """Matches in the order they were first stored, those beyond row ``last``."""
        sql = (
            f"SELECT {COLUMNS} FROM {SOURCE} WHERE {self.live(search)} AND r.rid > ? AND {search.where}"  # noqa: S608  values are bound
            " ORDER BY r.rid LIMIT ?"
        )
        return [Hit(*row) for row in reader.rows(sql, [search.kind, last, *search.args, limit])]

    def ordered(self, reader: Reader, search: Search) -> "array[int]":
        """The row numbers of all matches in the order asked for; those without the value come last."""
        joins, keys, args = [], [], []
        for place, (name, down) in enumerate(search.sort):
            key, join, number = self._key(search.kind, name, place, down=down)
            if join:
                joins.append(join)
                args.append(number)
            keys.append(f"{key} IS NULL, {key} {'DESC' if down else 'ASC'}")
        sql = (
            f"SELECT r.rid FROM resource r {' '.join(joins)} WHERE {self.live(search)} AND {search.where}"  # noqa: S608  values are bound
            f" ORDER BY {', '.join(keys)}, r.rid"
        )
        return array("q", (row[0] for row in reader.rows(sql, [*args, search.kind, *search.args])))

    def _key(self, kind: str, name: str, place: int, *, down: bool) -> tuple[str, str, int]:
        if name in KEYS:
            return KEYS[name], "", 0
        parameter = parameters()[kind][name]
        number = self.numbers[parameter.key]
        if parameter.kind == "date":
            column = "max(d.hi)" if down else "min(d.lo)"
            return f"(SELECT {column} FROM idx_date d WHERE d.rid = r.rid AND d.param = {number})", "", 0  # noqa: S608  a number of the journal's own
        pick = "max" if down else "min"
        value, table = VALUE[parameter.kind], TABLES[parameter.kind]
        inner = f"SELECT rid, {pick}({value}) AS k FROM {table} WHERE param = ? GROUP BY rid"  # noqa: S608  constants
        return f"s{place}.k", f"LEFT JOIN ({inner}) s{place} ON s{place}.rid = r.rid", number

    def fetch(
        self, reader: Reader, column: str, keys: list[Any], also: tuple[str, list[Any]] = ("TRUE", [])
    ) -> list[Hit]:
        """The live resources whose column is among the keys, in no particular order."""
        found = []
        for start in range(0, len(keys), CHUNK):
            part = keys[start : start + CHUNK]
            sql = (
                f"SELECT {COLUMNS} FROM {SOURCE} WHERE {column} IN ({', '.join('?' * len(part))})"  # noqa: S608  values are bound
                f" AND r.deleted = 0 AND {also[0]}"
            )
            found += [Hit(*row) for row in reader.rows(sql, [*part, *also[1]])]
        return found

    def rows(self, reader: Reader, rids: "array[int]") -> list[Hit]:
        """The resources of some row numbers, in that order; those deleted meanwhile are left out."""
        by_rid = {hit.rid: hit for hit in self.fetch(reader, "r.rid", list(rids))}
        return [by_rid[rid] for rid in rids if rid in by_rid]
