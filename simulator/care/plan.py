"""A study with every figure looked up: plain arrays that any worker process can carry out."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.care.amounts import Draw, Floats, resolve, scalar
from simulator.care.clock import Clock
from simulator.care.demand import MilestonePlan, Profiles, RatePlan, SchedulePlan
from simulator.care.roads import SystemsPlan, make_systems
from simulator.care.sharing import Areas, areas_of
from simulator.domain.scenario import (
    APPOINTMENT,
    OLDEST,
    Away,
    Following,
    LifeEvent,
    Milestones,
    Organisation,
    Pathway,
    Place,
    Rate,
    Role,
    Schedule,
    Staff,
    Step,
    Study,
)
from simulator.domain.systems import Response
from simulator.domain.tables import LIFE_EVENTS
from simulator.errors import InputError
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
    extra: Draw | None = None
    """How much longer it takes when information is lacking."""
    answered: Draw | None = None
    reminding: Draw | None = None
    """How long it takes to send a reminder of its message; None when the system does so."""


@dataclass(frozen=True, slots=True)
class FollowingPlan:
    """Demand out of other pathways: the chance of each of its sources, by sex and age."""

    chances: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class LifePlan:
    """Demand out of events in residents' lives, of which ``factor`` are met with."""

    kind: str
    factor: float


DemandPlan = RatePlan | SchedulePlan | MilestonePlan | FollowingPlan | LifePlan


@dataclass(frozen=True, slots=True)
class PathwayPlan:
    """A pathway with its demand looked up; ``steps`` come after what they follow."""

    pathway: Pathway
    demand: DemandPlan
    before: int
    """Days before the period from which demand is drawn."""
    reasons: tuple[str, ...]
    reason_shares: Floats
    steps: tuple[StepPlan, ...]


@dataclass(frozen=True, slots=True)
class AwayPlan:
    """The share of a staff who are away in each month."""

    sick: tuple[float, ...]
    holiday: tuple[float, ...]


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
    away: AwayPlan | None = None


@dataclass(frozen=True, slots=True)
class PlacePlan:
    """Places with their numbers looked up."""

    place: Place
    count: float
    """In each organisation, or for each resident they are shared out by."""

    def of(self, residents: int) -> int:
        """How many an organisation has, with so many residents to share them out by; one at the least, if any."""
        count = self.count if self.place.of is None else self.count * residents
        return max(1, round(count)) if count > 0 else 0


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
    areas: Areas
    """Of the organisations that several municipalities have together."""
    hand_overs: dict[str, int]
    """Seconds that what goes to and from such an organisation is under way, by kind."""
    places: dict[str, PlacePlan]
    systems: SystemsPlan | None
    response: Response
    lives: pl.DataFrame
    """Events in the residents' lives (tables.LIFE_EVENTS) of the kinds that pathways start from."""
    until: int | None = None
    """Second after the period's start at which to stop; None for the period's end."""

    @property
    def end(self) -> int:
        """The second at which the simulation stops."""
        return self.clock.midnight(self.days) if self.until is None else self.until


def make_plan(study: Study, figures: Figures, until: int | None = None, lives: pl.DataFrame | None = None) -> Plan:
    """Look up every figure the study names; raises InputError when one is missing or of the wrong shape.

    ``lives`` (tables.LIFE_EVENTS) are needed where a pathway starts from events in life.
    """
    before, beyond = (max(getattr(p, side) for p in study.pathways) + 1 for side in ("before", "beyond"))
    before = max(before, study.warm_up + 1)
    return Plan(
        study.seed,
        Clock(study.start, -before, study.days + beyond),
        study.days,
        tuple(
            make_pathway(pathway, study.demand_factors.get(pathway.name, 1.0), figures, study.warm_up)
            for pathway in _parents_first(study.pathways)
        ),
        tuple(_staff(staff, study, figures) for staff in study.staffing.staff.values()),
        dict(study.staffing.roles),
        dict(study.staffing.organisations),
        areas_of(study, figures),
        {o.kind: o.hand_over for o in study.staffing.organisations.values() if o.hand_over},
        {place.name: _place(place, study, figures) for place in study.staffing.places.values()},
        make_systems(study, figures),
        study.response,
        _lives(study, lives),
        until,
    )


