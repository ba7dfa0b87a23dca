"""Days a municipality pays for patients who stay in hospital after they are ready to leave."""

from datetime import date, timedelta
from typing import Final

import polars as pl

from simulator.domain.tables import DEAD, DISCHARGED, READY, WITHDRAWN

GONE: Final = (DISCHARGED, DEAD)


def payment_days(notices: pl.DataFrame, start: date, days: int) -> pl.DataFrame:
    """Per stay that lasts into a period of so many ``days`` from ``start``, its patient ready: the days paid for in it.

    ``notices`` as ``tables.NOTICES``, of the days before the period too. Columns ``episode``, ``resident``,
    ``kommunenummer``, ``ready``, ``left`` (null when still there), ``days``. The day the patient was declared ready
    counts, the day the patient left does not, days being Norwegian calendar days (forskrift 18 November 2011 no. 1115,
    chapter 3); of them those within the period, whenever the stay began and ends, as they are counted by the year. Of
    several notices the last one not withdrawn counts.
    """
    ready = pl.col("at").filter(pl.col("message") == READY).max()
    last = {
        "ready": ready,
        "withdrawn": pl.col("at").filter(pl.col("message") == WITHDRAWN).max(),
        "left": pl.col("at").filter(pl.col("message").is_in(GONE) & (pl.col("at") >= ready)).min(),
    }
    end = pl.lit(start + timedelta(days=days))
    begun, over = pl.max_horizontal(_date(pl.col("ready")), pl.lit(start)), _date(pl.col("left")).fill_null(end)
    return (
        notices.group_by("episode", "resident", "kommunenummer")
        .agg(**last)
        .filter(pl.col("ready").is_not_null() & ~(pl.col("withdrawn") > pl.col("ready")).fill_null(value=False))
        .filter((_date(pl.col("ready")) < end) & (over >= pl.lit(start)))
        .with_columns(days=(pl.min_horizontal(over, end) - begun).dt.total_days().clip(lower_bound=0))
        .select("episode", "resident", "kommunenummer", "ready", "left", "days")
        .sort("episode")
    )


def ready_within(stays: pl.DataFrame, start: date) -> pl.DataFrame:
    """Those of the stays whose patients became ready in the period, not before it."""
    return stays.filter(_date(pl.col("ready")) >= pl.lit(start))


def _date(instant: pl.Expr) -> pl.Expr:
    return instant.dt.convert_time_zone("Europe/Oslo").dt.date()
