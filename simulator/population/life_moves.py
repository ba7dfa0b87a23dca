"""Moves between and within municipalities: those of a household with children together, grown children on their own."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from simulator.domain.person_number import Integers
from simulator.figures import Figures
from simulator.population.life_frame import NEVER, Flags, Floats, Lives, codes, scaled
from simulator.population.life_homes import homes

_ADULT: Final = 18
_SITES: Final = 10**4
_PER_THOUSAND: Final = 1000.0
_MOST: Final = 0.95


@dataclass(frozen=True, slots=True)
class Moves:
    """One entry per resident: the moves of a year, :data:`life_frame.NEVER` for none."""

    unit: Integers
    """Who moves together has the same number."""
    between: Integers
    """The instant of the move to another municipality."""
    destination: Integers
    """The site moved to, the own one without such a move."""
    within: Integers
    """The instant of the move inside the municipality of that day."""

    def site_at(self, lives: Lives, who: Integers, at: Integers) -> Integers:
        """Where some residents (rows of the frame) live at an instant each."""
        return np.where(self.between[who] <= at, self.destination[who], lives.site[who])


def moves(lives: Lives, window: tuple[int, int], earlier: Moves | None) -> Moves:
    """Who moves when and where to in a window of the year; who moved to another municipality earlier stays there."""
    unit = _units(lives)
    _, place, size = np.unique(unit, return_inverse=True, return_counts=True)
    # Everybody has the rate of the unit's mean, so that together they move as often as each would alone.
    mean = np.bincount(place, weights=lives.rate("life.move_rate"))[place] / size[place]
    per_resident = float(lives.figures.people.structure.sum()) / _PER_THOUSAND
    drawn = []
    for kind in ("between", "within"):
        total = lives.figures.value(f"life.moves_{kind}_per_1000") * per_resident
        chance = np.minimum(_MOST, mean * scaled(lives.figures, "life.move_rate", total))
        who = np.flatnonzero(lives.draws(f"move-{kind}", unit) < chance)
        at = lives.when(f"move-{kind}", unit[who])
        inside = (at >= window[0]) & (at < window[1])
        moved = np.full(len(unit), NEVER)
        moved[who[inside]] = at[inside]
        drawn.append(moved)
    between = drawn[0]
    leaves = np.flatnonzero(between != NEVER)
    destination = lives.site.copy()
    destination[leaves] = _destinations(lives, unit[leaves], lives.site[leaves])
    if earlier:
        stays = earlier.between != NEVER
        between = np.where(stays, earlier.between, between)
        destination = np.where(stays, earlier.destination, destination)
    return Moves(unit, between, destination, drawn[1])


def move_rows(lives: Lives, made: Moves) -> pl.DataFrame:
    """The rows of all moves: out of one register and into the other, or from one address to another."""
    away = np.flatnonzero(made.between != NEVER)
    inside = np.flatnonzero(made.within != NEVER)
    old, new = codes(lives.site[away]), codes(made.destination[away])
    site = made.site_at(lives, inside, made.within[inside])
    here = codes(site)
    with_whom = [_leader(lives, made, who) for who in (away, inside)]
    out = {"kommunenummer": old, "from": old, "to": new, "other": with_whom[0]}
    arrival = {**out, "kommunenummer": new, **_addresses(lives, made, away, made.destination[away])}
    local = {"from": here, "to": here, "other": with_whom[1], **_addresses(lives, made, inside, site)}
    return pl.concat(
        [
            lives.rows("move-out", lives.resident[away], made.between[away], dict(out)),
            lives.rows("move-in", lives.resident[away], made.between[away], dict(arrival)),
            lives.rows("move-within", lives.resident[inside], made.within[inside], {"kommunenummer": here, **local}),
        ]
    )


def _units(lives: Lives) -> Integers:
    """The number of those who move together: the household of couples, parents and minors, else one's own."""
    role = lives.frame["household_role"].cast(pl.String)
    together: Flags = (role.is_in(["partner", "parent"]).fill_null(value=False)).to_numpy() | (lives.age < _ADULT)
    return np.where(together, lives.frame["household"].to_numpy(), lives.resident)


def _leader(lives: Lives, made: Moves, who: Integers) -> pl.Series:
    """For each mover the first of those who go too, null for that one and for who goes alone."""
    first = pl.DataFrame({"unit": made.unit[who], "resident": lives.resident[who]})
    leader = first.select(pl.col("resident").min().over("unit"))["resident"]
    return pl.select(pl.when(leader != first["resident"]).then(leader)).to_series()


def _destinations(lives: Lives, unit: Integers, site: Integers) -> Integers:
    """Another municipality than ``site`` for units, by residents: of the same county as often as the figures say."""
    county, of_county, people = _counties(lives.figures)
    places = np.array([int(code) for code in lives.figures.people.municipalities])
    own = np.searchsorted(places, site % _SITES)
    upto = np.cumsum(people)
    total = float(upto[-1])
    start, end = upto[own] - people[own], upto[own]
    first, last = of_county[county[own], 0], of_county[county[own], 1]
    other_county = lives.figures.value("life.moves_between_counties_per_1000") / lives.figures.value(
        "life.moves_between_per_1000"
    )
    draw = lives.draws("move-to", unit)
    # Within the county the own municipality is jumped over; else the whole county is, counting on from its end.
    near = first + draw * (last - first - people[own])
    near = np.where(near >= start, near + people[own], near)
    far = (last + draw * (total - last + first)) % total
    leaves: Flags = (lives.draws("move-county", unit) < other_county) | (last - first == end - start)
    chosen = np.searchsorted(upto, np.where(leaves, far, near), side="right")
    sites: Integers = site // _SITES * _SITES + places[np.minimum(chosen, len(places) - 1)]
    return sites


def _counties(figures: Figures) -> tuple[Integers, Floats, Floats]:
    """By municipality its county's number; by county where it begins and ends among all residents; residents."""
    known = figures.municipalities()
    people = np.array([place.population for place in known], dtype=np.float64)
    ordered = sorted({place.county_code for place in known})
    county = np.array([ordered.index(place.county_code) for place in known])
    upto = np.cumsum(people)
    ends = np.array([upto[county == n].max() for n in range(len(ordered))])
    starts = np.concatenate([[0.0], ends[:-1]])
    return county, np.stack([starts, ends], axis=1), people


def _addresses(lives: Lives, made: Moves, who: Integers, site: Integers) -> dict[str, pl.Series]:
    """Columns street, postal_code and city of homes in the sites moved to, one home for those who move together.

    Where somebody with a strictly protected address moves is not told.
    """
    street, house = (lives.draws("home", made.unit[who], n) for n in (0, 1))
    told = homes(site % _SITES, (street, house), lives.figures, lives.seed)
    secret = (lives.frame["protection"].gather(who) == "strengt-fortrolig").fill_null(value=False)
    return {name: pl.select(pl.when(~secret).then(column)).to_series() for name, column in told.items()}
