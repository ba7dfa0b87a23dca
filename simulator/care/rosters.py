"""How many of a staff are on duty when: full-time equivalents turned into people on shifts."""

from collections.abc import Callable

import numpy as np

from simulator.care.clock import Clock
from simulator.care.plan import AwayPlan, StaffPlan
from simulator.care.pool import Duty
from simulator.domain.scenario import Hours, Shift
from simulator.streams import Stream

SATURDAY = 5
DAY = 86400


def roster(
    plan: StaffPlan, residents: int, clock: Clock, draws: Stream, ends: tuple[int, int] | None = None
) -> list[Duty]:
    """The changes of shift over the clock's days, in order, for a site with so many residents of its kind.

    ``draws`` decide who is away: for each person and day (sick) and each person and week from Monday (on holiday).
    Given ``ends``, the changes from one second to another, and at least the one that says who is on duty at the first.
    """
    blocks = shift_blocks(plan, residents)
    changes = []
    days = clock.days()
    if ends is not None:
        # Shifts of the day before may last until now, and its ends tell that nobody is there.
        days = range(max(clock.day(ends[0]) - 2, clock.first), min(clock.day(ends[1] - 1) + 1, clock.last))
    away = _away(plan.away, blocks, clock, draws, days)
    for day in days:
        weekday = clock.weekday(day)
        for shift, (weekdays, weekend) in zip(plan.staff.shifts, blocks, strict=True):
            if weekday in shift.days:
                first, count = weekend if weekday >= SATURDAY else weekdays
                begin = clock.on_the_wall(day, shift.hours.begin)
                changes += [
                    Duty(begin, first, count, away(day, first, count)),
                    Duty(_end(shift.hours, day, clock), 0, 0),
                ]
    # Of two changes at one instant, going home comes first.
    return sorted(changes, key=lambda duty: (duty.at, duty.count))


def _away(
    plan: AwayPlan | None,
    blocks: list[tuple[tuple[int, int], tuple[int, int]]],
    clock: Clock,
    draws: Stream,
    days: range,
) -> Callable[[int, int, int], frozenset[int]]:
    """Who of the people ``first`` to ``first + count - 1`` are away on a day."""
    nobody: frozenset[int] = frozenset()
    if plan is None:
        return lambda _day, _first, _count: nobody
    people = np.arange(max(first + count for block in blocks for first, count in block), dtype=np.uint64)[None, :]
    day = np.arange(days.start, days.stop)[:, None]
    ordinal = (clock.start.toordinal() + day).astype(np.uint64)
    month = np.array([clock.month(on) for on in days])
    sick = draws.uniforms(people, 2 * ordinal) < np.array(plan.sick)[month][:, None]
    # Ordinal 1 was a Monday.
    holiday = draws.uniforms(people, 2 * ((ordinal - 1) // 7) + 1) < np.array(plan.holiday)[month][:, None]
    gone = sick | holiday

    def away(day: int, first: int, count: int) -> frozenset[int]:
        of_day = gone[day - days.start, first : first + count]
        return frozenset((np.flatnonzero(of_day) + first).tolist()) if of_day.any() else nobody

    return away


def _end(hours: Hours, day: int, clock: Clock) -> int:
    """When a shift that begins on ``day`` ends: by the clock on the wall, also when summer time begins or ends."""
    if hours.begin < hours.end < DAY:
        return clock.on_the_wall(day, hours.end)
    return clock.on_the_wall(day + 1, hours.end % DAY)


def shift_blocks(plan: StaffPlan, residents: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """For each shift the first number and the count of people, on weekdays and at weekends."""
    staff = plan.staff
    if staff.arsverk is None:
        # The same people on every shift, so many in each organisation.
        people = round(staff.persons * plan.factor)
        return [((0, people), (0, round(people * plan.weekend)))] * len(staff.shifts)
    hours = plan.weekly_hours * residents * plan.factor
    units = [_units(shift, plan.weekend) for shift in staff.shifts]
    lengths = [shift.hours.seconds / 3600 for shift in staff.shifts]
    whole = sum(unit * length for unit, length in zip(units, lengths, strict=True))
    shares = plan.shares or tuple(unit * length / whole for unit, length in zip(units, lengths, strict=True))
    blocks = []
    first = 0
    for share, unit, length in zip(shares, units, lengths, strict=True):
        count = hours * share / (unit * length)
        weekdays, weekend = _people(count), _people(count * plan.weekend)
        blocks.append(((first, weekdays), (first + weekdays, weekend)))
        first += weekdays + weekend
    return blocks


def _units(shift: Shift, weekend: float) -> float:
    """Shifts in a week, a weekend one counted as the part of a weekday one that it is."""
    return sum(weekend if day >= SATURDAY else 1.0 for day in shift.days)


def _people(count: float) -> int:
    """Whole people; a service that exists has somebody on every shift."""
    return max(1, round(count)) if count > 0 else 0
