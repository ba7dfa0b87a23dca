"""Numbers and times of the scenario language as people say them: 45 minutes, about 3 hours, between 1 and 4 days."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from reports.language import Texts
from simulator.care.amounts import resolve
from simulator.domain.scenario import Distribution, Hours, Number
from simulator.figures import Figures

# A unit is used up to so many seconds: 90 minutes read better than 1.5 hours, 36 hours better than 1.5 days.
_UNITS: Final = (
    ("s", 1, 60),
    ("min", 60, 3 * 3600),
    ("h", 3600, 60 * 3600),
    ("d", 86400, 60 * 86400),
    ("mo", 2629800, 3 * 31557600),
    ("y", 31557600, float("inf")),
)
# Unit, its seconds, from how many on it is used, and by how many seconds an age may miss it.
_AGES: Final = (
    ("y", 31557600, 2, 2 * 86400),
    ("mo", 2629800, 3, 1.6 * 86400),
    ("w", 604800, 4, 0),
    ("mo", 2629800, 16, 10 * 86400),
    ("d", 86400, 0, 0),
)


_WRITTEN: Final = re.compile(r"(\d+(?:\.\d+)?)(?: (s|min|h|d|w|mo|y))?")


@dataclass(frozen=True, slots=True)
class Amounts:
    """Says numbers in one language, with the figures they name looked up."""

    texts: Texts
    figures: Figures

    def value(self, number: Number) -> tuple[float, float]:
        """The smallest and the largest value the number has over sex and age."""
        found = resolve(number, self.figures)
        return float(np.nanmin(found)), float(np.nanmax(found))

    def plain(self, number: Number) -> str:
        """A number, or from the smallest to the largest where it goes by age and sex."""
        low, high = self.value(number)
        if low == high:
            return self.texts.number(round(low) if abs(low) >= 1000 or low.is_integer() else low)
        return self.texts("amount.range", low=self.texts.number(low), high=self.texts.number(high))

    def share(self, number: Number) -> str:
        """A chance as per cent."""
        low, high = self.value(number)
        if low == high:
            return self.texts.share(low)
        return self.texts("amount.range", low=self.texts.share(low), high=self.texts.share(high))

    def duration(self, seconds: float) -> str:
        """``45 min``, ``24 h``, ``4.2 days``: in the unit people would use."""
        whole_hours = seconds >= 3600 and seconds % 3600 == 0
        unit, size, _ = next(row for row in _UNITS if seconds < row[2] and not (row[0] == "min" and whole_hours))
        found = round(seconds / size, 1)
        shown = self.texts.number(found, 0 if found.is_integer() else 1)
        return self.texts(f"amount.unit.{unit}", n=found, count=shown)

    def age(self, seconds: float) -> str:
        """An age as a child's age is told: in days, weeks, months, then years, whatever unit it was written in."""
        for unit, size, least, slack in _AGES:
            found = round(seconds / size)
            if seconds >= size * least and abs(seconds - found * size) <= slack:
                return self.texts(f"amount.unit.{unit}", n=found, count=self.texts.number(found))
        return self.duration(seconds)

    def time(self, number: Number) -> str:
        """A duration, or from the shortest to the longest where it goes by age and sex."""
        low, high = self.value(number)
        if low == high:
            return self.duration(low)
        return self.texts("amount.range", low=self.duration(low), high=self.duration(high))

    def spread(self, distribution: Distribution) -> str:
        """How long something takes, and in what way that varies."""
        if distribution.kind == "constant":
            return self.time(distribution.mean)
        if distribution.kind == "uniform" and distribution.high is not None:
            low, high = self.time(distribution.mean), self.time(distribution.high)
            return self.texts("amount.between", low=low, high=high)
        return self.texts(f"amount.{distribution.kind}", mean=self.time(distribution.mean))

    def written(self, value: str) -> str:
        """A parameter as its file has it, a number or a duration, as this language writes it."""
        found = _WRITTEN.fullmatch(value)
        if found is None:
            return value
        number = float(found[1])
        digits = 0 if number.is_integer() else len(found[1].partition(".")[2])
        shown = self.texts.number(number, digits)
        return self.texts(f"amount.unit.{found[2]}", n=number, count=shown) if found[2] else shown

    def hours(self, hours: Hours) -> str:
        """``08:00–15:00``."""
        return f"{_clock(hours.begin)}–{_clock(hours.end)}"


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"
