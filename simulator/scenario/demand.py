"""Reads what brings people into a pathway: rates, schedules, milestones of age, other pathways, events in life."""

from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from typing import Final

import polars as pl

from simulator.conditions import amount, condition
from simulator.domain.scenario import (
    OLDEST,
    Demand,
    Following,
    From,
    Hours,
    LifeEvent,
    Milestones,
    Number,
    Rate,
    Schedule,
)
from simulator.domain.tables import LIFE_KINDS, POPULATION
from simulator.scenario.expressions import UNITS, distribution, hours, number, seconds
from simulator.scenario.faults import Faults
from simulator.scenario.models import FromModel, MilestonesModel, PathwayModel, RateModel, ScheduleModel

FORMS: Final = ("demand", "schedule", "milestones", "from", "life_event")
_DATES: Final = tuple(name for name, kind in POPULATION.items() if kind == pl.Date)


def read_demand(model: PathwayModel, parameters: Mapping[str, Number], faults: Faults) -> Demand:
    """The one form of demand that a pathway has; what is wrong is added to the faults."""
    if model.demand is not None:
        demand: Demand = _rate(model.demand, parameters, faults)
    elif model.schedule is not None:
        demand = _schedule(model.schedule, parameters, faults)
    elif model.milestones is not None:
        demand = _milestones(model.milestones, faults)
    elif model.source:
        demand = Following(tuple(_from(n, entry, parameters, faults) for n, entry in enumerate(model.source)))
    else:
        if model.life_event:
            faults.word(("life_event",), model.life_event, LIFE_KINDS, "event in life")
        demand = LifeEvent(model.life_event)
    given = (model.demand, model.schedule, model.milestones, model.source or None, model.life_event or None)
    if sum(form is not None for form in given) != 1:
        faults.add(("pathway",), f"a pathway has one and only one of {', '.join(FORMS)}: what brings people into it")
    return demand


def _milestones(model: MilestonesModel, faults: Faults) -> Milestones:
    faults.word(("milestones", "of"), model.of, _DATES, "column of dates")
    at = [faults.parse(("milestones", "at", n), partial(seconds, text), 0) for n, text in enumerate(model.at)]
    for n, (one, other) in enumerate(pairwise(at)):
        if other <= one:
            faults.add(("milestones", "at", n + 1), "ages must rise")
    if at and at[-1] > (OLDEST + 1) * UNITS["y"]:
        faults.add(("milestones", "at", len(at) - 1), f"nobody is older than {OLDEST}")
    spread = faults.parse(("milestones", "spread"), lambda: seconds(model.spread), 0)
    return Milestones(tuple(at), model.of, model.weekday, model.hour, spread)


def _from(n: int, model: FromModel, parameters: Mapping[str, Number], faults: Faults) -> From:
    place = ("from", n)
    chance = faults.parse((*place, "chance"), lambda: number(model.chance, parameters), Number(1.0))
    if not chance.figures and not 0 < chance.constant <= 1:
        faults.add((*place, "chance"), f"a chance of {chance.constant:g} is not above 0 and at most 1")
    where = faults.parse((*place, "where"), lambda: condition(model.where), "") if model.where else ""
    return From(model.pathway, model.step, chance, where)


def _rate(model: RateModel, parameters: Mapping[str, Number], faults: Faults) -> Rate:
    def quantity(key: str, text: str | float) -> Number:
        return faults.parse(("demand", key), lambda: number(text, parameters), Number(1.0))

    rate = quantity("rate", model.rate)
    if model.total is not None:
        faults.above_zero(("demand", "rate"), rate)
    if model.lead is None and model.lead_hours is not None:
        faults.add(("demand", "lead_hours"), "'lead_hours' needs 'lead': how long ahead of the appointment one books")
    lead = None
    if model.lead is not None:
        text = model.lead
        lead = faults.parse(("demand", "lead"), lambda: distribution(text, parameters), None)
    opening: Hours | None = None
    if model.lead_hours is not None:
        span = model.lead_hours
        opening = faults.parse(("demand", "lead_hours"), lambda: hours(span), None)
    return Rate(
        rate,
        None if model.total is None else quantity("total", model.total),
        model.weekday,
        model.hour,
        model.month,
        faults.parse(("demand", "grid"), lambda: _grid(model.grid), 1),
        faults.parse(("demand", "weight"), lambda: amount(model.weight), "1.0"),
        _more(model, parameters, faults),
        lead,
        opening,
    )


def _grid(text: str) -> int:
    found = seconds(text)
    if not 1 <= found <= UNITS["d"]:
        raise ValueError(f"a grid of '{text}' is not between a second and a day")
    return found


def _more(model: RateModel, parameters: Mapping[str, Number], faults: Faults) -> tuple[str, Number] | None:
    more = model.more
    if more is None:
        return None
    where = faults.parse(("demand", "more", "where"), lambda: condition(more.where), "")
    return where, faults.parse(("demand", "more", "times"), lambda: number(more.times, parameters), Number(1.0))


def _schedule(model: ScheduleModel, parameters: Mapping[str, Number], faults: Faults) -> Schedule:
    def quantity(key: str, text: str | float) -> Number:
        return faults.parse(("schedule", key), lambda: number(text, parameters), Number(1.0))

    of = quantity("of", model.of)
    faults.above_zero(("schedule", "of"), of)
    return Schedule(
        quantity("total", model.total),
        of,
        faults.parse(("schedule", "weight"), lambda: amount(model.weight), "1.0"),
        model.weekday,
        model.hour,
    )
