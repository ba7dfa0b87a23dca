"""How long things took: from an event until others could know of it, beyond deadlines, and in queues."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from simulator.domain.measurement import Measurement
from simulator.measures.rollup import CARE, PROFESSIONS, measured, rolled_up, shared

_QUANTILES: Final = {"p50": 0.5, "p90": 0.9}
_HOUR: Final = 3_600_000
_MINUTE: Final = 60_000
_NONE: Final = pl.lit(0, pl.Int64)


def knowledge(events: pl.DataFrame) -> Iterator[Measurement]:
    """Hours from when something happened until its receiver could know, by message type, road and receiving kind.

    What never arrived has no time; its share stands beside it as ``knowledge.never_share``.
    """
    sent = events.lazy().filter((pl.col("road") != "none") & (pl.col("reminder") == 0))
    told = sent.select("message", "road", waited=_between("at", "known"), never=pl.col("known").is_null())
    figures = {
        "n": pl.len(),
        "never": pl.col("never").sum(),
        "arrived": pl.col("waited").count(),
        **_spread("waited", _HOUR),
    }
    totals = rolled_up(told.collect(), figures, {"message": "message/", "road": "road/"})
    yield from _spread_of(totals, "knowledge.hours", "h", "arrived")
    yield from shared(totals, "knowledge.never_share", "never", "n")


def deadlines(events: pl.DataFrame, overdue: pl.DataFrame) -> Iterator[Measurement]:
    """Deadlines broken, by profession and pathway, of the steps that had one.

    ``overdue`` (columns role, pathway, n) are the steps that were due in the period and not done at its end: their
    deadlines are broken too, and they are told by themselves as well.
    """
    names = [pl.col(name).cast(pl.String) for name in ("role", "pathway")]
    late = (pl.col("at") > pl.col("due")).cast(pl.Int64)
    held = events.lazy().filter(pl.col("due").is_not_null()).select(*names, broken=late, never=_NONE, n=_NONE + 1)
    missing = overdue.lazy().filter(pl.col("n") > 0).select(*names, broken="n", never="n", n="n")
    sums = {name: pl.col(name).sum() for name in ("n", "broken", "never")}
    totals = rolled_up(pl.concat([held, missing]).collect(), sums, CARE)
    yield from shared(totals, "deadlines.broken_share", "broken", "n")
    yield from measured(totals, "deadlines.broken", "steps", "broken", "n")
    yield from measured(totals, "deadlines.never_done", "steps", "never", "n")


def queues(events: pl.DataFrame) -> Iterator[Measurement]:
    """Minutes from when a step was wanted until its work began, the way there included.

    By profession and pathway of the steps that take somebody's time (citizens and systems wait for nobody), and by
    place of those that had to wait for one (``place/ohd-bed``).
    """
    waited = events.lazy().filter(pl.col("reminder") == 0).select(
        "role", "pathway", "staff", "place", waited=_between("wanted", "began").clip(lower_bound=0)
    ).filter((pl.col("staff") >= 0) | pl.col("place").is_not_null())  # fmt: skip
    figures = {"n": pl.len(), **_spread("waited", _MINUTE)}
    rows = waited.collect()
    totals = rolled_up(rows.filter(pl.col("staff") >= 0), figures, CARE)
    yield from _spread_of(totals, "queue.minutes", "min", "n")
    placed = rolled_up(rows.filter(pl.col("place").is_not_null()), figures, {"place": "place/"})
    yield from _spread_of(placed.slice(1), "queue.minutes", "min", "n")


def postponed(events: pl.DataFrame) -> Iterator[Measurement]:
    """Times that a step was put off to another day because nobody or no place was free, by profession."""
    totals = rolled_up(events, {"n": pl.len(), "times": pl.col("postponed").cast(pl.Int64).sum()}, PROFESSIONS)
    yield from measured(totals, "work.postponed", "times", "times", "n")


def _between(earlier: str, later: str) -> pl.Expr:
    """Whole milliseconds, so that sums are exact in whatever order they are added up."""
    return (pl.col(later) - pl.col(earlier)).dt.total_milliseconds()


def _spread(column: str, unit_ms: int) -> dict[str, pl.Expr]:
    value = pl.col(column)
    quantiles = {name: value.quantile(q, "linear") / unit_ms for name, q in _QUANTILES.items()}
    return {"mean": value.sum() / value.count() / unit_ms, **quantiles}


def _spread_of(totals: pl.DataFrame, name: str, unit: str, n: str) -> Iterator[Measurement]:
    for label in ("mean", *_QUANTILES):
        yield from measured(totals, f"{name}.{label}", unit, label, n)
