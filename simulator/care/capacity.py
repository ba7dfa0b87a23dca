"""How many hours people are on duty in a period, as planned and less those who are expected to be away."""

from collections.abc import Iterator

import polars as pl

from simulator.care.clock import Clock
from simulator.care.plan import Plan, StaffPlan, make_plan
from simulator.care.rosters import SATURDAY, shift_blocks
from simulator.domain.scenario import Study
from simulator.domain.tables import LIFE_EVENTS
from simulator.figures import Figures

HOUR = 3600


def hours_on_duty(study: Study, people: pl.LazyFrame, figures: Figures) -> dict[str, float]:
    """Hours on duty by role over the study's period, of staff that can be short; ``people`` as ``tables.POPULATION``.

    Staff of organisations that several municipalities share are left out: only a part of their work is the study's.
    """
    plan = make_plan(study, figures, lives=pl.DataFrame(schema=LIFE_EVENTS))
    own = [staff for staff in plan.staff if not plan.organisations[staff.staff.at].shared_by]
    sites = _sites(plan, own, people)
    found: dict[str, float] = {}
    for number, staff in enumerate(own):
        residents, each = sites[f"residents-{number}"], sites[f"each-{number}"]
        hours = sum(_hours(staff, *one, plan.clock, study.days) for one in zip(residents, each, strict=True))
        found[staff.staff.role] = found.get(staff.staff.role, 0.0) + hours
    return {role: hours for role, hours in found.items() if hours}


def _sites(plan: Plan, own: list[StaffPlan], people: pl.LazyFrame) -> pl.DataFrame:
    """Per municipality and staff: residents it is shared out by, and how many organisations have one."""
    return (
        people.group_by("replica", "kommunenummer")
        .agg(value for number, staff in enumerate(own) for value in _counted(plan, number, staff))
        .sort("replica", "kommunenummer")
        .collect()
    )


def _counted(plan: Plan, number: int, staff: StaffPlan) -> Iterator[pl.Expr]:
    where, one_per = staff.staff.where, plan.organisations[staff.staff.at].one_per
    served = pl.sql_expr(where).fill_null(value=False).sum() if where else pl.len()
    yield served.cast(pl.Int64).alias(f"residents-{number}")
    lists = pl.col(one_per).filter(pl.col(one_per) >= 0).n_unique() if one_per else pl.lit(1)
    yield lists.cast(pl.Int64).alias(f"each-{number}")


def _hours(plan: StaffPlan, residents: int, organisations: int, clock: Clock, days: int) -> float:
    """Hours on duty of one municipality's staff, over all of its organisations of the kind."""
    total = 0.0
    people = shift_blocks(plan, residents)
    for day in range(days):
        weekday, month = clock.weekday(day), clock.month(day)
        here = 1.0 if plan.away is None else (1 - plan.away.sick[month]) * (1 - plan.away.holiday[month])
        for shift, (weekdays, weekend) in zip(plan.staff.shifts, people, strict=True):
            if weekday in shift.days:
                _, count = weekend if weekday >= SATURDAY else weekdays
                total += count * here * shift.hours.seconds / HOUR
    return total * organisations
