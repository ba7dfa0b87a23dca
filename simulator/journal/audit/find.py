"""Search of AuditEvents: the criteria and the rows of the audit table, newest first.

The parameters are those of http://hl7.org/fhir/R4/auditevent.html#search that are kept.
"""

from array import array
from typing import Any, Final

import orjson

from simulator.journal.audit import render, segments
from simulator.journal.indexing import relative
from simulator.journal.search import values
from simulator.journal.search.clause import Clause
from simulator.journal.search.criteria import UnknownParameterError
from simulator.journal.search.finder import Hit
from simulator.journal.search.request import Search
from simulator.journal.store import Reader

PARAMETERS: Final = {
    "_id": "token",
    "_lastUpdated": "date",
    "action": "token",
    "address": "string",
    "agent": "reference",
    "agent-name": "string",
    "date": "date",
    "entity": "reference",
    "outcome": "token",
    "patient": "reference",
    "subtype": "token",
    "type": "token",
}  # fmt: skip  a table
SYSTEMS: Final = {
    "action": "http://hl7.org/fhir/audit-event-action",
    "outcome": "http://hl7.org/fhir/audit-event-outcome",
    "subtype": render.SUBTYPES,
    "type": render.TYPE["system"],
}
NEVER: Final[tuple[str, list[Any]]] = ("FALSE", [])


class AuditCriteria:
    """Makes criteria on the audit table, where ``{r}`` names its row."""

    def __init__(self, base: str) -> None:
        self.base = base

    def clause(self, _: str, key: str, text: str) -> Clause:
        """The criterion ``key=text`` on AuditEvents; raises UnknownParameterError, or a 400 for a modifier."""
        name, _, modifier = key.partition(":")
        if name not in PARAMETERS:
            raise UnknownParameterError(key)
        if modifier:
            raise values.unknown_modifier(name, modifier)
        sql, args = values.any_of([self._one(name, values.unescape(part)) for part in values.split(text, ",")])
        return Clause(sql, tuple(args), plain=True)

    def _one(self, name: str, text: str) -> tuple[str, list[Any]]:
        if name in {"date", "_lastUpdated"}:
            return values.date_condition(text, "{r}.recorded / 1000", "{r}.recorded / 1000 + 1")
        if name in {"patient", "entity"}:
            return self._link(name, relative(text, self.base))
        if name == "_id":
            return ("{r}.seq = ?", [int(text)]) if text.isascii() and text.isdigit() and len(text) < 19 else NEVER
        if name in {"address", "agent-name"}:
            return _text(name, text)
        # The agent stands in the event itself, so no reference can match it.
        return self._coded(name, text) if name in SYSTEMS else NEVER

    def _link(self, name: str, target: str) -> tuple[str, list[Any]]:
        if name == "patient":
            target = target if "/" in target else f"Patient/{target}"
            if not target.startswith("Patient/"):
                return NEVER
        return segments.about(target)

    def _coded(self, name: str, text: str) -> tuple[str, list[Any]]:
        system, mark, code = text.partition("|")
        if not mark:
            system, code = SYSTEMS[name], text
        if system != SYSTEMS[name]:
            return NEVER
        if name == "outcome":
            low, high = render.OUTCOMES.get(code, (1, 0))
            return "{r}.status BETWEEN ? AND ?", [low, high]
        if name == "type":
            return ("TRUE", []) if code == render.TYPE["code"] else NEVER
        by_code = render.subtype_code if name == "subtype" else render.ACTIONS.__getitem__
        names = [key for key in render.ACTIONS if by_code(key) == code]
        return f"{{r}}.interaction IN ({', '.join('?' * len(names))})", names


def _text(name: str, text: str) -> tuple[str, list[Any]]:
    """The start of an address, or of a name in the JSON that tells who asked; open mode knows nobody's name."""
    if name == "address":
        return "substr({r}.client, 1, ?) = ?", [len(text), text]
    return "instr({r}.agent, ?) > 0", [f'"name":{orjson.dumps(text).decode()[:-1]}']


class AuditFinder:
    """The audit trail as a searchable set, in the shape of ``search.finder.Finder``."""

    def __init__(self, base: str) -> None:
        self.base = base

    def sortable(self, _: str, name: str) -> bool:
        """AuditEvents are sorted by their instant alone."""
        return name in {"date", "_lastUpdated", "_id"}

    def count(self, reader: Reader, search: Search) -> int:
        """The number of matches."""
        return int(reader.rows(f"SELECT count(*) FROM audit r WHERE {search.where}", search.args)[0][0])  # noqa: S608  values are bound

    def after(self, reader: Reader, search: Search, last: int, limit: int) -> list[Hit]:
        """Matches newest first, those older than row ``last`` (0: from the newest)."""
        return self._hits(
            reader,
            f"{search.where} AND (CAST(? AS BIGINT) = 0 OR r.seq < ?) ORDER BY r.seq DESC LIMIT ?",
            [*search.args, last, last, limit],
        )  # fmt: skip  the statement and its values side by side

    def ordered(self, reader: Reader, search: Search) -> "array[int]":
        """The row numbers of all matches in the order asked for."""
        way = "DESC" if search.sort[0][1] else "ASC"
        sql = f"SELECT seq FROM audit r WHERE {search.where} ORDER BY seq {way}"  # noqa: S608  values are bound
        return array("q", (row[0] for row in reader.rows(sql, search.args)))

    def rows(self, reader: Reader, rids: "array[int]") -> list[Hit]:
        """The AuditEvents of some row numbers, in that order."""
        marks = ", ".join("?" * len(rids))
        found = {hit.rid: hit for hit in self._hits(reader, f"seq IN ({marks})", list(rids))}
        return [found[rid] for rid in rids]

    def one(self, reader: Reader, identity: str) -> Hit | None:
        """The AuditEvent of an id."""
        if not (identity.isascii() and identity.isdigit() and len(identity) < 19):
            return None
        hits = self._hits(reader, "seq = ?", [int(identity)])
        return hits[0] if hits else None

    def _hits(self, reader: Reader, rest: str, args: list[Any]) -> list[Hit]:
        columns = render.COLUMNS.replace("a.", "r.")
        lines = [render.Line(*row) for row in reader.rows(f"SELECT {columns} FROM audit r WHERE {rest}", args)]  # noqa: S608  values are bound
        return [
            Hit(line.seq, "AuditEvent", str(line.seq), "", orjson.dumps(render.render(line, self.base)))
            for line in lines
        ]
