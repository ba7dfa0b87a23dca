"""One search criterion as SQL, in the two forms that SQLite runs well.

The criterion that narrows most is asked as ``rid IN (SELECT …)`` and so found from its index; the others are
checked per candidate as ``EXISTS (…)``, each a look-up in an index whose key holds the candidate's number.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Clause:
    """A criterion.

    Attributes:
        sql: What follows FROM in a sub-select; if ``plain``, a condition on the resource's row, named ``{r}``.
        args: The values of its question marks.
        rank: How much it is expected to narrow; smallest first.
        negate: True when resources that it finds are left out.
        probe: True when looking up one resource in it is cheap.
        plain: True when it is a condition on the resource's own row.
    """

    sql: str
    args: tuple[Any, ...]
    rank: int = 5
    negate: bool = False
    probe: bool = False
    plain: bool = False

    def condition(self, alias: str, *, first: bool) -> str:
        """The criterion as a condition on the resource row named ``alias``."""
        if self.plain:
            return self.sql.replace("{r}", alias)
        word = "NOT " if self.negate else ""
        if self.probe and not first:
            return f"{word}EXISTS (SELECT 1 FROM {self.sql} AND rid = {alias}.rid)"  # noqa: S608  put together from constants; values are bound
        return f"{alias}.rid {word}IN (SELECT rid FROM {self.sql})"  # noqa: S608  as above


def conjunction(clauses: list[Clause], alias: str) -> tuple[str, list[Any]]:
    """All criteria joined by AND, the narrowest first, and their values; ``TRUE`` when there are none."""
    ordered = sorted(clauses, key=lambda clause: (clause.plain, clause.negate, clause.rank))
    parts = [
        clause.condition(alias, first=position == 0 and not clause.negate) for position, clause in enumerate(ordered)
    ]
    return " AND ".join(parts) or "TRUE", [arg for clause in ordered for arg in clause.args]
