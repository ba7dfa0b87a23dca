"""The tables of R4 that the journal is driven by: the structure of types, and the search parameters."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import orjson

COMMON: Final[dict[str, dict[str, Any]]] = {
    "_tag": {"type": "token", "paths": [["meta.tag", "Coding"]]},
    "_security": {"type": "token", "paths": [["meta.security", "Coding"]]},
    "_profile": {"type": "uri", "paths": [["meta.profile", "canonical"]]},
    "_source": {"type": "uri", "paths": [["meta.source", "uri"]]},
}


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a type, as the definitions give it.

    Attributes:
        type: Its type's name.
        many: True when it is a list.
        summary: True when it is part of the summary.
        choice: The name before the type's, for one of several types (``value`` of ``valueString``).
        codes: The codes of its required binding; ``system|code`` when it is a Coding or CodeableConcept.
        targets: The resource types its reference may point at; empty when any will do.
    """

    type: str
    many: bool
    summary: bool
    choice: str | None
    codes: frozenset[str] | None
    targets: frozenset[str]


@dataclass(frozen=True, slots=True)
class Type:
    """A type: its elements by JSON name, the elements it must have, and the names that are choices."""

    name: str
    kind: str
    elements: dict[str, Element]
    required: tuple[str, ...]
    choices: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Path:
    """Where a search parameter looks: JSON names, the type at the end, a ContactPoint's system, a code's system."""

    steps: tuple[str, ...]
    leaf: str
    where: str | None
    system: str | None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A search parameter of a type: its kind, where it looks, and what its references may point at."""

    base: str
    name: str
    kind: str
    paths: tuple[Path, ...]
    targets: tuple[str, ...]

    @property
    def key(self) -> str:
        """Its name in the index, unique in the journal."""
        return f"{self.base}.{self.name}"


def _table(name: str) -> Any:
    return orjson.loads(files("simulator.journal").joinpath("data", name).read_bytes())


def _element(row: list[Any], codes: dict[str, frozenset[str]]) -> Element:
    kind, _, many, summary, choice, binding, targets = (*row, None, None, None)[:7]
    return Element(
        kind, bool(many), bool(summary), choice, codes[binding] if binding else None, frozenset(targets or ())
    )


@cache
def types() -> dict[str, Type]:
    """Every type that a supported resource is built of, by name."""
    table = _table("structure.json")
    codes = {name: frozenset(values) for name, values in table["codes"].items()}
    found = {}
    for name, row in table["types"].items():
        elements = {key: _element(value, codes) for key, value in row["elements"].items()}
        choices: dict[str, list[str]] = {}
        for key, element in elements.items():
            if element.choice:
                choices.setdefault(element.choice, []).append(key)
        grouped = {choice: tuple(keys) for choice, keys in choices.items()}
        found[name] = Type(name, row["kind"], elements, tuple(row["required"]), grouped)
    return found


def _parameter(base: str, name: str, row: dict[str, Any]) -> Parameter:
    paths = tuple(Path(tuple(path[0].split(".")), path[1], *(*path[2:4], None, None)[:2]) for path in row["paths"])
    return Parameter(base, name, row["type"], paths, tuple(row.get("targets", ())))


@cache
def parameters() -> dict[str, dict[str, Parameter]]:
    """The search parameters of every supported type, by type and name, those of all resources included."""
    common = {name: _parameter("Resource", name, row) for name, row in COMMON.items()}
    return {
        base: common | {name: _parameter(base, name, row) for name, row in rows.items()}
        for base, rows in _table("search_parameters.json")["parameters"].items()
    }
