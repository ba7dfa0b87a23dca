"""Which figures a scenario asks for, and whether each is there and of the kind that is asked for."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from simulator.domain.scenario import (
    Demand,
    Distribution,
    Following,
    LifeEvent,
    Milestones,
    Number,
    Pathway,
    Rate,
    Staffing,
    Step,
    Study,
)
from simulator.domain.systems import Systems
from simulator.errors import at, nearest
from simulator.figures import Figures
from simulator.figures.catalogue import HOURS, MONTHS, WEEKDAYS

Kind = Literal["number", "amount", "weekday", "hour", "month", "reason", "shifts", "curve"]

_PROFILES: Final = {"weekday": WEEKDAYS, "hour": HOURS, "month": MONTHS}
_WANTED: Final[dict[Kind, str]] = {
    "number": "one number for everybody",
    "amount": "one number, or one by age and sex,",
    "weekday": "a factor for each weekday",
    "hour": "a share for each hour of the day",
    "month": "a factor for each month",
    "reason": "a share for each of several ICPC-2 codes",
    "shifts": "a share for each shift that names it, and for no other,",
    "curve": "a share for each of several years",
}
_ICPC_2: Final = re.compile(r"[A-Z]\d\d")
_YEAR: Final = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """A figure somebody names, and what it has to be there."""

    name: str
    kind: Kind
    keys: tuple[str, ...] = ()
    """The words it must have a number for, and no others."""


def figures_of(pathway: Pathway) -> set[str]:
    """The name of every figure a pathway asks for."""
    return {use.name for use in uses_of(pathway)}


def uses_of(pathway: Pathway) -> set[Use]:
    """Every figure a pathway asks for."""
    found = _of_demand(pathway.demand)
    found |= _amounts(quantity for step in pathway.steps for quantity in _quantities(step))
    found |= _profiles(weekday for step in pathway.steps if step.opening for weekday in [step.opening.weekday])
    return found | ({Use(pathway.reason, "reason")} if pathway.reason else set())


def _of_demand(demand: Demand) -> set[Use]:
    if isinstance(demand, LifeEvent):
        return set()
    if isinstance(demand, Following):
        return _amounts(source.chance for source in demand.sources)
    found = _profiles([demand.weekday], [demand.hour], [demand.month] if isinstance(demand, Rate) else [])
    if isinstance(demand, Milestones):
        return found
    if isinstance(demand, Rate):
        more = demand.more[1] if demand.more else None
        return found | _amounts([demand.rate, demand.lead, more]) | _numbers([demand.total])
    return found | _numbers([demand.total, demand.of])


def uses_of_staffing(staffing: Staffing) -> set[Use]:
    """Every figure a staffing asks for."""
    found: set[Use] = set()
    for staff in staffing.staff.values():
        found |= _numbers([staff.arsverk, staff.of, staff.hours_per_arsverk, staff.direct, staff.weekend])
        for share in {shift.share for shift in staff.shifts if shift.share}:
            found.add(Use(share, "shifts", tuple(shift.name for shift in staff.shifts if shift.share == share)))
        for away in filter(None, (staff.absence, staff.vacation)):
            found |= _numbers([away.share]) | _profiles([], [], [away.month])
    for place in staffing.places.values():
        found |= _numbers([place.count, place.of])
    return found


def uses_of_systems(systems: Systems) -> set[Use]:
    """Every figure a systems file asks for."""
    roads = systems.traffic.values()
    found = _amounts(time for road in roads for time in (road.delay, road.held_back, road.overtaken_within))
    found |= _numbers(share for road in roads for share in road.shares.values())
    return found | _numbers(baseline.told for baseline in systems.baseline.values())


def uses_of_study(study: Study) -> set[Use]:
    """Every figure a study asks for in its own file."""
    words = study.participation
    choices = [words.default, *words.kinds.values(), *(c for place in words.places.values() for c in place.values())]
    found = _numbers(choice.share for choice in choices)
    if study.adoption is not None:
        found |= {Use(study.adoption.curve, "curve")} | _numbers([study.adoption.dip])
    return found


def figure_faults(uses: Iterable[Use], path: Path, figures: Figures) -> list[str]:
    """A fault, with its line in the file at ``path``, for every use of what is no figure or one of another kind."""
    known = figures.names()
    text = path.read_text(encoding="utf-8").splitlines()
    faults = []
    for use in sorted(uses):
        place = at(path, _line(use, text))
        if use.name not in known:
            faults.append(f"{place}: no figure '{use.name}'; {nearest(use.name, known)}")
        elif not _fits(use, figures):
            faults.append(
                f"{place}: figure '{use.name}' is {_described(use.name, figures)}; {_WANTED[use.kind]} is needed"
            )
    return faults


def _line(use: Use, text: list[str]) -> int | None:
    """Where the figure is named: after the key that asks for that kind, or else anywhere."""
    name = rf"(?<![\w.-]){re.escape(use.name)}(?![\w.-])"
    for pattern in (rf"\b{use.kind}\s*:\s*['\"]?(figure\s+)?{name}", name):
        found = next((number for number, row in enumerate(text, 1) if re.search(pattern, row)), None)
        if found:
            return found
    return None


def _fits(use: Use, figures: Figures) -> bool:
    aged, keys = figures.shape(use.name)
    if use.kind in ("number", "amount"):
        return not keys and (use.kind == "amount" or not aged)
    if use.kind in _PROFILES:
        return set(keys) == set(_PROFILES[use.kind])
    if use.kind == "shifts":
        return set(use.keys) == set(keys)
    pattern = _ICPC_2 if use.kind == "reason" else _YEAR
    return bool(keys) and all(pattern.fullmatch(key) for key in keys)


def _described(name: str, figures: Figures) -> str:
    aged, keys = figures.shape(name)
    if aged:
        return "by age and sex"
    shown = ", ".join(keys[:3])
    return f"by {shown}{', …' if len(keys) > 3 else ''}" if keys else "one number"


def _quantities(step: Step) -> Iterator[Number | Distribution | None]:
    yield from (step.takes, step.travel, step.chance)
    if step.lacking is not None:
        yield from (step.lacking.takes, step.lacking.answered)
    if step.acknowledged is not None:
        yield step.acknowledged.takes
    yield from (edge.delay for edge in step.after)


def _profiles(weekday: Iterable[str] = (), hour: Iterable[str] = (), month: Iterable[str] = ()) -> set[Use]:
    kinds: tuple[tuple[Kind, Iterable[str]], ...] = (("weekday", weekday), ("hour", hour), ("month", month))
    return {Use(name, kind) for kind, names in kinds for name in names if name}


def _amounts(quantities: Iterable[Number | Distribution | None]) -> set[Use]:
    return {Use(name, "amount") for name in _names(quantities)}


def _numbers(quantities: Iterable[Number | None]) -> set[Use]:
    return {Use(name, "number") for name in _names(quantities)}


def _names(quantities: Iterable[Number | Distribution | None]) -> Iterator[str]:
    for quantity in quantities:
        if isinstance(quantity, Number):
            yield from quantity.figures
        elif quantity is not None:
            yield from quantity.mean.figures
            yield from quantity.high.figures if quantity.high else ()
