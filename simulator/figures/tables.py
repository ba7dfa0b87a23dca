"""Reads the CSV files of official figures; every fault is told with file, line, column and value."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from simulator.documents import read_text
from simulator.domain.figure import OLDEST, SEXES, STATUSES, FigureStatus
from simulator.errors import InputError, at, nearest


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV file, by column."""

    path: Path
    line: int
    cells: dict[str, str]

    @property
    def where(self) -> str:
        """``file:line``, for an error message."""
        return at(self.path, self.line)

    def text(self, column: str) -> str:
        """The cell, which must not be empty."""
        value = self.cells[column]
        if not value:
            raise InputError(f"'{column}' is empty", expected="a value", where=self.where)
        return value

    def whole(self, column: str, *, high: int | None = None) -> int:
        """The cell as a count: a whole number from 0 to ``high``."""
        value = self.text(column)
        number = int(value) if value.isascii() and value.isdigit() else -1
        if number < 0 or (high is not None and number > high):
            limit = f"from 0 to {high}" if high is not None else "of at least 0"
            raise InputError(f"'{column}' is {value}", expected=f"a whole number {limit}", where=self.where)
        return number

    def decimal(self, column: str, *, high: float | None = None) -> float:
        """The cell as a number from 0 to ``high``."""
        value = self.text(column)
        try:
            number = -1.0 if "_" in value else float(value)
        except ValueError:
            number = -1.0
        if not isfinite(number) or number < 0 or (high is not None and number > high):
            limit = f"from 0 to {high:g}" if high is not None else "of at least 0"
            raise InputError(f"'{column}' is {value}", expected=f"a number {limit}", where=self.where)
        return number

    def word(self, column: str, valid: Iterable[str]) -> str:
        """The cell, which must be one of ``valid``."""
        value = self.cells[column]
        words = list(valid)
        if value not in words:
            raise InputError(f"'{column}' is '{value}'", where=self.where, remedy=_sentence(nearest(value, words)))
        return value


@dataclass(frozen=True, slots=True)
class Rate:
    """One row of a figure: its value for a sex and ages, for a key, or for everything."""

    row: Row
    figure: str
    sex: str
    ages: tuple[int, int] | None
    """First and last whole year, both counted; None for a figure without ages."""
    key: str
    value: float
    unit: str
    year: int
    source: str
    status: FigureStatus


def read_rows(path: Path, header: Sequence[str]) -> list[Row]:
    """Every line of a CSV file below its header; raises InputError for another header or a line of another width."""
    if not path.is_file():
        raise InputError(
            "no such file", where=str(path), remedy="A directory of figures holds all of the bench's files."
        )
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        found = next(reader, [])
        if found != list(header):
            raise InputError(f"columns {','.join(found)}", expected=",".join(header), where=at(path, 1))
        rows = [_row(path, reader.line_num, header, cells) for cells in reader if cells]
    except csv.Error as error:
        raise InputError(f"not CSV: {error}", where=at(path, reader.line_num)) from None
    if not rows:
        raise InputError("no rows below the header", expected="at least one", where=str(path))
    return rows


def _row(path: Path, line: int, header: Sequence[str], cells: list[str]) -> Row:
    if len(cells) != len(header):
        raise InputError(f"{len(cells)} columns", expected=f"{len(header)}: {','.join(header)}", where=at(path, line))
    return Row(path, line, dict(zip(header, (cell.strip() for cell in cells), strict=True)))


def ages(row: Row) -> tuple[int, int]:
    """The age band of a row, whole years, both ends counted."""
    first, last = row.whole("age_from", high=OLDEST), row.whole("age_to", high=OLDEST)
    if first > last:
        raise InputError(f"ages from {first} to {last}", expected="age_from at most age_to", where=row.where)
    return first, last


def check_bands(bands: Iterable[tuple[Row, tuple[int, int]]], what: str) -> None:
    """Raise InputError unless the bands, sorted by age, cover 0 to 120 without gap or overlap."""
    expected = 0
    ordered = sorted(bands, key=lambda band: band[1])
    for row, (first, last) in ordered:
        if first != expected:
            fault = "overlap" if first < expected else "leave a gap"
            raise InputError(
                f"ages {first}-{last} of {what} {fault}", expected=f"a band from {expected}", where=row.where
            )
        expected = last + 1
    if expected != OLDEST + 1:
        raise InputError(
            f"the ages of {what} end at {expected - 1}", expected=f"bands up to {OLDEST}", where=ordered[-1][0].where
        )


def read_rate(row: Row, *, figure: str = "", value: str = "value") -> Rate:
    """A row with value, unit, year, source and status as a :class:`Rate`; shares lie between 0 and 1."""
    unit = row.text("unit")
    status = row.word("status", STATUSES)
    aged = bool(row.cells.get("age_from") or row.cells.get("age_to"))
    return Rate(
        row=row,
        figure=figure or row.text("figure"),
        sex=row.word("sex", ("all", *SEXES)) if "sex" in row.cells else "all",
        ages=ages(row) if aged else None,
        key=row.cells.get("key", ""),
        value=row.decimal(value, high=1.0 if unit.startswith("share") else None),
        unit=unit,
        year=row.whole("year", high=2100),
        source=row.text("source"),
        status=next(valid for valid in STATUSES if valid == status),
    )


def check_rates(name: str, rates: Sequence[Rate]) -> None:
    """Raise InputError unless a figure's rows belong together: one scalar, whole ages by sex, or keys once each."""
    first = rates[0]
    shapes = {(rate.ages is not None, bool(rate.key), rate.unit) for rate in rates}
    if len(shapes) > 1 or (first.ages and first.key):
        raise InputError(
            f"the rows of '{name}' differ in kind or unit",
            expected="only ages, only keys, or one",
            where=first.row.where,
        )
    if first.ages:
        _check_ages(name, rates)
        return
    seen: set[str] = set()
    for rate in rates:
        if rate.sex != "all":
            raise InputError(
                f"'{name}' is for {rate.sex} and has no ages", expected="all, or ages", where=rate.row.where
            )
        if rate.key in seen:
            raise InputError(f"'{name}' has '{rate.key}' twice", expected="each key once", where=rate.row.where)
        seen.add(rate.key)
    total = sum(rate.value for rate in rates)
    if first.key and first.unit.startswith("share of") and abs(total - 1) > 0.002:
        raise InputError(f"the shares of '{name}' sum to {total:.4g}", expected="1", where=rates[-1].row.where)


def _check_ages(name: str, rates: Sequence[Rate]) -> None:
    by_sex: dict[str, list[tuple[Row, tuple[int, int]]]] = {}
    for rate in rates:
        if rate.ages is not None:
            by_sex.setdefault(rate.sex, []).append((rate.row, rate.ages))
    if set(by_sex) not in ({"all"}, set(SEXES)):
        raise InputError(
            f"'{name}' is given for {', '.join(sorted(by_sex))}",
            expected="all, or female and male",
            where=rates[0].row.where,
        )
    for sex, bands in by_sex.items():
        check_bands(bands, f"'{name}' ({sex})")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".removesuffix("?") + ("?" if text.endswith("?") else "")
