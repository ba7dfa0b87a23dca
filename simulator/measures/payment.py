"""Days a municipality pays for patients who stay in hospital after they are ready to leave."""

from typing import Final

import polars as pl

READY: Final = "LOG_UTSKRIVNINGSKLAR"
WITHDRAWN: Final = "LOG_AVMELDING"
GONE: Final = ("LOG_UTSKREVET", "LOG_DOD")


def payment_days(events: pl.DataFrame) -> pl.DataFrame:
    """Per episode with a notice that the patient is ready: the days paid for.

    Columns ``episode``, ``resident``, ``kommunenummer``, ``ready``, ``left`` (null when still there), ``days``. The
    day the patient was declared ready counts, the day the patient left does not, days being Norwegian calendar days
    (forskrift 18 November 2011 no. 1115, chapter 3). Of several notices the last one not withdrawn counts; one who
    has not left pays up to the last event's day. Reminders of a notice are not notices.
    """
    end = events["at"].max()
    notices = events.filter(pl.col("message").is_in([READY, WITHDRAWN, *GONE]) & (pl.col("reminder") == 0))
    last = {
        "ready": pl.col("at").filter(pl.col("message") == READY).max(),
        "withdrawn": pl.col("at").filter(pl.col("message") == WITHDRAWN).max(),
        "left": pl.col("at").filter(pl.col("message").is_in(GONE)).max(),
    }
    return (
        notices.group_by("episode", "resident", "kommunenummer")
        .agg(**last)
        .filter(pl.col("ready").is_not_null() & ~(pl.col("withdrawn") > pl.col("ready")).fill_null(value=False))
        .with_columns(days=_date(pl.col("left").fill_null(end)) - _date(pl.col("ready")))
        .with_columns(pl.col("days").dt.total_days().clip(lower_bound=0))
        .select("episode", "resident", "kommunenummer", "ready", "left", "days")
        .sort("episode")
    )


def within_a_day(events: pl.DataFrame) -> bool:
    """Whether all events are of one Norwegian calendar day."""
    return bool(events.select(_date(pl.col("at")).n_unique() == 1).item())


def _date(instant: pl.Expr) -> pl.Expr:
    return instant.dt.convert_time_zone("Europe/Oslo").dt.date()
