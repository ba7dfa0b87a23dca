"""The simulated care as it is shown: what was done, what was late, who waited."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from reports.run_files import RunFiles
from simulator.care.payment import payment_days

ZONE: Final = "Europe/Oslo"


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a pathway: how often, how late, how long people waited for it."""

    pathway: str
    step: str
    n: int
    deadlines: int
    late: int
    waited: int
    """Times it began later than it was due to begin."""
    wait_median: float | None
    """Minutes, over those who waited."""
    wait_p95: float | None


@dataclass(frozen=True, slots=True)
class CareView:
    """The care part of the page."""

    events: int
    residents: int
    episodes: int
    deadlines: int
    late: int
    ready: int
    """Patients whose municipality was told that they were ready for discharge."""
    payment_days: int
    """Days the municipality pays for them in hospital."""
    steps: list[StepRow]


def care_view(run: RunFiles) -> CareView | None:
    """What the run's care events say; None when it holds none."""
    if run.events is None:
        return None
    events = run.events
    rows = _steps(events)
    days = payment_days(events)["days"].to_list() if events.height else []
    return CareView(
        events=events.height,
        residents=events.filter(pl.col("resident") >= 0)["resident"].n_unique(),
        episodes=events["episode"].n_unique(),
        deadlines=sum(row.deadlines for row in rows),
        late=sum(row.late for row in rows),
        ready=len(days),
        payment_days=sum(days),
        steps=rows,
    )


def per_hour(events: pl.DataFrame) -> pl.DataFrame:
    """Events by local hour and pathway: columns ``hour``, ``pathway``, ``n``, ordered."""
    hour = pl.col("at").dt.convert_time_zone(ZONE).dt.truncate("1h").alias("hour")
    return events.group_by(hour, "pathway").agg(pl.len().alias("n")).sort("pathway", "hour")


def _steps(events: pl.DataFrame) -> list[StepRow]:
    """One row per pathway and step, pathways by name and steps in the order people first came to them."""
    waited = ((pl.col("began") - pl.col("wanted")).dt.total_milliseconds() / 60_000).alias("wait")
    late = (pl.col("at") > pl.col("due")).fill_null(value=False).sum()
    since = (pl.col("at") - pl.col("at").min().over("episode")).dt.total_milliseconds()
    found = (
        events.with_columns(waited, since.alias("since"))
        .group_by("pathway", "step")
        .agg(
            pl.len().alias("n"),
            pl.col("due").is_not_null().sum().alias("deadlines"),
            late.alias("late"),
            (pl.col("wait") > 0).sum().alias("waited"),
            pl.col("wait").filter(pl.col("wait") > 0).median().alias("wait_median"),
            pl.col("wait").filter(pl.col("wait") > 0).quantile(0.95, "linear").alias("wait_p95"),
            pl.col("since").median().alias("position"),
        )
        .sort("pathway", "position", "step")
        .drop("position")
    )
    return [StepRow(**row) for row in found.to_dicts()]
