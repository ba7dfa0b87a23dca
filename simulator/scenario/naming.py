"""Checks that the figures, requirements and capabilities a scenario names exist, and points at the line."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

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
)
from simulator.domain.systems import Systems
from simulator.errors import at, nearest
from simulator.figures import Figures
from simulator.scenario.catalogue import load_catalogue
from simulator.scenario.faults import Faults


@cache
def _catalogue_words() -> tuple[frozenset[str], frozenset[str]]:
    catalogue = load_catalogue()
    return frozenset(catalogue.requirements), frozenset(catalogue.capabilities)


def check_requirements(place: tuple[str, ...], names: Sequence[str], faults: Faults) -> None:
    """Add a fault for every name that is no requirement of the catalogue."""
    for number, name in enumerate(names):
        faults.word((*place, number), name, _catalogue_words()[0], "requirement")


def check_capabilities(place: tuple[str, ...], names: Sequence[str], faults: Faults) -> None:
    """Add a fault for every name that is no capability of the catalogue."""
    for number, name in enumerate(names):
        faults.word((*place, number), name, _catalogue_words()[1], "capability")


def figures_of(pathway: Pathway) -> set[str]:
    """Every figure a pathway names."""
    numbers, profiles = _of_demand(pathway.demand)
    numbers += [n for step in pathway.steps for n in _quantities(step)]
    profiles |= {step.opening.weekday for step in pathway.steps if step.opening} | {pathway.reason}
    return {name for name in profiles if name} | set(_names(numbers))


def _of_demand(demand: Demand) -> tuple[list[Number | Distribution | None], set[str]]:
    """The numbers and the profiles of a pathway's demand."""
    if isinstance(demand, Rate):
        more = demand.more[1] if demand.more else None
        return [demand.rate, demand.total, demand.lead, more], {demand.weekday, demand.hour, demand.month}
    if isinstance(demand, Milestones):
        return [], {demand.weekday, demand.hour}
    if isinstance(demand, Following):
        return [source.chance for source in demand.sources], set()
    if isinstance(demand, LifeEvent):
        return [], set()
    return [demand.total, demand.of], {demand.weekday, demand.hour}


def figures_of_staffing(staffing: Staffing) -> set[str]:
    """Every figure a staffing names."""
    found: set[str] = set()
    for staff in staffing.staff.values():
        found |= set(_names([staff.arsverk, staff.of, staff.hours_per_arsverk, staff.direct, staff.weekend]))
        found |= {shift.share for shift in staff.shifts if shift.share}
        for away in filter(None, (staff.absence, staff.vacation)):
            found |= {*away.share.figures, away.month} - {""}
    for place in staffing.places.values():
        found |= set(_names([place.count, place.of]))
    return found


def figures_of_systems(systems: Systems) -> set[str]:
    """Every figure a systems file names."""
    traffic = [
        number
        for road in systems.traffic.values()
        for number in (road.delay, road.held_back, road.overtaken_within, *road.shares.values())
    ]
    return set(_names([*traffic, *(baseline.told for baseline in systems.baseline.values())]))


def unknown_figures(names: set[str], path: Path, figures: Figures) -> list[str]:
    """A fault for every name in the file at ``path`` that is no figure, with its line."""
    known = figures.names()
    text = path.read_text(encoding="utf-8").splitlines()
    faults = []
    for name in sorted(names - set(known)):
        pattern = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])")
        line = next((number for number, row in enumerate(text, 1) if pattern.search(row)), None)
        faults.append(f"{at(path, line)}: no figure '{name}'; {nearest(name, known)}")
    return faults


def _quantities(step: Step) -> Iterator[Number | Distribution | None]:
    yield from (step.takes, step.travel, step.chance)
    if step.lacking is not None:
        yield from (step.lacking.takes, step.lacking.answered)
    if step.acknowledged is not None:
        yield step.acknowledged.takes
    yield from (edge.delay for edge in step.after)


def _names(quantities: Iterable[Number | Distribution | None]) -> Iterator[str]:
    for quantity in quantities:
        if isinstance(quantity, Number):
            yield from quantity.figures
        elif quantity is not None:
            yield from quantity.mean.figures
            yield from quantity.high.figures if quantity.high else ()
