"""Who begins a pathway and when, by each form of demand there is."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.care.amounts import Flags, Floats, for_people
from simulator.care.demand import (
    Episodes,
    MilestonePlan,
    RatePlan,
    SchedulePlan,
    Window,
    milestone_demand,
    open_demand,
    planned_demand,
    running,
)
from simulator.care.plan import LifePlan, PathwayPlan
from simulator.care.site import Site
from simulator.domain.scenario import OLDEST
from simulator.streams import stream

_ALIKE = "1.0"
_NEVER = 10**7
"""A day beyond every window."""
BIRTH = "birth"


def episodes_of(site: Site, plan: PathwayPlan) -> Episodes:
    """Draw who begins the pathway and when, from before the period to beyond it; nobody when others start it."""
    pathway, demand = plan.pathway, plan.demand
    window = Window(site.plan.clock, -plan.before, site.plan.days + pathway.beyond)
    key = (site.plan.seed, f"care/{pathway.name}")
    may = qualifying(site, plan)
    if isinstance(demand, RatePlan):
        return open_demand(demand, site.people, _part(site, plan, demand, may), window, key)
    if isinstance(demand, SchedulePlan):
        weight = site.amounts(_weight(plan))
        return planned_demand(demand, site.people, np.where(may, weight, 0.0), window, key)
    if isinstance(demand, MilestonePlan):
        born = np.where(may, _days(site, demand.of), _NEVER)
        return milestone_demand(demand, site.people, born, window, key)
    if isinstance(demand, LifePlan):
        return _of_lives(site, demand, may, window, key)
    nobody = np.zeros(0, dtype=np.int64)
    return Episodes(nobody, nobody.astype(np.uint64), nobody, nobody)


def _weight(plan: PathwayPlan) -> str:
    """The SQL expression of how likely each resident is against others."""
    said: str = getattr(plan.pathway.demand, "weight", _ALIKE)
    return said


def _part(site: Site, plan: PathwayPlan, demand: RatePlan, may: Flags) -> Floats | Flags:
    """How likely each resident is against others; whether at all, where those who may are all alike."""
    weight = _weight(plan)
    if demand.more is None and weight == _ALIKE:
        return may
    part: Floats = np.where(may, site.amounts(weight), 0.0)
    if demand.more is not None:
        where, times = demand.more
        part *= np.where(site.truth(where), for_people(times, site.people.sex, site.people.age), 1.0)
    return part


def qualifying(site: Site, plan: PathwayPlan) -> Flags:
    """Which residents a pathway is for."""
    who, age = plan.pathway.who, site.people.age
    found = site.truth(who.where)
    if who.youngest > 0:
        found = found & (age >= who.youngest)
    if who.oldest < OLDEST:
        found = found & (age <= who.oldest)
    return found


def _days(site: Site, column: str) -> NDArray[np.int64]:
    """A column of dates as days from the period's start; a day beyond every window where there is none."""
    days = (site.frame[column] - pl.Series([site.plan.clock.start])).dt.total_days().fill_null(_NEVER)
    return days.to_numpy().astype(np.int64)


def _of_lives(site: Site, plan: LifePlan, may: Flags, window: Window, key: tuple[int, str]) -> Episodes:
    """An episode for each event of the kind, at its instant; numbered for each resident in their order."""
    who = "other" if plan.kind == BIRTH else "resident"
    first, last = (window.clock.midnight(day) for day in (window.first, window.last))
    told = (
        site.lives.filter(pl.col("kind") == plan.kind)
        .select(resident=pl.col(who), start=pl.col("at").dt.epoch("s") - window.clock.origin)
        .join(site.frame.select("resident").with_row_index("row"), on="resident")
        .filter(pl.col("start").is_between(first, last, closed="left"))
        .sort("resident", "start")
    )
    row, start = told["row"].to_numpy().astype(np.int64), told["start"].to_numpy().astype(np.int64)
    number = running(told["resident"].rle().struct.field("len").to_numpy().astype(np.int64))
    kept = may[row] & (stream(*key, "kept").uniforms(site.people.resident[row], number) < plan.factor)
    return Episodes(row[kept], number[kept], start[kept], start[kept]).in_order(site.people)
