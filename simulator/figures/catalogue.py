"""The figures about the world that the bench runs on, read from a directory of CSV files and remembered when used.

``scenarios/municipalities/`` holds the figures of Statistics Norway and others, each with unit, year, source and
status. Nothing here computes: what a file says is what a room gets, with its origin kept for the report.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.documents import read
from simulator.domain.figure import OLDEST, SEXES, STATUSES, FigureUse, weakest
from simulator.domain.municipality import Municipality
from simulator.domain.tables import CONDITIONS
from simulator.errors import InputError, nearest
from simulator.figures.people import People, read_people
from simulator.figures.tables import Rate, check_rates, read_rate, read_rows
from simulator.places import MUNICIPALITIES

Floats = NDArray[np.float64]

_RATE_FILES: Final = ("rates.csv", "activity.csv", "life_events.csv", "operation.csv")
_RATES: Final = ("figure", "sex", "age_from", "age_to", "key", "value", "unit", "year", "source", "status")
_PREVALENCE: Final = ("condition", "sex", "age_from", "age_to", "prevalence", "unit", "year", "source", "status")
_COMORBIDITY: Final = ("condition", "given", "odds_ratio", "unit", "year", "source", "status")

# The keys of a profile in order, and what the profile sums to: factors have mean 1, hours are shares of a day.
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS: Final = tuple(str(month) for month in range(1, 13))
HOURS: Final = tuple(str(hour) for hour in range(24))
_PROFILES: Final = ((WEEKDAYS, 7.0), (MONTHS, 12.0), (HOURS, 1.0))


class Figures:
    """All figures of one directory; asking for one records its use."""

    def __init__(self, directory: Path, people: People, rates: dict[str, list[Rate]], files: list[FigureUse]) -> None:
        self.directory = directory
        self.people = people
        self._rates = rates
        self._files = {use.name: use for use in files}
        self._used: dict[str, FigureUse] = {}

    @classmethod
    def load(cls, directory: Path | None = None) -> "Figures":
        """Read and check a directory of figures (the bench's own by default); raises InputError with file and line."""
        folder = directory or MUNICIPALITIES
        if not folder.is_dir():
            raise InputError("no such directory", expected="a directory of figures", where=str(folder))
        files = _read_sources(folder / "sources.yaml")
        return cls(folder, read_people(folder), _read_rates(folder), files)

    @property
    def year(self) -> int:
        """The year on whose 1 January the population is counted."""
        return self.from_file("population.csv").year

    def from_file(self, name: str) -> FigureUse:
        """Origin of a file whose rows share it, e.g. ``population.csv``; records the use."""
        use = self._files.get(name)
        if use is None:
            raise InputError(f"'{name}' is not described", where=str(self.directory / "sources.yaml"))
        return self._used.setdefault(name, use)

    def municipalities(self) -> tuple[Municipality, ...]:
        """Every municipality, by kommunenummer."""
        return tuple(self.people.municipalities.values())

    def municipality(self, kommunenummer_or_name: str) -> Municipality:
        """The municipality with that number or name (any case); raises InputError naming the nearest."""
        word = kommunenummer_or_name.strip()
        known = self.people.municipalities
        if word in known:
            return known[word]
        found = [m for m in known.values() if word.casefold() in (m.name.casefold(), m.official_name.casefold())]
        if len(found) == 1:
            return found[0]
        if found:
            numbers = ", ".join(f"{m.kommunenummer} ({m.county})" for m in found)
            raise InputError(f"'{word}' names {len(found)} municipalities", expected=f"one of {numbers}")
        names = known if word.isdigit() else {m.name.casefold(): m.name for m in known.values()}
        hint = nearest(word.casefold(), names)
        spelt = next((m.name for m in known.values() if f"'{m.name.casefold()}'" in hint), "")
        hint = f"did you mean '{spelt}'?" if spelt else hint
        raise InputError(
            f"no municipality '{word}'",
            expected="a kommunenummer or a name of 2024",
            remedy=hint,
        )

    def value(self, name: str) -> float:
        """A figure that is one number."""
        rates = self._ask(name)
        if len(rates) > 1 or rates[0].ages or rates[0].key:
            raise InputError(f"'{name}' has {len(rates)} rows", expected="one number", where=rates[0].row.where)
        return rates[0].value

    def by_age_sex(self, name: str) -> Floats:
        """A figure by age: shape (2, 121), female then male, ages 0 to 120."""
        rates = self._ask(name)
        table: Floats = np.full((2, OLDEST + 1), np.nan)
        for rate in rates:
            if rate.ages is None:
                raise InputError(f"'{name}' is not by age", expected="age bands", where=rate.row.where)
            rows = slice(None) if rate.sex == "all" else SEXES.index(rate.sex)
            table[rows, rate.ages[0] : rate.ages[1] + 1] = rate.value
        return table

    def by_key(self, name: str) -> dict[str, float]:
        """A figure that has a number for each of several words, as written."""
        rates = self._ask(name)
        if not rates[0].key:
            raise InputError(f"'{name}' is not by key", expected="a key on each row", where=rates[0].row.where)
        return {rate.key: rate.value for rate in rates}

    def shares(self, name: str) -> dict[str, float]:
        """A figure that divides a whole: numbers that sum to 1 exactly."""
        parts = self.by_key(name)
        total = sum(parts.values())
        return {key: part / total for key, part in parts.items()}

    def profile(self, name: str) -> Floats:
        """A time profile: 7 weekdays from Monday or 12 months, both with mean 1; or 24 hours, with sum 1."""
        parts = self.by_key(name)
        for keys, total in _PROFILES:
            if set(keys) == set(parts) and sum(parts.values()) > 0:
                values: Floats = np.array([parts[key] for key in keys], dtype=np.float64)
                values *= total / values.sum()
                return values
        where = self._rates[name][0].row.where
        raise InputError(f"'{name}' has {len(parts)} keys", expected="weekdays, hours or months", where=where)

    def names(self, prefix: str = "") -> tuple[str, ...]:
        """Names of the figures that begin with ``prefix``, in the order of their files."""
        return tuple(name for name in self._rates if name.startswith(prefix))

    def shape(self, name: str) -> tuple[bool, tuple[str, ...]]:
        """Whether a figure goes by age, and the keys it has, none for one number; without recording a use."""
        rates = self._ask(name, record=False)
        return rates[0].ages is not None, tuple(rate.key for rate in rates if rate.key)

    def origin(self, name: str) -> FigureUse:
        """Unit, year, source and status of a figure, without recording a use."""
        rates = self._ask(name, record=False)
        sources = "; ".join(dict.fromkeys(rate.source for rate in rates))
        status = weakest([rate.status for rate in rates])
        return FigureUse(name, rates[0].unit, max(rate.year for rate in rates), sources, status)

    def used(self) -> list[FigureUse]:
        """Every figure asked for so far, by name."""
        return [self._used[name] for name in sorted(self._used)]

    def _ask(self, name: str, *, record: bool = True) -> list[Rate]:
        if name not in self._rates:
            hint = nearest(name, self._rates)
            raise InputError(f"no figure '{name}'", where=str(self.directory), remedy=hint)
        if record and name not in self._used:
            self._used[name] = self.origin(name)
        return self._rates[name]


def _read_rates(folder: Path) -> dict[str, list[Rate]]:
    rates: defaultdict[str, list[Rate]] = defaultdict(list)
    for name in _RATE_FILES:
        for row in read_rows(folder / name, _RATES):
            rate = read_rate(row)
            rates[rate.figure].append(rate)
    for row in read_rows(folder / "prevalence.csv", _PREVALENCE):
        rate = read_rate(row, figure=f"condition.{row.word('condition', CONDITIONS)}", value="prevalence")
        rates[rate.figure].append(rate)
    for row in read_rows(folder / "comorbidity.csv", _COMORBIDITY):
        name = f"comorbidity.{row.word('condition', CONDITIONS)}.{row.word('given', CONDITIONS)}"
        rates[name].append(read_rate(row, figure=name, value="odds_ratio"))
    for name, rows in rates.items():
        check_rates(name, rows)
    return dict(rates)


def _read_sources(path: Path) -> list[FigureUse]:
    document = read(path)
    uses = []
    entries: Iterable[tuple[str, object]] = document.data.items() if isinstance(document.data, dict) else ()
    for name, entry in entries:
        if not isinstance(entry, dict) or set(entry) != {"unit", "year", "source", "status"}:
            raise InputError(
                f"'{name}' is described by other keys",
                expected="unit, year, source, status",
                where=document.where(name),
            )
        if entry["status"] not in STATUSES:
            hint = nearest(str(entry["status"]), STATUSES)
            place = document.where(name, "status")
            raise InputError(f"'status' is '{entry['status']}'", where=place, remedy=hint)
        if not isinstance(entry["year"], int):
            place = document.where(name, "year")
            raise InputError(f"'year' is {entry['year']!r}", expected="a year", where=place)
        uses.append(FigureUse(name, str(entry["unit"]), entry["year"], str(entry["source"]), entry["status"]))
    return uses
