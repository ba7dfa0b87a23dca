"""Search parameters to criteria: plain ones, chained ones, and ``_has`` (http://hl7.org/fhir/R4/search.html#chaining)."""

import re
from typing import Any, Final

from simulator.journal.definitions import Parameter, parameters
from simulator.journal.errors import refuse
from simulator.journal.search import values
from simulator.journal.search.clause import Clause, conjunction
from simulator.journal.supported import WRITABLE

TABLES: Final = {
    "token": "idx_token",
    "uri": "idx_token",
    "string": "idx_string",
    "date": "idx_date",
    "reference": "idx_reference",
    "quantity": "idx_quantity",
}  # fmt: skip  a table
DEEPEST: Final = 4
MOST_VALUES: Final = 400
_KEY = re.compile(r"(?P<name>[\w-]+)(?::(?P<modifier>[\w-]+))?(?:\.(?P<rest>.+))?")


class UnknownParameterError(Exception):
    """A search parameter that the type does not have; the caller decides whether that is an error."""


class Criteria:
    """Makes criteria; one object serves every search."""

    def __init__(self, numbers: dict[str, int], base: str) -> None:
        self.numbers = numbers
        self.base = base
        self.parameters = {kind: parameters()[kind] for kind in WRITABLE}
        self.always: tuple[Clause, ...] = ()

    def enter(self, kind: str) -> None:
        """Told of each type that a chain or ``_has`` leads to; may refuse it."""

    def clause(self, kind: str, key: str, text: str, depth: int = 0) -> Clause:
        """The criterion ``key=text`` on resources of a type.

        Raises:
            UnknownParameterError: The type has no such parameter.
            FhirError: 400, the value or modifier is not understood.
        """
        if depth > DEEPEST:
            raise refuse(400, "too-costly", f"chains are followed over at most {DEEPEST} links")
        if key.startswith("_has:"):
            return self._has(kind, key, text, depth)
        match = _KEY.fullmatch(key)
        if match is None:
            raise UnknownParameterError(key)
        name, modifier, rest = match["name"], match["modifier"], match["rest"]
        texts = values.split(text, ",")
        if len(texts) > MOST_VALUES:
            raise refuse(400, "too-costly", f"at most {MOST_VALUES} values are taken in one list")
        if name in {"_id", "_lastUpdated"} and not rest:
            return self._own(kind, name, modifier, texts)
        parameter = self.parameters[kind].get(name)
        if parameter is None:
            raise UnknownParameterError(key)
        number = self.numbers[parameter.key]
        if rest:
            return self._chain(parameter, modifier, (rest, text), depth)
        if modifier == "missing":
            return values.missing(TABLES[parameter.kind], number, text)
        if parameter.kind == "reference":
            return values.reference(parameter, number, modifier, texts, self.base)
        return values.criterion(parameter, number, modifier, texts)

    def _own(self, kind: str, name: str, modifier: str | None, texts: list[str]) -> Clause:
        if modifier is not None:
            raise values.unknown_modifier(name, modifier)
        if name == "_id":
            marks = ", ".join("?" * len(texts))
            ids = tuple(map(values.unescape, texts))
            return Clause(f"resource WHERE type = ? AND id IN ({marks})", (kind, *ids), rank=-1)
        parts = [values.date_condition(text, "{r}.updated / 1000", "{r}.updated / 1000 + 1") for text in texts]
        sql, args = values.any_of(parts)
        return Clause(sql, tuple(args), plain=True)

    def inner(self, kind: str, key: str, text: str, depth: int) -> tuple[str, list[Any]]:
        """References to the live resources of a type that meet one criterion, as a sub-select."""
        self.enter(kind)
        sql, args = conjunction([self.clause(kind, key, text, depth + 1), *self.always], "c")
        return f"SELECT '{kind}/' || c.id FROM resource c WHERE {sql} AND c.type = ? AND c.deleted = 0", [*args, kind]  # noqa: S608  values are bound

    def _chain(self, parameter: Parameter, modifier: str | None, rest: tuple[str, str], depth: int) -> Clause:
        if parameter.kind != "reference" or (modifier and modifier not in parameter.targets):
            raise UnknownParameterError(f"{parameter.name}.{rest[0]}")
        parts = []
        for target in [modifier] if modifier else parameter.targets:
            try:
                if target not in self.parameters:
                    continue
                sql, args = self.inner(target, *rest, depth)
            except UnknownParameterError:
                continue
            parts.append((f"target IN ({sql})", args))
        if not parts:
            raise UnknownParameterError(f"{parameter.name}.{rest[0]}")
        sql, args = values.any_of(parts)
        # What nests stands first, here and in ``inner``: SQLite's parser has room for so much to come back to.
        return Clause(f"idx_reference WHERE {sql} AND param = ?", (*args, self.numbers[parameter.key]), rank=1)

    def _has(self, kind: str, key: str, text: str, depth: int) -> Clause:
        parts = key.split(":", 3)
        parameter = self.parameters.get(parts[1], {}).get(parts[2]) if len(parts) == 4 else None
        if parameter is None or parameter.kind != "reference" or kind not in parameter.targets:
            raise UnknownParameterError(key)
        self.enter(parts[1])
        sql, args = conjunction([self.clause(parts[1], parts[3], text, depth + 1), *self.always], "o")
        inner = (
            f"SELECT substr(f.target, {len(kind) + 2}) FROM idx_reference f JOIN resource o ON o.rid = f.rid"  # noqa: S608  values are bound
            f" WHERE {sql} AND f.param = ? AND f.target >= '{kind}/' AND f.target < '{kind}0' AND o.type = ?"
        )
        bound = (*args, self.numbers[parameter.key], parts[1], kind)
        return Clause(f"resource WHERE id IN ({inner}) AND type = ?", bound, rank=2)
