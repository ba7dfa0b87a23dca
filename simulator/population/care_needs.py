"""Ties to municipal care: the fastlege's list, home care with granted hours, a nursing-home place, a safety alarm."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.domain.person_number import Integers
from simulator.figures import Figures
from simulator.population.layout import MUNICIPALITY, Block
from simulator.streams import stream

_WEEK_HOURS: Final = 168.0
_QUARTER: Final = 4.0
_LISTS: Final = MUNICIPALITY - 1
"""Lists are numbered in their streams from the top of a municipality's numbers, where no resident is."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CareNeeds:
    """What the municipality has decided for everybody; one entry per resident."""

    home_care_hours: NDArray[np.float32]
    nursing_home: NDArray[np.bool_]
    safety_alarm: NDArray[np.bool_]


def make_care_needs(block: Block, figures: Figures, seed: int) -> CareNeeds:
    """Who lives in a nursing home, who of the others has home services and for how long, who has a safety alarm."""
    cell = block.cell
    place = figures.by_age_sex("care.nursing_home_share").ravel()
    share = _of_the_others(figures.by_age_sex("care.home_share").ravel(), place)
    alarm_share = _of_the_others(figures.by_age_sex("care.safety_alarm_share").ravel(), place)
    nursing_home = _uniforms(block, seed, "nursing-home") < place[cell]
    need = _uniforms(block, seed, "home-care")
    at_home = (need < share[cell]) & ~nursing_home
    # Most alarms answer the same need as home care, so they share its draw; both shares hold.
    same = _uniforms(block, seed, "alarm-need") < figures.value("care.safety_alarm_among_home_care")
    alarm = np.where(same, need, _uniforms(block, seed, "alarm")) < alarm_share[cell]
    hours = np.zeros(len(cell), dtype=np.float32)
    hours[at_home] = _hours(block, at_home, figures, seed)
    return CareNeeds(hours, nursing_home, alarm & ~nursing_home)


def make_fastlege(block: Block, household: Integers, figures: Figures, seed: int) -> NDArray[np.int32]:
    """Number of everybody's GP list within the municipality, from 0, or -1 without one; a household shares its GP."""
    without = figures.value("gp.without_gp_share")
    mean, spread = figures.value("gp.list_mean"), figures.value("gp.list_size_spread")
    sizes = np.bincount(block.site, minlength=len(block.sites))
    lists = np.maximum(1, np.floor(sizes * (1 - without) / mean + 0.5)).astype(np.int64)
    first = np.cumsum(lists) - lists
    site = np.repeat(np.arange(len(lists)), lists)
    number = np.arange(lists.sum()) - first[site]
    starts = np.array([place.number for place in block.sites], dtype=np.int64)
    weight = _lognormal((starts[site] + _LISTS - number).astype(np.uint64), spread, seed, "list-size")
    upto = np.cumsum(weight)
    before = np.concatenate([[0.0], upto])[first]
    total = np.bincount(site, weights=weight)
    draws = stream(seed, "population", "fastlege").uniforms(household.astype(np.uint64))
    drawn = np.searchsorted(upto, before[block.site] + draws * total[block.site])
    chosen = np.clip(drawn - first[block.site], 0, lists[block.site] - 1)
    has_none = _uniforms(block, seed, "without-gp") < without
    return np.where(has_none, -1, chosen).astype(np.int32)


def _hours(block: Block, chosen: NDArray[np.bool_], figures: Figures, seed: int) -> NDArray[np.float32]:
    """Granted hours a week: lognormal around the mean of the age, in quarters, never more than a week has."""
    mean = figures.by_age_sex("care.home_hours_per_week").ravel()[block.cell[chosen]]
    factor = _lognormal(block.resident[chosen], figures.value("care.home_hours_spread"), seed, "hours")
    quarters = np.round(mean * factor * _QUARTER)
    return np.clip(quarters / _QUARTER, 1 / _QUARTER, _WEEK_HOURS).astype(np.float32)


def _lognormal(entities: NDArray[np.uint64], spread: float, seed: int, name: str) -> Floats:
    """Numbers with mean 1 and the standard deviation ``spread`` of their logarithm, by Box and Muller's rule."""
    keyed = stream(seed, "population", name)
    radius = np.sqrt(-2 * np.log(keyed.uniforms(entities)))
    normal = radius * np.cos(2 * np.pi * keyed.uniforms(entities, 1))
    numbers: Floats = np.exp(spread * normal - spread**2 / 2)
    return numbers


def _of_the_others(share: Floats, taken: Floats) -> Floats:
    """A share of everybody as a share of those who are left when ``taken`` are away."""
    rest: Floats = np.minimum(1.0, share / np.maximum(1 - taken, 1e-9))
    return rest


def _uniforms(block: Block, seed: int, name: str) -> Floats:
    return stream(seed, "population", name).uniforms(block.resident)
