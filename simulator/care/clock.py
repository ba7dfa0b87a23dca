"""Simulated time: whole seconds from local midnight (Europe/Oslo) of the period's first day; public holidays."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from typing import Final
from zoneinfo import ZoneInfo

import holidays
import numpy as np
from numpy.typing import NDArray

OSLO: Final = ZoneInfo("Europe/Oslo")
SUNDAY: Final = 6
_DAY: Final = 86400
_CHANGED: Final = 3 * 3600
"""From what the clock on the wall shows then on, the hour that summer time takes or gives has passed."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))


@dataclass(frozen=True)
class Clock:
    """Days around a period. A day is as long as it is in Oslo: 23, 24 or 25 hours."""

    start: date
    first: int
    """First day known, counted from the period's start; zero or negative."""
    last: int
    """Day after the last one known."""

    @cached_property
    def midnights(self) -> list[int]:
        """Local midnight of each day known and of the one after, in seconds."""
        return [self._utc(day) - self.origin for day in range(self.first, self.last + 1)]

    @cached_property
    def origin(self) -> int:
        """The period's start in seconds since 1970 UTC."""
        return self._utc(0)

    def _utc(self, day: int) -> int:
        on = self.start + timedelta(days=day)
        local = datetime(on.year, on.month, on.day, tzinfo=OSLO)
        return round((local - _EPOCH).total_seconds())

    @property
    def begin(self) -> int:
        """The first instant known."""
        return self.midnights[0]

    def midnight(self, day: int) -> int:
        """Seconds at which a day begins."""
        return self.midnights[day - self.first]

    def on_the_wall(self, day: int, second: int) -> int:
        """When a clock on the wall shows so many seconds of a day, 86 400 for its end.

        In the hour that summer time leaves out an hour later; of the two that winter time makes the first.
        """
        return self.midnight(day) + second + (self._longer[day - self.first] if second >= _CHANGED else 0)

    @cached_property
    def _longer(self) -> list[int]:
        """Seconds that each day known, and the one after, is longer than others."""
        days = range(self.first, self.last + 1)
        return [self._utc(day + 1) - self._utc(day) - _DAY for day in days]

    def day(self, seconds: float) -> int:
        """The day an instant falls on."""
        return bisect_right(self.midnights, seconds) - 1 + self.first

    @cached_property
    def weekdays(self) -> list[int]:
        """The weekday of each day known, 0 for Monday; a public holiday counts as a Sunday.

        Which days are holidays: lov om 1. og 17. mai som høgtidsdagar, and lov om helligdager og helligdagsfred.
        """
        dates = [self.start + timedelta(days=day) for day in self.days()]
        free = holidays.country_holidays("NO", years=range(dates[0].year, dates[-1].year + 1))
        return [SUNDAY if on in free else on.weekday() for on in dates]

    def weekday(self, day: int) -> int:
        """0 for Monday, and 6 for Sundays and public holidays."""
        place = day - self.first
        known = 0 <= place < len(self.weekdays)
        return self.weekdays[place] if known else (self.start.weekday() + day) % 7

    def month(self, day: int) -> int:
        """0 for January."""
        return (self.start + timedelta(days=day)).month - 1

    def days(self) -> range:
        """Every day known."""
        return range(self.first, self.last)

    def mean_of_year(self, weekday: NDArray[np.float64], month: NDArray[np.float64]) -> float:
        """Mean over the calendar year of the period's start of a factor by weekday times one by month.

        Below 1 for what rests on Sundays, because the public holidays are Sundays too.
        """
        weekdays, months = _calendar(self.start.year)
        return float(np.mean(weekday[weekdays] * month[months]))

    def instants(self, days: NDArray[np.int64], seconds: NDArray[np.float64]) -> NDArray[np.int64]:
        """Whole seconds for columns of days and of what a clock on the wall shows in them, in seconds below 86 400."""
        of_day, second = days - self.first, seconds.astype(np.int64)
        longer = np.where(second >= _CHANGED, np.asarray(self._longer, dtype=np.int64)[of_day], 0)
        return np.asarray(self.midnights, dtype=np.int64)[of_day] + second + longer


@cache
def _calendar(number: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Weekday and month of each day of a year, as :class:`Clock` counts them."""
    first, after = date(number, 1, 1), date(number + 1, 1, 1)
    year = Clock(first, 0, (after - first).days)
    return np.array(year.weekdays), np.array([year.month(day) for day in year.days()])
