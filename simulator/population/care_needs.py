"""Ties to municipal care: home care with granted hours, a nursing-home place, a safety alarm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.figures import Figures
from simulator.population.layout import Block
from simulator.population.odds import Flags, Floats, Joint, Model, normals, solve
from simulator.streams import stream

_WEEK_HOURS: Final = 168.0
_QUARTER: Final = 4.0


@dataclass(frozen=True, slots=True)
class CareModels:
    """The chances of what the municipality decides, by sex, age and conditions."""

    nursing_home: Model
    home_care: Model
    safety_alarm: Model


@dataclass(frozen=True, slots=True)
class CareNeeds:
    """What the municipality has decided for everybody; one entry per resident."""

    home_care_hours: NDArray[np.float32]
    nursing_home: Flags
    safety_alarm: Flags


def care_models(figures: Figures, conditions: Sequence[Model]) -> CareModels:
    """Models of a nursing-home place, and of home care and an alarm for those without one; every share still holds."""
    place_odds, home_odds = figures.by_key("care.nursing_home_odds"), figures.by_key("care.home_odds")
    joint = Joint.of({*place_odds, *home_odds}, conditions)
    place = solve("nursing_home", figures.by_age_sex("care.nursing_home_share").ravel(), place_odds, joint)
    at_home = joint.without(place)
    return CareModels(
        place,
        solve("home_care", figures.by_age_sex("care.home_share").ravel(), home_odds, at_home),
        solve("safety_alarm", figures.by_age_sex("care.safety_alarm_share").ravel(), home_odds, at_home),
    )


def make_care_needs(
    block: Block, has: Mapping[str, Flags], models: CareModels, figures: Figures, seed: int
) -> CareNeeds:
    """Who lives in a nursing home, who of the others has home services and for how long, who has a safety alarm."""
    cell = block.cell
    nursing_home = _uniforms(block, seed, "nursing-home") < models.nursing_home.of(has, cell)
    need = _uniforms(block, seed, "home-care")
    at_home = (need < models.home_care.of(has, cell)) & ~nursing_home
    # Most alarms answer the same need as home care, so they share its draw; both shares hold.
    same = _uniforms(block, seed, "alarm-need") < figures.value("care.safety_alarm_among_home_care")
    alarm = np.where(same, need, _uniforms(block, seed, "alarm")) < models.safety_alarm.of(has, cell)
    hours = np.zeros(len(cell), dtype=np.float32)
    hours[at_home] = _hours(block, at_home, figures, seed)
    return CareNeeds(hours, nursing_home, alarm & ~nursing_home)


def _hours(block: Block, chosen: NDArray[np.bool_], figures: Figures, seed: int) -> NDArray[np.float32]:
    """Granted hours a week: lognormal around the mean of the age, in quarters, never more than a week has."""
    mean = figures.by_age_sex("care.home_hours_per_week").ravel()[block.cell[chosen]]
    factor = _lognormal(block.resident[chosen], figures.value("care.home_hours_spread"), seed, "hours")
    quarters = np.round(mean * factor * _QUARTER)
    return np.clip(quarters / _QUARTER, 1 / _QUARTER, _WEEK_HOURS).astype(np.float32)


def _lognormal(entities: NDArray[np.uint64], spread: float, seed: int, name: str) -> Floats:
    """Numbers with mean 1 and the standard deviation ``spread`` of their logarithm."""
    numbers: Floats = np.exp(spread * normals(entities, seed, name) - spread**2 / 2)
    return numbers


def _uniforms(block: Block, seed: int, name: str) -> Floats:
    return stream(seed, "population", name).uniforms(block.resident)
