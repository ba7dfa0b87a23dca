"""Whether those who needed to know something knew it: information present, late and missing at the moment of need.

A need is one word of a step's ``reads`` at the moment its work began. It was met when its actor could know it then;
it came late when it came later in the period, and was missing when it did not. Among those two are the ones out of
order: what was needed was under way in a message that a later one from the same sender had overtaken.
"""

from collections.abc import Iterator
from typing import Final

import polars as pl

from simulator.domain.measurement import Measurement
from simulator.measures.rollup import CARE, measured, rolled_up, shared

_BY: Final = ("role", "pathway", "kind")
_SUMS: Final = {name: pl.col(name).sum() for name in ("needs", "late", "missing", "present", "out_of_order")}


def information(events: pl.DataFrame) -> Iterator[Measurement]:
    """Shares and counts of needs by profession, pathway and kind of information (``information/medication``)."""
    totals = rolled_up(needs(events), _SUMS, {**CARE, "kind": "information/"})
    yield from measured(totals, "information.needs", "needs", "needs", "needs")
    for fate in ("present", "late", "missing"):
        yield from shared(totals, f"information.{fate}_share", fate, "needs")
    for fate in ("late", "missing", "out_of_order"):
        yield from measured(totals, f"information.{fate}", "needs", fate, "needs")


def needs(events: pl.DataFrame) -> pl.DataFrame:
    """Needs by profession, pathway and kind: columns those three, needs, late, missing, present, out_of_order."""
    asked, lacked, late, passed = (_counted(events, *names) for names in _COLUMNS)
    return (
        asked.join(lacked, on=_BY, how="left")
        .join(late, on=_BY, how="left")
        .join(passed, on=_BY, how="left")
        .with_columns(pl.col("lacked", "late", "out_of_order").fill_null(0))
        .with_columns(missing=pl.col("lacked") - pl.col("late"), present=pl.col("needs") - pl.col("lacked"))
        .sort(_BY)
    )


_COLUMNS: Final = (
    ("reads", "needs"),
    ("lacks", "lacked"),
    ("late_info", "late"),
    ("out_of_order", "out_of_order"),
)


def _counted(events: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
    """How often each word stands in a list column, by profession and pathway."""
    return (
        events.lazy()
        .filter(pl.col(column).list.len() > 0)
        .select("role", "pathway", pl.col(column).alias("kind"))
        .explode("kind")
        .group_by(_BY)
        .agg(pl.len().cast(pl.Int64).alias(name))
        .collect()
    )