def _lives(study: Study, lives: pl.DataFrame | None) -> pl.DataFrame:
    kinds = [pathway.demand.kind for pathway in study.pathways if isinstance(pathway.demand, LifeEvent)]
    if kinds and lives is None:
        raise InputError(f"pathways start from {', '.join(kinds)}, and no events in life are handed in")
    whole = pl.DataFrame(schema=LIFE_EVENTS) if lives is None else lives
    return whole.filter(pl.col("kind").cast(pl.String).is_in(kinds))


def _parents_first(pathways: tuple[Pathway, ...]) -> list[Pathway]:
    """The pathways so that each comes after those it starts from."""
    placed: list[Pathway] = []
    waiting = list(pathways)
    while waiting:
        names = {pathway.name for pathway in placed}
        ready = [p for p in waiting if not isinstance(p.demand, Following) or _sources(p.demand) <= names]
        placed += ready
        waiting = [pathway for pathway in waiting if pathway not in ready]
        if not ready:
            raise InputError(f"'{waiting[0].name}' starts from a pathway that the study does not have")
    return placed


def _sources(demand: Following) -> set[str]:
    return {source.pathway for source in demand.sources}


def make_pathway(pathway: Pathway, factor: float, figures: Figures, warm_up: int = 0) -> PathwayPlan:
    """Look up every figure of a pathway, its demand ``factor`` times the usual; raises InputError."""
    reasons = figures.shares(pathway.reason) if pathway.reason else {}
    return PathwayPlan(
        pathway,
        _demand(pathway, factor, figures),
        max(pathway.before, warm_up),
        tuple(reasons),
        np.cumsum(list(reasons.values())),
        tuple(_step(step, figures) for step in _in_order(pathway.steps)),
    )


def _demand(pathway: Pathway, factor: float, figures: Figures) -> DemandPlan:
    demand = pathway.demand
    if isinstance(demand, Rate):
        return _rate(pathway, demand, factor, figures)
    if isinstance(demand, Milestones):
        profiles = _profiles(demand.weekday, demand.hour, "", figures)
        return MilestonePlan(demand.of, demand.at, demand.spread, profiles, factor)
    if isinstance(demand, Following):
        return FollowingPlan(tuple(resolve(source.chance, figures) * factor for source in demand.sources))
    if isinstance(demand, LifeEvent):
        return LifePlan(demand.kind, factor)
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
    reminding = None if step.acknowledged is None else step.acknowledged.takes
    return StepPlan(
        step,
        None if step.takes is None else Draw.of(step.takes, figures),
        None if step.travel is None else Draw.of(step.travel, figures),
        tuple(None if edge.delay is None else Draw.of(edge.delay, figures) for edge in step.after),
        resolve(step.chance, figures),
        accepts,
        None if step.lacking is None or step.lacking.takes is None else Draw.of(step.lacking.takes, figures),
        None if step.lacking is None or step.lacking.answered is None else Draw.of(step.lacking.answered, figures),
        None if reminding is None else Draw.of(reminding, figures),
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
    away = None
    if staff.absence is not None or staff.vacation is not None:
        away = AwayPlan(_by_month(staff.absence, figures), _by_month(staff.vacation, figures))
    factor = study.staff_factors.get(staff.name, 1.0)
    return StaffPlan(staff, hours, scalar(staff.weekend, figures), shares, factor, away)


def _by_month(away: Away | None, figures: Figures) -> tuple[float, ...]:
    if away is None:
        return (0.0,) * 12
    month = figures.profile(away.month) if away.month else np.ones(12)
    return tuple((scalar(away.share, figures) * month).tolist())


def _place(place: Place, study: Study, figures: Figures) -> PlacePlan:
    count = scalar(place.count, figures) * study.staff_factors.get(place.name, 1.0)
    return PlacePlan(place, count if place.of is None else count / scalar(place.of, figures))
