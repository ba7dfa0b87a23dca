"""Resources by the column: one resource with slots for what differs, filled in for all rows at once."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import orjson
import polars as pl

from simulator.fhir.elements import Resource

# Private-use characters pass through JSON as they are and occur in no name.
_SLOT: Final = re.compile("\ue000(\\w+)\ue001")
_TO_ESCAPE: Final = r'["\\[:cntrl:]]'
_URN: Final = "urn:uuid:"


def slot(column: str) -> str:
    """Stands in a resource for the text that each row has in ``column``."""
    return f"\ue000{column}\ue001"


def address(kind: str, identity: str) -> str:
    """What a reference made by ``elements.ref`` must hold to become ``kind/identity``, relative as bulk data has it."""
    return f"{kind}/{identity}"


def fill(resource: Resource, identity: str, frame: pl.DataFrame) -> pl.Series:
    """One line of JSON per row of ``frame``: ``resource`` with its id and its slots filled in.

    The columns named by slots are text without nulls, and fit to stand in JSON as they are (:func:`fit_for_json`).
    """
    whole = {"resourceType": resource["resourceType"], "id": identity, **resource}
    parts = _SLOT.split(orjson.dumps(whole).decode().replace(_URN, ""))
    pieces = [pl.col(part) if number % 2 else pl.lit(part) for number, part in enumerate(parts)]
    return frame.select(pl.concat_str(pieces).alias("line")).to_series()


def line(resource: Resource, identity: str) -> str:
    """One resource with its id as a line of JSON, references relative."""
    whole = {"resourceType": resource["resourceType"], "id": identity, **resource}
    return orjson.dumps(whole).decode()


def fit_for_json(frame: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """``frame`` with quotes, backslashes and control characters in those text columns escaped."""
    return frame.with_columns(_escaped(frame[name]) for name in names)


def variants(frame: pl.DataFrame, flags: list[str]) -> Iterator[tuple[dict[str, Any], pl.DataFrame]]:
    """The rows by the values of ``flags``, which decide the shape of a resource, each group with its values."""
    for part in frame.partition_by(flags, maintain_order=True):
        yield part.row(0, named=True), part


def _escaped(texts: pl.Series) -> pl.Series:
    if not texts.str.contains(_TO_ESCAPE).any():
        return texts
    words = texts.unique().drop_nulls()
    escaped = [orjson.dumps(word).decode()[1:-1] for word in words]
    return texts.replace_strict(words, pl.Series(escaped, dtype=pl.String))
