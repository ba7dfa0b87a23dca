"""When a step may begin: its opening hours, the days it takes, and how those who waited are spread after opening."""

from collections.abc import Callable
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.care.amounts import Keys
from simulator.care.clock import Clock
from simulator.care.lines import packed
from simulator.care.plan import StepPlan
from simulator.domain.numbers import Hours
from simulator.streams import Stream

MOST_DAYS: Final = 366
"""Days after which a step that no day accepts begins anyway."""


def opening(
    plan: StepPlan, clock: Clock, keys: Keys, day: Stream, late: NDArray[np.float64]
) -> Callable[[int, int], int]:
    """From an episode and a second to the next second at which the step may begin."""
    assert plan.step.opening is not None
    hours, spread, accepts = plan.step.opening.hours, plan.step.opening.spread, plan.accepts
    resident, number, after = packed(keys.resident), packed(keys.number), packed(np.rint(spread * late))
    begins, ends = _each_day(clock, hours)

    first = clock.first

    def opens(episode: int, second: int) -> int:
        # Yesterday's hours may run past midnight.
        today = clock.day(second)
        for on in range(today - 1, min(today + MOST_DAYS, clock.last)):
            place = max(on - first, 0)
            if second >= ends[place]:
                continue
            if accepts:
                draw = day.uniform(resident[episode], number[episode] * MOST_DAYS + on - today + 1)
                if draw >= accepts[clock.weekday(on)]:
                    continue
            return second if second >= begins[place] else begins[place] + after[episode]
        return clock.midnights[-1]

    return opens


@cache
def _each_day(clock: Clock, hours: Hours) -> tuple[list[int], list[int]]:
    """When the hours of each day known begin and end; those that run past midnight end on the day after."""
    later = 0 if hours.begin < hours.end else 1
    begins = [clock.on_the_wall(day, hours.begin) for day in clock.days()]
    ends = [clock.on_the_wall(day + later, hours.end) for day in clock.days()]
    return begins, ends
