"""A study with every figure looked up: plain arrays that any worker process can carry out."""

from dataclasses import dataclass

import numpy as np

from simulator.care.amounts import Draw, Floats, resolve, scalar
from simulator.care.clock import Clock
from simulator.care.demand import Profiles, RatePlan, SchedulePlan
from simulator.domain.scenario import (
    APPOINTMENT,
    OLDEST,
    Organisation,
    Pathway,
    Rate,
    Role,
    Schedule,
    Staff,
    Step,
    Study,
)
from simulator.figures import Figures

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A step with its distributions looked up."""

    step: Step
    takes: Draw | None
    travel: Draw | None
    delays: tuple[Draw | None, ...]
    """One for each of the step's ``after``."""
    chance: Floats
    accepts: tuple[float, ...]
    """Chance that a weekday is taken, of those on which the step may begin; empty for all."""


@dataclass(frozen=True, slots=True)
class PathwayPlan:
    """A pathway with its demand looked up; ``steps`` come after what they follow."""

    pathway: Pathway
    demand: RatePlan | SchedulePlan
    reasons: tuple[str, ...]
    reason_shares: Floats
    steps: tuple[StepPlan, ...]


@dataclass(frozen=True, slots=True)
class StaffPlan:
    """Staff with its numbers looked up."""

    staff: Staff
    weekly_hours: float
    """Hours with patients per week for each resident they are shared out by; 0 when counted in persons."""
    weekend: float
    shares: tuple[float, ...]
    """Share of the hours for each shift; empty to go by its length."""
    factor: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a shard needs besides its people."""

    seed: int
    clock: Clock
    """The days around the period that anything can fall on."""
    days: int
    pathways: tuple[PathwayPlan, ...]
    staff: tuple[StaffPlan, ...]
    roles: dict[str, Role]
    organisations: dict[str, Organisation]
    until: int | None = None
    """Second after the period's start at which to stop; None for the period's end."""

    @property
    def end(self) -> int:
        """The second at which the simulation stops."""
        return self.clock.midnight(self.days) if self.until is None else self.until


def make_plan(study: Study, figures: Figures, until: int | None = None) -> Plan:
    """Look up every figure the study names; raises InputError when one is missing or of the wrong shape."""
    before, beyond = (max(getattr(p, side) for p in study.pathways) + 1 for side in ("before", "beyond"))
    return Plan(
        study.seed,
        Clock(study.start, -before, study.days + beyond),
        study.days,
        tuple(_pathway(pathway, study.demand_factors.get(pathway.name, 1.0), figures) for pathway in study.pathways),
        tuple(_staff(staff, study, figures) for staff in study.staffing.staff.values()),
        dict(study.staffing.roles),
        dict(study.staffing.organisations),
        until,
    )


def _pathway(pathway: Pathway, factor: float, figures: Figures) -> PathwayPlan:
    reasons = figures.shares(pathway.reason) if pathway.reason else {}
    return PathwayPlan(
        pathway,
        _demand(pathway, factor, figures),
        tuple(reasons),
        np.cumsum(list(reasons.values())),
        tuple(_step(step, figures) for step in _in_order(pathway.steps)),
    )


def _demand(pathway: Pathway, factor: float, figures: Figures) -> RatePlan | SchedulePlan:
    demand = pathway.demand
    if isinstance(demand, Rate):
        return _rate(pathway, demand, factor, figures)
    assert isinstance(demand, Schedule), "other forms of demand are not simulated yet"
    return _schedule(demand, factor, figures)


def _rate(pathway: Pathway, demand: Rate, factor: float, figures: Figures) -> RatePlan:
    """Rates of the ages who qualify, scaled so that the whole country's come to ``total``."""
    ages = np.arange(OLDEST + 1)
    qualifies = (ages >= pathway.who.youngest) & (ages <= pathway.who.oldest)
    rate = np.broadcast_to(resolve(demand.rate, figures), (2, OLDEST + 1)) * qualifies
    if demand.total is not None:
        figures.from_file("age_structure.csv")
        rate = rate * scalar(demand.total, figures) / float((rate * figures.people.structure).sum())
    return RatePlan(
        rate * factor,
        _profiles(demand.weekday, demand.hour, demand.month, figures),
        demand.grid,
        None if demand.more is None else (demand.more[0], resolve(demand.more[1], figures)),
        None if demand.lead is None else Draw.of(demand.lead, figures),
        demand.lead_hours,
    )


def _schedule(demand: Schedule, factor: float, figures: Figures) -> SchedulePlan:
    per_day = scalar(demand.total, figures) / scalar(demand.of, figures) / DAYS_PER_YEAR
    return SchedulePlan(per_day * factor, _profiles(demand.weekday, demand.hour, "", figures))


def _profiles(weekday: str, hour: str, month: str, figures: Figures) -> Profiles:
    return Profiles(
        figures.profile(weekday) if weekday else np.ones(7),
        figures.profile(hour) if hour else np.full(24, 1 / 24),
        figures.profile(month) if month else np.ones(12),
    )


def _step(step: Step, figures: Figures) -> StepPlan:
    accepts: tuple[float, ...] = ()
    if step.opening and step.opening.weekday:
        profile = figures.profile(step.opening.weekday)
        accepts = tuple((profile / profile.max()).tolist())
    return StepPlan(
        step,
        None if step.takes is None else Draw.of(step.takes, figures),
        None if step.travel is None else Draw.of(step.travel, figures),
        tuple(None if edge.delay is None else Draw.of(edge.delay, figures) for edge in step.after),
        resolve(step.chance, figures),
        accepts,
    )


def _in_order(steps: tuple[Step, ...]) -> list[Step]:
    """The steps so that each comes after those it follows or depends on."""
    placed: list[Step] = []
    names = {APPOINTMENT}
    waiting = list(steps)
    while waiting:
        ready = [s for s in waiting if {*(e.step for e in s.after), *s.only_if, *s.unless} <= names]
        placed += ready
        names |= {step.id for step in ready}
        waiting = [step for step in waiting if step.id not in names]
    return placed


def _staff(staff: Staff, study: Study, figures: Figures) -> StaffPlan:
    hours = 0.0
    if staff.arsverk is not None and staff.of is not None:
        yearly = scalar(staff.arsverk, figures) * scalar(staff.hours_per_arsverk, figures)
        hours = yearly * scalar(staff.direct, figures) / (DAYS_PER_YEAR / 7) / scalar(staff.of, figures)
    shares = tuple(figures.shares(shift.share)[shift.name] for shift in staff.shifts if shift.share)
    return StaffPlan(staff, hours, scalar(staff.weekend, figures), shares, study.staff_factors.get(staff.name, 1.0))
