"""Reads how many people live in the wards of the large cities, by sex and age band."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.domain.figure import SEXES
from simulator.errors import InputError, nearest
from simulator.figures.tables import Row, ages, read_rows

Counts = NDArray[np.int64]

_WARDS: Final = ("kommunenummer", "ward", "name", "sex", "age_from", "age_to", "population")


@dataclass(frozen=True, slots=True)
class Wards:
    """The wards of one city, which together hold all its residents."""

    names: dict[str, str]
    """By code of six digits, ascending."""
    residents: Counts
    """Shape (wards, 2, bands), female then male, in the order of ``names``."""


def read_wards(path: Path, bands: tuple[tuple[int, int], ...], residents: dict[str, Counts]) -> dict[str, Wards]:
    """Wards by kommunenummer; raises InputError unless each city's wards add up to its residents in every cell."""
    by_city: dict[str, list[Row]] = {}
    for row in read_rows(path, _WARDS):
        code = row.text("kommunenummer")
        if code not in residents:
            raise InputError(f"no municipality {code}", where=row.where, remedy=nearest(code, residents))
        by_city.setdefault(code, []).append(row)
    return {code: _city(rows, bands, residents[code]) for code, rows in by_city.items()}


def _city(rows: list[Row], bands: tuple[tuple[int, int], ...], residents: Counts) -> Wards:
    names = dict(sorted((row.text("ward"), row.text("name")) for row in rows))
    for row in rows:
        if row.text("name") != names[row.text("ward")]:
            other = names[row.text("ward")]
            raise InputError(f"ward {row.text('ward')} is called {row.text('name')}", expected=other, where=row.where)
    place = {ward: number for number, ward in enumerate(names)}
    counts = np.full((len(names), 2, len(bands)), -1, dtype=np.int64)
    for row in rows:
        ward, band = row.text("ward"), ages(row)
        if band not in bands:
            raise InputError(f"ages {band[0]}-{band[1]}", expected="a band of population.csv", where=row.where)
        cell = place[ward], SEXES.index(row.word("sex", SEXES)), bands.index(band)
        if counts[cell] >= 0:
            raise InputError(f"ages {band[0]}-{band[1]} of ward {ward} are given twice", where=row.where)
        counts[cell] = row.whole("population")
    code, path = rows[0].text("kommunenummer"), str(rows[0].path)
    if (counts < 0).any():
        ward = list(names)[int(np.argwhere(counts < 0)[0][0])]
        raise InputError(f"ward {ward} lacks residents", expected="every sex and age band", where=path)
    for sex, band in np.argwhere(counts.sum(axis=0) != residents):
        first, last = bands[band]
        raise InputError(
            f"{SEXES[sex]} aged {first}-{last}: the wards of {code} hold {counts[:, sex, band].sum()}",
            expected=f"the {residents[sex, band]} of population.csv",
            where=path,
        )
    return Wards(names, counts)
