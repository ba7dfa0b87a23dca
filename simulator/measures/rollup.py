"""Adds rows up over everything, by profession, by pathway and by other columns, in one passage over the table.

What a figure is over is written as one word: ``all``, a profession (``gp.doctor``), or a prefix and a name
(``pathway/legevakt``, ``information/medication``, ``message/EPIKRISE``).
"""

from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from simulator.domain.measurement import Measurement

ALL: Final = "all"
PROFESSIONS: Final = {"role": ""}
CARE: Final = {"role": "", "pathway": "pathway/"}


def rolled_up(frame: pl.DataFrame, figures: Mapping[str, pl.Expr], keys: Mapping[str, str]) -> pl.DataFrame:
    """``figures`` over all rows, then over each value of the columns in ``keys``, ordered; column ``over`` first.

    ``keys`` gives for each column the prefix of its values. Rows whose value is null are in the whole only.
    """
    whole = frame.select(pl.lit(ALL).alias("over"), *(value.alias(name) for name, value in figures.items()))
    parts = [whole]
    for column, prefix in keys.items():
        part = frame.drop_nulls(column).group_by(column).agg(value.alias(name) for name, value in figures.items())
        named = pl.concat_str(pl.lit(prefix), pl.col(column).cast(pl.String)).alias("over")
        parts.append(part.select(named, *figures).sort("over"))
    return pl.concat(parts)


def measured(totals: pl.DataFrame, name: str, unit: str, value: str, n: str) -> Iterator[Measurement]:
    """A figure for each row of what was rolled up: column ``value`` over ``n`` observations, left out without any."""
    for over, found, count in zip(totals["over"], totals[value], totals[n], strict=True):
        if count and found is not None:
            yield Measurement(name, float(found), unit, int(count), over)


def shared(totals: pl.DataFrame, name: str, part: str, whole: str) -> Iterator[Measurement]:
    """A share for each row of what was rolled up: column ``part`` of column ``whole``, from 0 to 1."""
    with_share = totals.with_columns((pl.col(part) / pl.col(whole)).alias("share_"))
    return measured(with_share, name, "share", "share_", whole)
