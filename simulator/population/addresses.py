"""Addresses, their protection and telephone numbers: what a household shares and what is a person's own."""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.municipality import Municipality
from simulator.domain.person_number import Integers
from simulator.domain.tables import POPULATION
from simulator.figures import Figures
from simulator.population.layout import MUNICIPALITY, Block
from simulator.population.words import street_names
from simulator.streams import stream

# No subscriber's number begins with 00, the prefix of international calls: these cannot reach anybody.
_UNREACHABLE: Final = 4_700_000_000
_BETWEEN: Final = 104_729
RESIDENTS_PER_STREET: Final = 100
_RESIDENTS_PER_POSTAL_CODE: Final = 3000
HIGHEST_HOUSE: Final = 40
_PROTECTIONS: Final = pl.Series(("none", "fortrolig", "strengt-fortrolig"), dtype=POPULATION["protection"])


def make_addresses(block: Block, household: Integers, figures: Figures, seed: int) -> dict[str, pl.Series]:
    """Columns ``kommunenummer``, ``ward``, ``street``, ``postal_code`` and ``city`` (the municipality's name)."""
    figures.from_file("postal_codes.csv")
    keyed = stream(seed, "population", "street")
    shared = household.astype(np.uint64)
    places = [figures.municipality(site.kommunenummer) for site in block.sites]
    streets = -(-block.population // RESIDENTS_PER_STREET)
    # An area's streets are numbered on from those of the areas of the same site before it.
    of_site = np.array([area.site for area in block.areas])
    passed = np.cumsum(streets) - streets
    passed -= passed[np.searchsorted(of_site, of_site)]
    number = passed[block.area] + (keyed.uniforms(shared) * streets[block.area]).astype(np.int64)
    # A street is one of its municipality, so neighbours share it and its postal code.
    town = np.array([int(place.kommunenummer) for place in places])[block.site]
    entity = (town * MUNICIPALITY + number).astype(np.uint64)
    name = (keyed.uniforms(entity, 1) * len(street_names())).astype(np.uint32)
    house = 1 + (keyed.uniforms(shared, 2) * HIGHEST_HOUSE).astype(np.int64)
    postal = _postal_codes(block, places, figures, keyed.uniforms(entity, 3))
    line = pl.select(pl.concat_str(street_names().gather(pl.Series(name)), pl.lit(" "), pl.Series(house)))
    return {
        "kommunenummer": _by_site(block, [place.kommunenummer for place in places]),
        "ward": pl.Series([area.ward for area in block.areas], dtype=pl.String).gather(_rows(block.area)),
        "street": line.to_series(),
        "postal_code": pl.Series(postal).cast(pl.String).str.zfill(4),
        "city": _by_site(block, [place.name for place in places]),
    }


def make_phones(block: Block) -> pl.Series:
    """Column ``phone``: a number of everybody's own, in a series that nobody can be reached at.

    Numbers run on within a municipality, where no two people share one, and begin anywhere in the series.
    """
    own = block.resident.astype(np.int64)
    number = (own % MUNICIPALITY + own // MUNICIPALITY * _BETWEEN) % 1_000_000
    return "+" + pl.Series(_UNREACHABLE + number).cast(pl.String)


def make_protection(block: Block, head: Integers, figures: Figures, seed: int) -> pl.Series:
    """Column ``protection``, one for a household; each larger municipality has at least one of both kinds."""
    keyed = stream(seed, "population", "protection")
    heads = np.flatnonzero(head == np.arange(len(head)))
    larger = np.array([figures.municipality(site.kommunenummer).population for site in block.sites])
    certain = larger >= figures.value("address.protected_from")
    of_home = np.zeros(len(head), dtype=np.uint32)
    for level, word in enumerate(("fortrolig", "strengt_fortrolig"), 1):
        draws = keyed.uniforms(block.resident[heads], level)
        draws[of_home[heads] > 0] = 1.0
        lowest = np.full(len(block.sites), 1.0)
        np.minimum.at(lowest, block.site[heads], draws)
        chosen = draws < figures.value(f"address.{word}_share")
        chosen |= certain[block.site[heads]] & (draws == lowest[block.site[heads]])
        of_home[heads[chosen]] = level
    return _PROTECTIONS.gather(pl.Series(of_home[head]))


def postal_series(place: Municipality, figures: Figures) -> tuple[int, int]:
    """The first postal code of a municipality, and how many it has: its part of its county's series, by size."""
    neighbours = [m.kommunenummer for m in figures.municipalities() if m.county_code == place.county_code]
    first, last = figures.people.postal_codes[place.county_code]
    share = (last - first + 1) / len(neighbours)
    start = first + int(neighbours.index(place.kommunenummer) * share)
    return start, max(1, min(int(share), place.population // _RESIDENTS_PER_POSTAL_CODE))


def _postal_codes(block: Block, places: list[Municipality], figures: Figures, draws: NDArray[np.float64]) -> Integers:
    """A code of each resident's municipality; ``draws`` (0 to 1) choose which."""
    start, codes = (
        np.array(part)[block.site] for part in zip(*(postal_series(p, figures) for p in places), strict=True)
    )
    postal: Integers = start + (draws * codes).astype(np.int64)
    return postal


def _by_site(block: Block, words: list[str]) -> pl.Series:
    return pl.Series(words, dtype=pl.String).gather(_rows(block.site))


def _rows(places: Integers) -> pl.Series:
    return pl.Series(places.astype(np.uint32))
