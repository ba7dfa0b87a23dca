"""Addresses to move to: homes in the streets that the residents of a municipality live in."""

import numpy as np
import polars as pl

from simulator.domain.person_number import Integers
from simulator.figures import Figures
from simulator.population.addresses import HIGHEST_HOUSE, RESIDENTS_PER_STREET, postal_series
from simulator.population.layout import MUNICIPALITY
from simulator.population.life_frame import Floats
from simulator.population.words import street_names
from simulator.streams import stream


def homes(kommunenummer: Integers, draws: tuple[Floats, Floats], figures: Figures, seed: int) -> dict[str, pl.Series]:
    """Columns ``street``, ``postal_code`` and ``city``; ``draws`` (0 to 1) choose the street and the house in it.

    Streets have the numbers, and so the names and postal codes, that ``make_addresses`` gives them.
    """
    figures.from_file("postal_codes.csv")
    found, index = np.unique(kommunenummer, return_inverse=True)
    places = [figures.municipality(f"{code:04d}") for code in found]
    streets = np.array([-(-place.population // RESIDENTS_PER_STREET) for place in places], dtype=np.int64)
    number = (draws[0] * streets[index]).astype(np.int64)
    street = (kommunenummer * MUNICIPALITY + number).astype(np.uint64)
    keyed = stream(seed, "population", "street")
    names = street_names()
    name = names.gather(pl.Series((keyed.uniforms(street, 1) * len(names)).astype(np.uint32)))
    house = pl.Series(1 + (draws[1] * HIGHEST_HOUSE).astype(np.int64))
    series = [postal_series(place, figures) for place in places]
    first, codes = (np.array(part, dtype=np.int64) for part in zip(*series, strict=True)) if series else (index, index)
    postal = first[index] + (keyed.uniforms(street, 3) * codes[index]).astype(np.int64)
    city = pl.Series([place.name for place in places], dtype=pl.String)
    return {
        "street": pl.select(pl.concat_str(name, pl.lit(" "), house)).to_series(),
        "postal_code": pl.Series(postal).cast(pl.String).str.zfill(4),
        "city": city.gather(pl.Series(index.astype(np.uint32))),
    }
