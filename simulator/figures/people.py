"""Reads how many people live where: municipalities, their residents by sex and age band, the nation by single year."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.domain.figure import OLDEST, SEXES
from simulator.domain.municipality import Municipality
from simulator.errors import InputError, nearest
from simulator.figures.tables import Row, ages, check_bands, read_rows
from simulator.figures.wards import Wards, read_wards

Counts = NDArray[np.int64]

_MUNICIPALITIES: Final = (
    "kommunenummer", "name", "official_name", "county_code", "county", "health_region", "population",
)  # fmt: skip
_POPULATION: Final = ("kommunenummer", "sex", "age_from", "age_to", "population")
_STRUCTURE: Final = ("age", "sex", "population")
_POSTAL: Final = ("county_code", "first", "last")


@dataclass(frozen=True, slots=True)
class People:
    """How many people live where."""

    municipalities: dict[str, Municipality]
    """By kommunenummer, ascending."""
    bands: tuple[tuple[int, int], ...]
    """Age bands, both ends counted, from 0 to 120."""
    residents: dict[str, Counts]
    """By kommunenummer: shape (2, bands), female then male."""
    structure: Counts
    """The nation by single year: shape (2, 121), female then male; the oldest year published holds all older."""
    postal_codes: dict[str, tuple[int, int]]
    """First and last postal code by county code."""
    wards: dict[str, Wards]
    """By kommunenummer, of the cities that have wards."""


def read_people(folder: Path) -> People:
    """Read and cross-check the files of people; raises InputError with file, line and value."""
    municipalities = _read_municipalities(folder / "municipalities.csv")
    rows = read_rows(folder / "population.csv", _POPULATION)
    bands, residents = _read_residents(rows, municipalities)
    structure = _read_structure(folder / "age_structure.csv")
    _check_totals(folder, municipalities, residents)
    _check_nation(folder, bands, residents, structure)
    ordered = {code: municipality for code, (municipality, _) in sorted(municipalities.items())}
    postal_codes = _read_postal_codes(folder / "postal_codes.csv", ordered)
    wards = read_wards(folder / "wards.csv", bands, residents)
    return People(ordered, bands, residents, structure, postal_codes, wards)


def _read_municipalities(path: Path) -> dict[str, tuple[Municipality, Row]]:
    found: dict[str, tuple[Municipality, Row]] = {}
    for row in read_rows(path, _MUNICIPALITIES):
        code = row.text("kommunenummer")
        if len(code) != 4 or not code.isdigit():
            raise InputError(f"kommunenummer '{code}'", expected="four digits", where=row.where)
        if code in found:
            raise InputError(f"kommunenummer {code} is given twice", expected="each once", where=row.where)
        name, official, county_code, county, region = (row.text(column) for column in _MUNICIPALITIES[1:-1])
        if code[:2] != county_code:
            raise InputError(f"{code} is in county {county_code}", expected=f"{code[:2]}", where=row.where)
        place = Municipality(code, name, official, county_code, county, region, row.whole("population"))
        found[code] = place, row
    return found


def _read_residents(
    rows: list[Row], municipalities: dict[str, tuple[Municipality, Row]]
) -> tuple[tuple[tuple[int, int], ...], dict[str, Counts]]:
    cells: dict[tuple[str, str], dict[tuple[int, int], int]] = {}
    places: dict[tuple[str, str], list[tuple[Row, tuple[int, int]]]] = {}
    for row in rows:
        code, sex, band = row.text("kommunenummer"), row.word("sex", SEXES), ages(row)
        if code not in municipalities:
            hint = nearest(code, municipalities)
            raise InputError(f"no municipality {code}", where=row.where, remedy=hint)
        cells.setdefault((code, sex), {})[band] = row.whole("population")
        places.setdefault((code, sex), []).append((row, band))
    for (code, sex), found in places.items():
        check_bands(found, f"{code} ({sex})")
    bands = tuple(sorted(next(iter(cells.values()))))
    for (code, sex), counts in cells.items():
        if tuple(sorted(counts)) != bands:
            raise InputError(
                f"{code} ({sex}) has other age bands than the first",
                expected="the same",
                where=places[code, sex][0][0].where,
            )
    residents = {}
    for code, (municipality, row) in municipalities.items():
        missing = [sex for sex in SEXES if (code, sex) not in cells]
        if missing:
            raise InputError(
                f"{code} {municipality.name} has no residents ({', '.join(missing)})",
                expected="both sexes",
                where=str(rows[0].path),
                remedy=f"It is listed at {row.where}.",
            )
        residents[code] = np.array([[cells[code, sex][band] for band in bands] for sex in SEXES], dtype=np.int64)
    return bands, residents


def _read_structure(path: Path) -> Counts:
    table = np.full((2, OLDEST + 1), -1, dtype=np.int64)
    rows = read_rows(path, _STRUCTURE)
    for row in rows:
        place = SEXES.index(row.word("sex", SEXES)), row.whole("age", high=OLDEST)
        if table[place] >= 0:
            raise InputError(f"age {place[1]} is given twice", expected="each age and sex once", where=row.where)
        table[place] = row.whole("population")
    oldest = max(row.whole("age") for row in rows)
    gaps = np.argwhere(table[:, : oldest + 1] < 0)
    if len(gaps):
        sex, age = (int(part) for part in gaps[0])
        raise InputError(f"no row for {SEXES[sex]} aged {age}", expected=f"every age to {oldest}", where=str(path))
    return np.maximum(table, 0)


def _check_totals(
    folder: Path, municipalities: dict[str, tuple[Municipality, Row]], residents: dict[str, Counts]
) -> None:
    for code, (municipality, row) in municipalities.items():
        counted = int(residents[code].sum())
        if counted != municipality.population:
            raise InputError(
                f"{code} has {municipality.population} residents",
                expected=f"the {counted} that {folder / 'population.csv'} adds up to",
                where=row.where,
            )


def _check_nation(
    folder: Path, bands: tuple[tuple[int, int], ...], residents: dict[str, Counts], structure: Counts
) -> None:
    counted = np.sum(list(residents.values()), axis=0)
    for number, (first, last) in enumerate(bands):
        nation = structure[:, first : last + 1].sum(axis=1)
        for sex in (0, 1):
            if counted[sex, number] != nation[sex]:
                raise InputError(
                    f"{SEXES[sex]} aged {first}-{last}: the municipalities hold {counted[sex, number]}",
                    expected=f"the {nation[sex]} of {folder / 'age_structure.csv'}",
                    where=str(folder / "population.csv"),
                    remedy="A municipality is missing, or a count was changed.",
                )


def _read_postal_codes(path: Path, municipalities: dict[str, Municipality]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for row in read_rows(path, _POSTAL):
        first, last = row.whole("first", high=9999), row.whole("last", high=9999)
        if first > last:
            raise InputError(f"postal codes from {first} to {last}", expected="first at most last", where=row.where)
        county = row.text("county_code")
        if county in found:
            raise InputError(f"postal codes of {county} are given twice", expected="each county once", where=row.where)
        found[county] = first, last
    missing = {m.county_code: m.county for m in municipalities.values() if m.county_code not in found}
    for code, county in missing.items():
        raise InputError(f"no postal codes for {code} {county}", expected="a row for every county", where=str(path))
    return found
