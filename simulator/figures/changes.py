"""Reads how municipality codes changed: which code became which, when, and how residents were shared out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from simulator.domain.figure import STATUSES
from simulator.errors import InputError
from simulator.figures.tables import Row, read_rows

_HEADER: Final = ("valid_from", "old", "new", "share", "share_back", "unit", "year", "source", "status")
_WHOLE: Final = 1e-4


@dataclass(frozen=True, slots=True)
class CodeChange:
    """One link between a municipality code and what it became; a merger or a split has several."""

    valid_from: date
    old: str
    new: str
    share: float
    """Share of the residents of ``old`` who came to ``new``."""
    share_back: float
    """Share of the residents of ``new`` who come from ``old``."""


def read_code_changes(folder: Path) -> tuple[CodeChange, ...]:
    """The links of ``code_changes.csv`` by date, old and new code; raises InputError with file, line and value."""
    rows = read_rows(folder / "code_changes.csv", _HEADER)
    links = [(row, _link(row)) for row in rows]
    _check_whole([(row, link.valid_from, link.old, link.share) for row, link in links], "leave")
    _check_whole([(row, link.valid_from, link.new, link.share_back) for row, link in links], "come to")
    return tuple(sorted((link for _, link in links), key=lambda link: (link.valid_from, link.old, link.new)))


def _link(row: Row) -> CodeChange:
    row.word("status", STATUSES)
    row.text("source")
    try:
        valid_from = date.fromisoformat(row.text("valid_from"))
    except ValueError:
        found = row.text("valid_from")
        raise InputError(f"'valid_from' is {found}", expected="a date like 2024-01-01", where=row.where) from None
    for column in ("old", "new"):
        code = row.text(column)
        if len(code) != 4 or not (code.isascii() and code.isdigit()):
            raise InputError(f"'{column}' is {code}", expected="four digits", where=row.where)
    share, back = row.decimal("share", high=1.0), row.decimal("share_back", high=1.0)
    return CodeChange(valid_from, row.text("old"), row.text("new"), share, back)


def _check_whole(parts: Iterable[tuple[Row, date, str, float]], verb: str) -> None:
    """Raise InputError unless the shares of every code add up to 1."""
    found: defaultdict[tuple[date, str], list[tuple[Row, float]]] = defaultdict(list)
    for row, valid_from, code, share in parts:
        found[valid_from, code].append((row, share))
    for (valid_from, code), shares in found.items():
        total = sum(share for _, share in shares)
        if abs(total - 1) > _WHOLE:
            raise InputError(
                f"the shares of residents who {verb} {code} on {valid_from} sum to {total:.4g}",
                expected="1",
                where=shares[-1][0].where,
            )
