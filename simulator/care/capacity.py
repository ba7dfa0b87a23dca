"""How many hours people are on duty in a period, as planned and less those who are expected to be away."""

from collections.abc import Iterator, Sequence

import polars as pl

from simulator.care.clock import Clock
from simulator.care.plan import Plan, StaffPlan, make_plan
from simulator.care.rosters import SATURDAY, shift_blocks
from simulator.conditions import expression
from simulator.domain.scenario import Study
from simulator.domain.tables import LIFE_EVENTS
from simulator.figures import Figures

HOUR = 3600


def hours_on_duty(study: Study, people: pl.LazyFrame, figures: Figures) -> dict[str, float]:
    """Hours on duty by role over the study's period, of the staff that any of its steps needs.

    ``people`` as ``tables.POPULATION``. An organisation that several municipalities share has the staff that the
    study's residents among its own come to, as it has in the simulation.
    """
    plan = make_plan(study, figures, lives=pl.DataFrame(schema=LIFE_EVENTS))
    sites = _sites(plan, plan.staff, people)
    found: dict[str, float] = {}
    needed = {step.step.needs for pathway in plan.pathways for step in pathway.steps}
    for number, staff in enumerate(plan.staff):
        if staff.staff.name not in needed:
            continue
        hours = sum(_hours(staff, *one, plan.clock, study.days) for one in _owners(plan, number, sites))
        found[staff.staff.role] = found.get(staff.staff.role, 0.0) + hours
    return {role: hours for role, hours in found.items() if hours}


def _owners(plan: Plan, number: int, sites: pl.DataFrame) -> Iterator[tuple[int, int]]:
    """Of each municipality, or area that shares one: residents that a staff is shared out by, and organisations."""
    kind, served = plan.staff[number].staff.at, f"residents-{number}"
    if kind not in plan.areas:
        yield from zip(sites[served], sites[f"each-{number}"], strict=True)
        return
    area = [plan.areas[kind][kommunenummer] for kommunenummer in sites["kommunenummer"]]
    together = sites.with_columns(area=pl.Series(area)).group_by("replica", "area", maintain_order=True)
    for residents in together.agg(pl.col(served).sum())[served]:
        yield residents, 1


def _sites(plan: Plan, own: Sequence[StaffPlan], people: pl.LazyFrame) -> pl.DataFrame:
    """Per municipality and staff: residents it is shared out by, and how many organisations have one."""
    return (
        people.group_by("replica", "kommunenummer")
        .agg(value for number, staff in enumerate(own) for value in _counted(plan, number, staff))
        .sort("replica", "kommunenummer")
        .collect()
    )


def _counted(plan: Plan, number: int, staff: StaffPlan) -> Iterator[pl.Expr]:
    where, one_per = staff.staff.where, plan.organisations[staff.staff.at].one_per
    served = expression(where).fill_null(value=False).sum() if where else pl.len()
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
