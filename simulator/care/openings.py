"""When a step may begin: its opening hours, the days it takes, and how those who waited are spread after opening."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.care.amounts import Keys
from simulator.care.clock import Clock
from simulator.care.lines import packed
from simulator.care.plan import StepPlan
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

    def opens(episode: int, second: int) -> int:
        # Yesterday's hours may run past midnight.
        today = clock.day(second)
        for on in range(today - 1, min(today + MOST_DAYS, clock.last)):
            begin = clock.midnight(max(on, clock.first)) + hours.begin
            if second >= begin + hours.seconds:
                continue
            draw = day.uniform(resident[episode], number[episode] * MOST_DAYS + on - today + 1)
            if not accepts or draw < accepts[clock.weekday(on)]:
                return second if second >= begin else begin + after[episode]
        return clock.midnights[-1]

    return opens
