"""What the work took: minutes by profession, work done twice, overtime, and messages that went astray."""

from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from simulator.domain.measurement import Measurement
from simulator.measures.rollup import CARE, measured, rolled_up, shared

INQUIRY: Final = "DIALOG_FORESPORSEL"
"""The message that asks for what was not there."""
FATES: Final = ("late", "lost", "duplicated", "out-of-order", "rejected")
_NUMBERED: Final = pl.col("staff") >= 0


def staff_time(events: pl.DataFrame) -> Iterator[Measurement]:
    """Steps done, and by profession the minutes of work, overtime, and extra work because something was not there."""
    # Whole numbers are added up, so that the sum is exact in whatever order that happens.
    took = (pl.col("at") - pl.col("began")).dt.total_milliseconds()
    overtime, extra = pl.col("overtime_s").cast(pl.Int64), pl.col("extra_s").cast(pl.Int64)
    work = events.lazy().filter(_NUMBERED).select("role", "pathway", took=took, overtime=overtime, extra=extra)
    figures = {
        "n": pl.len(),
        "minutes": pl.col("took").sum() / 60_000,
        "overtime": pl.col("overtime").sum() / 60,
        "extra": pl.col("extra").sum() / 60,
        "again": (pl.col("extra") > 0).sum(),
    }
    totals = rolled_up(work.collect(), figures, CARE)
    yield from measured(totals, "work.steps", "steps", "n", "n")
    yield from measured(totals, "work.minutes", "min", "minutes", "n")
    yield from measured(totals, "work.overtime_minutes", "min", "overtime", "n")
    yield from measured(totals, "duplicate.minutes", "min", "extra", "n")
    yield from measured(totals, "duplicate.steps", "steps", "again", "n")
    yield from shared(totals, "duplicate.time_share", "extra", "minutes")


def at_work(events: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """What those who are counted did: columns role, n (steps done) and took_ms, from begun to done.

    ``steps`` are those that need one of them (columns pathway, step). Whoever else does something, of the same role
    too, is there when wanted, and so is who reminds.
    """
    took = (pl.col("at") - pl.col("began")).dt.total_milliseconds()
    done = events.lazy().select("pathway", "step", "role", took_ms=took)
    return done.join(steps.lazy(), on=("pathway", "step"), how="semi").group_by("role").agg(
        pl.len().cast(pl.Int64).alias("n"), pl.col("took_ms").sum()
    ).sort("role").collect()  # fmt: skip


def occupancy(work: pl.DataFrame, hours: Mapping[str, float]) -> Iterator[Measurement]:
    """The share of their hours on duty that the counted people of each role were at work, the way there left out.

    ``work`` is of :func:`at_work`, of one table of events or of several; ``hours`` are the hours on duty by role of
    those same people. Above 1 with overtime.
    """
    done = {role: (n, ms) for role, n, ms in work.group_by("role").sum().select("role", "n", "took_ms").iter_rows()}
    for role, there in hours.items():
        n, ms = done.get(role, (0, 0))
        if there:
            yield Measurement("staff.occupancy", ms / 3_600_000 / there, "share", n, role)


def places_taken(places: pl.DataFrame) -> Iterator[Measurement]:
    """The share of the time that places of each name were taken, over all organisations that have any.

    ``places`` has the columns place, count, and taken_s and there_s, the seconds that they were taken and were there.
    """
    for name, count, taken, there in places.select("place", "count", "taken_s", "there_s").iter_rows():
        if there:
            yield Measurement("places.occupancy", taken / there, "share", count, f"place/{name}")


def episodes(events: pl.DataFrame) -> Iterator[Measurement]:
    """Episodes with anything in the period, by pathway."""
    counted = events.lazy().select("pathway", "episode").unique().collect()
    yield from measured(
        rolled_up(counted, {"n": pl.len()}, {"pathway": "pathway/"}), "care.episodes", "episodes", "n", "n"
    )


def messages(events: pl.DataFrame) -> Iterator[Measurement]:
    """Messages by what became of them, reminders sent, and inquiries after what was not there; by message type."""
    sent = events.lazy().filter(pl.col("message").is_not_null()).select("message", "fate", "reminder").collect()
    first = pl.col("reminder") == 0
    figures = {
        "n": first.sum(),
        **{fate: (first & (pl.col("fate") == fate)).sum() for fate in FATES},
        "reminders": (~first).sum(),
        "inquiries": (first & (pl.col("message") == INQUIRY)).sum(),
    }
    totals = rolled_up(sent, figures, {"message": "message/"})
    yield from measured(totals, "messages.sent", "messages", "n", "n")
    for fate in FATES:
        yield from shared(totals, f"messages.{fate.replace('-', '_')}_share", fate, "n")
    yield from measured(totals, "messages.lost", "messages", "lost", "n")
    yield from measured(totals, "messages.reminders", "messages", "reminders", "n")
    yield from measured(totals.head(1), "messages.inquiries", "messages", "inquiries", "n")


def by_hour(events: pl.DataFrame) -> pl.DataFrame:
    """Steps done by profession and hour of the day in Norway: columns role, hour (0 to 23), n; ordered."""
    hour = pl.col("at").dt.convert_time_zone("Europe/Oslo").dt.hour().cast(pl.Int64).alias("hour")
    counted = events.lazy().filter(_NUMBERED).group_by("role", hour).agg(pl.len().cast(pl.Int64).alias("n"))
    return counted.sort("role", "hour").collect()
