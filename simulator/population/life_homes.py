"""Addresses to move to: homes in the streets that the residents of a municipality live in."""

from typing import Final

import numpy as np
import polars as pl

from simulator.domain.municipality import Municipality
from simulator.domain.person_number import Integers
from simulator.figures import Figures
from simulator.population.layout import MUNICIPALITY
from simulator.population.life_frame import Floats
from simulator.population.words import street_names
from simulator.streams import stream

_RESIDENTS_PER_STREET: Final = 100
_RESIDENTS_PER_POSTAL_CODE: Final = 3000
_HIGHEST_HOUSE: Final = 40


def homes(kommunenummer: Integers, draws: tuple[Floats, Floats], figures: Figures, seed: int) -> dict[str, pl.Series]:
    """Columns ``street``, ``postal_code`` and ``city``; ``draws`` (0 to 1) choose the street and the house in it.

    Streets have the numbers, and so the names and postal codes, that ``make_addresses`` gives them.
    """
    figures.from_file("postal_codes.csv")
    found, index = np.unique(kommunenummer, return_inverse=True)
    places = [figures.municipality(f"{code:04d}") for code in found]
    streets = np.array([-(-place.population // _RESIDENTS_PER_STREET) for place in places], dtype=np.int64)
    number = (draws[0] * streets[index]).astype(np.int64)
    street = (kommunenummer * MUNICIPALITY + number).astype(np.uint64)
    keyed = stream(seed, "population", "street")
    names = street_names()
    name = names.gather(pl.Series((keyed.uniforms(street, 1) * len(names)).astype(np.uint32)))
    house = pl.Series(1 + (draws[1] * _HIGHEST_HOUSE).astype(np.int64))
    series = [_series(place, figures) for place in places]
    first, codes = (np.array(part, dtype=np.int64) for part in zip(*series, strict=True)) if series else (index, index)
    postal = first[index] + (keyed.uniforms(street, 3) * codes[index]).astype(np.int64)
    city = pl.Series([place.name for place in places], dtype=pl.String)
    return {
        "street": pl.select(pl.concat_str(name, pl.lit(" "), house)).to_series(),
        "postal_code": pl.Series(postal).cast(pl.String).str.zfill(4),
        "city": city.gather(pl.Series(index.astype(np.uint32))),
    }


def _series(place: Municipality, figures: Figures) -> tuple[int, int]:
    """The first postal code of a municipality, and how many it has, in the series of its county."""
    neighbours = [m.kommunenummer for m in figures.municipalities() if m.county_code == place.county_code]
    first, last = figures.people.postal_codes[place.county_code]
    share = (last - first + 1) / len(neighbours)
    start = first + int(neighbours.index(place.kommunenummer) * share)
    return start, max(1, min(int(share), place.population // _RESIDENTS_PER_POSTAL_CODE))
