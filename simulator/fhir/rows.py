"""Interactions under construction: one list per column, turned into a table at the end."""

from typing import Final

import orjson
import polars as pl

from simulator.domain.tables import INTERACTIONS
from simulator.fhir.elements import Resource, by_identifier

_URN: Final = b"urn:uuid:"
_UUID: Final = 36

About = tuple[int, int]
"""The care event (-1 before the period) and the resident (-1 for nobody) that an interaction is about."""


class Rows:
    """Interactions of one phase, in the order written."""

    def __init__(self) -> None:
        self.interaction: list[str] = []
        self.about: list[About] = []
        self.verb: list[str] = []
        self.type: list[str] = []
        self.target: list[str | None] = []
        self.query: list[str] = []
        self.criteria: list[str | None] = []
        self.body: list[bytes | None] = []
        self.needs: list[str] = []
        """Ids joined by commas: a column of text is made many times faster than a column of lists."""

    def __len__(self) -> int:
        return len(self.interaction)

    def create(self, identity: str, resource: Resource, about: About, *, conditional: bool = False) -> None:
        """Create a resource; ``conditional`` on no resource having its first identifier."""
        self._write(identity, "create", resource, about)
        self.target.append(None)
        self.criteria.append(by_identifier(resource) if conditional else None)

    def update(self, identity: str, resource: Resource, about: About, target: str) -> None:
        """Replace the resource that the interaction ``target`` created."""
        self._write(identity, "update", resource, about)
        self.target.append(target)
        self.criteria.append(None)
        self.needs[-1] = ",".join(dict.fromkeys([*filter(None, self.needs[-1].split(",")), target]))

    def search(self, identity: str, kind: str, query: str, about: About, needs: str) -> None:
        """Search for resources of a type; ``needs`` is the one interaction the query rests on."""
        self.interaction.append(identity)
        self.about.append(about)
        self.verb.append("search")
        self.type.append(kind)
        self.target.append(None)
        self.query.append(query)
        self.criteria.append(None)
        self.body.append(None)
        self.needs.append(needs)

    def _write(self, identity: str, verb: str, resource: Resource, about: About) -> None:
        body = orjson.dumps(resource)
        self.interaction.append(identity)
        self.about.append(about)
        self.verb.append(verb)
        self.type.append(resource["resourceType"])
        self.query.append("")
        self.body.append(body)
        named = [part[:_UUID] for part in body.split(_URN)]
        self.needs.append(b",".join(dict.fromkeys(named[1:])).decode())

    def columns(self) -> pl.DataFrame:
        """What has been written, with ``event`` and ``resident``; the remaining columns are the caller's."""
        events, residents = zip(*self.about, strict=True) if self.about else ((), ())
        return pl.DataFrame(
            {
                "interaction": self.interaction,
                "event": events,
                "resident": residents,
                "verb": self.verb,
                "type": self.type,
                "target": self.target,
                "query": self.query,
                "if_none_exist": self.criteria,
                "body": self.body,
                "needs": self.needs,
            },
            schema={name: INTERACTIONS[name] for name in _WRITTEN} | {"needs": pl.String},
        ).with_columns(needs=pl.col("needs").str.split(",").list.filter(pl.element() != ""))


_WRITTEN: Final = (
    "interaction",
    "event",
    "resident",
    "verb",
    "type",
    "target",
    "query",
    "if_none_exist",
    "body",
    "needs",
)
