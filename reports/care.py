"""The simulated care as it is shown: what was done, what was late, who waited."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from reports.cleaning import line
from reports.run_files import RunFiles, mapping, rows
from simulator.measures import payment_days, ready_within

ZONE: Final = "Europe/Oslo"
DAY_PRICE: Final = "hospital.discharge_ready_day_price_nok"
MOST_STRIPS: Final = 8
"""Pathways that are drawn."""


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a pathway: how often, how late, how long it was put off."""

    pathway: str
    step: str
    n: int
    deadlines: int
    late: int
    delay_median: float | None
    """Minutes from when it was due to begin until it began, over all times."""
    delay_p95: float | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Patients in hospital whose municipality was told that they were ready for discharge."""

    ready: int
    """Those of whom it was told in the period."""
    before: int
    """Those of whom it was told before, and who left in the period or after it."""
    days: int
    """Days of the period that it pays for them."""


@dataclass(frozen=True, slots=True)
class CareView:
    """The care part of the page."""

    events: int
    residents: int
    episodes: int
    deadlines: int
    late: int
    waiting: Waiting | None
    """None where nobody in hospital was ready for discharge, or the run does not tell."""
    price: float | None
    """What a day costs the municipality, NOK."""
    price_year: str
    """The year of that rate; empty where the run does not tell."""
    steps: list[StepRow]
    strips: int = MOST_STRIPS

    @property
    def pathways(self) -> int:
        """How many of them there are; those with the most steps are drawn."""
        return len({row.pathway for row in self.steps})


def care_view(run: RunFiles) -> CareView | None:
    """What the run's care events say; None when it holds none."""
    if run.events is None:
        return None
    events = run.events
    steps = _steps(events)
    price = run.manifest.get("payment_day_nok")
    return CareView(
        events=events.height,
        residents=events.filter(pl.col("resident") >= 0)["resident"].n_unique(),
        episodes=events["episode"].n_unique(),
        deadlines=sum(row.deadlines for row in steps),
        late=sum(row.late for row in steps),
        waiting=_waiting(run),
        price_year=_price_year(run),
        price=price if isinstance(price, int | float) else None,
        steps=steps,
    )


def _waiting(run: RunFiles) -> Waiting | None:
    period = mapping(run.manifest.get("period"))
    try:
        start, days = date.fromisoformat(period["start"]), int(period["days"])
    except (KeyError, TypeError, ValueError):
        return None
    if run.notices is None:
        return None
    stays = payment_days(run.notices, start, days)
    ready = ready_within(stays, start).height
    return Waiting(ready, stays.height - ready, int(stays["days"].sum())) if stays.height else None


def _price_year(run: RunFiles) -> str:
    found = (row.get("year") for row in rows(run.manifest.get("figures")) if row.get("name") == DAY_PRICE)
    return line(next(found, "") or "", 20)


def per_hour(events: pl.DataFrame) -> pl.DataFrame:
    """Events by local hour and pathway: columns ``hour``, ``pathway``, ``n``, ordered."""
    hour = pl.col("at").dt.convert_time_zone(ZONE).dt.truncate("1h").alias("hour")
    return events.group_by(hour, "pathway").agg(pl.len().alias("n")).sort("pathway", "hour")


def _steps(events: pl.DataFrame) -> list[StepRow]:
    """One row per pathway and step, pathways by name and steps in the order people come to them."""
    delay = ((pl.col("began") - pl.col("wanted")).dt.total_milliseconds() / 60_000).clip(lower_bound=0)
    found = (
        events.with_columns(delay.alias("delay"))
        .group_by("pathway", "step")
        .agg(
            pl.len().alias("n"),
            pl.col("due").is_not_null().sum().alias("deadlines"),
            (pl.col("at") > pl.col("due")).fill_null(value=False).sum().alias("late"),
            pl.col("delay").median().alias("delay_median"),
            pl.col("delay").quantile(0.95, "linear").alias("delay_p95"),
        )
        .join(_places(events), on=["pathway", "step"], how="left")
        .sort("pathway", "place", "n", "step", descending=[False, False, True, False])
        .drop("place")
    )
    return [StepRow(**row) for row in found.to_dicts()]


def _places(events: pl.DataFrame) -> pl.DataFrame:
    """Where each step stands in its pathway: steps usually before it less those after, in episodes that have both."""
    first = events.group_by("pathway", "episode", "step").agg(pl.col("at").min())
    pairs = first.join(first, on=["pathway", "episode"], suffix="_other").filter(pl.col("step") != pl.col("step_other"))
    later = (pl.col("at") - pl.col("at_other")).dt.total_milliseconds().sign().mean().sign().alias("later")
    usual = pairs.group_by("pathway", "step", "step_other").agg(later)
    return usual.group_by("pathway", "step").agg(pl.col("later").sum().alias("place"))
