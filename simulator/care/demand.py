"""Who begins an episode and when: drawn for whole columns of residents at once, keyed by resident."""

from dataclasses import dataclass
from functools import cache, cached_property
from math import exp, lgamma, log

import numpy as np
from numpy.typing import NDArray

from simulator.care.amounts import Draw, Flags, Floats, Keys
from simulator.care.clock import Clock
from simulator.domain.scenario import OLDEST, Hours
from simulator.streams import stream

Ints = NDArray[np.int64]
Uints = NDArray[np.uint64]
Rows = Ints | slice
"""Which people: their rows, or all as they are."""

DAYS_PER_YEAR = 365.25
_LARGE = 700.0


@dataclass(frozen=True)
class Residents:
    """The people of one municipality or several as columns."""

    resident: Uints
    sex: Ints
    age: Ints
    site: Ints
    """Which municipality each lives in, numbered from 0, those of one together."""

    def per_site(self, amounts: Floats, rows: Rows = slice(None)) -> Floats:
        """The sum of the amounts of some people in each municipality; the same whichever others are beside it."""
        sums: Floats = np.bincount(self.site[rows], amounts, minlength=int(self.site[-1]) + 1).astype(np.float64)
        return sums

    @cached_property
    def _kind(self) -> Ints:
        """Place of each one's sex and age in a flat table by sex and age."""
        return self.sex * (OLDEST + 1) + np.minimum(self.age, OLDEST)

    @cached_property
    def _of_each(self) -> Floats:
        """How many of each sex and age live in each municipality, shape (municipalities, 242)."""
        ages = OLDEST + 1
        kind = self.site * 2 * ages + self._kind
        counts = np.bincount(kind, minlength=(int(self.site[-1]) + 1) * 2 * ages)
        return counts.reshape(-1, 2 * ages).astype(np.float64)

    def rate(self, rate: Floats, rows: Rows) -> Floats:
        """A rate by sex and age, shape (2, 121), or for everybody, shape (), of some people."""
        kind = self._kind[rows]
        found: Floats = rate.ravel().take(kind) if rate.ndim else np.full(len(kind), float(rate))
        return found

    def expected(self, rate: Floats) -> Floats:
        """The sum of a rate by sex and age, shape (2, 121), over everybody in each municipality."""
        sums: Floats = (self._of_each * rate.ravel()).sum(axis=1)
        return sums

    def take(self, rows: Ints, number: Uints) -> Keys:
        """Keys of episodes: the row of each one's resident, and its number."""
        return Keys(self.resident[rows], number, self.sex[rows], self.age[rows])


@dataclass(frozen=True, slots=True)
class Profiles:
    """How demand is spread: factors with mean 1 by weekday and month, shares of the day by hour."""

    weekday: Floats
    hour: Floats
    month: Floats


@dataclass(frozen=True, slots=True)
class RatePlan:
    """Open demand with its figures looked up: ``rate`` is episodes per person and year by sex and age."""

    rate: Floats
    profiles: Profiles
    grid: int
    more: tuple[str, Floats] | None
    """Condition, and how many times as likely those who meet it are."""
    lead: Draw | None
    lead_hours: Hours | None


@dataclass(frozen=True, slots=True)
class SchedulePlan:
    """Planned demand with its figures looked up: mean ``per_day`` of those who qualify."""

    per_day: float
    profiles: Profiles


@dataclass(frozen=True, slots=True)
class MilestonePlan:
    """Demand at certain ages, ``factor`` of it; ``at`` in seconds after the date in the column ``of``."""

    of: str
    at: tuple[int, ...]
    spread: int
    profiles: Profiles
    factor: float


@dataclass(frozen=True, slots=True)
class Window:
    """The days demand is drawn for, as days from the period's start."""

    clock: Clock
    first: int
    last: int

    def days(self) -> range:
        """Every day of it."""
        return range(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Episodes:
    """Episodes by municipality, in order of their start: row of the resident, running number, start, wanted instant."""

    row: Ints
    number: Uints
    start: Ints
    appointment: Ints

    def before(self, end: int) -> "Episodes":
        """Those that start before a second."""
        return self.take(np.flatnonzero(self.start < end))

    def take(self, places: Ints) -> "Episodes":
        """Some of them, in that order."""
        return Episodes(self.row[places], self.number[places], self.start[places], self.appointment[places])

    def in_order(self, people: Residents) -> "Episodes":
        """By municipality and start; of one instant by resident and number."""
        return self.take(np.lexsort((self.number, people.resident[self.row], self.start, people.site[self.row])))


def open_demand(
    plan: RatePlan, people: Residents, part: Floats | Flags, window: Window, key: tuple[int, str]
) -> Episodes:
    """Poisson demand. ``part`` is how likely each resident is against others, zero for those who do not qualify.

    Those who qualify carry the whole expectation of their municipality.
    """
    weight = _day_weights(plan.profiles, window)
    chosen, expected = _expected(plan.rate, people, part)
    # In place, as what is done for every resident of a nation should be.
    expected *= weight.sum()
    expected /= DAYS_PER_YEAR
    rows = _all_or(chosen, people)
    some, counts = _poisson(expected, stream(*key, "count").uniforms(people.resident[rows]))
    row = np.repeat(chosen[some], counts)
    number = running(counts)
    resident = people.resident[row]
    cumulative = np.cumsum(weight) / max(weight.sum(), 1e-300)
    day = np.searchsorted(cumulative, stream(*key, "day").uniforms(resident, number), side="right")
    day = np.minimum(day, len(weight) - 1) + window.first
    second = _time_of_day(plan.profiles.hour, stream(*key, "time").uniforms(resident, number))
    appointment = window.clock.instants(day, second) // plan.grid * plan.grid
    start = _ahead(plan, people.take(row, number), appointment, key)
    return Episodes(row, number, start, appointment).in_order(people)


def _expected(rate: Floats, people: Residents, part: Floats | Flags) -> tuple[Ints, Floats]:
    """The rows of those who may have an episode, and how many each may expect in a year."""
    chosen = np.flatnonzero(part > 0)
    rows = _all_or(chosen, people)
    expected = people.rate(rate, rows)
    if part.dtype != np.bool_:
        expected *= part[rows]
    carried = people.per_site(expected, rows)
    scale = np.divide(people.expected(rate), carried, out=np.zeros_like(carried), where=carried > 0)
    wanted = np.flatnonzero(expected)
    if len(wanted) < len(expected):
        chosen, expected = chosen[wanted], expected[wanted]
    expected *= scale[people.site[_all_or(chosen, people)]]
    return chosen, expected


def _all_or(chosen: Ints, people: Residents) -> Rows:
    """The same people, who need not be looked up one by one when they are all."""
    return slice(None) if len(chosen) == len(people.resident) else chosen


def planned_demand(
    plan: SchedulePlan, people: Residents, weight: Floats, window: Window, key: tuple[int, str]
) -> Episodes:
    """Planned visits: systematic sampling, so that each gets their share evenly, at the same times every day.

    ``weight`` is each resident's part, zero for those who do not qualify.
    """
    chosen = np.flatnonzero(weight > 0)
    site = people.site[chosen]
    mean = people.per_site(weight[chosen], chosen) / np.maximum(people.per_site(np.ones(len(chosen)), chosen), 1)
    per_day = plan.per_day * weight[chosen] / mean[site]
    resident = people.resident[chosen]
    offset = stream(*key, "offset").uniforms(resident)
    cumulative = np.concatenate(([0.0], np.cumsum(_day_weights(plan.profiles, window))))
    owed = np.floor(per_day[:, None] * cumulative[None, :] + offset[:, None]).astype(np.int64)
    visits = np.diff(owed, axis=1)
    flat = visits.ravel()
    row = np.repeat(np.repeat(chosen, visits.shape[1]), flat)
    day = np.repeat(np.tile(np.arange(window.first, window.last), len(chosen)), flat)
    of_day = running(flat).astype(np.float64)
    phase = np.repeat(np.repeat(stream(*key, "phase").uniforms(resident), visits.shape[1]), flat)
    second = _time_of_day(plan.profiles.hour, (of_day + phase) / np.repeat(flat, flat))
    start = window.clock.instants(day, second)
    return Episodes(row, running(visits.sum(axis=1)), start, start).in_order(people)


def milestone_demand(
    plan: MilestonePlan, people: Residents, born: Ints, window: Window, key: tuple[int, str]
) -> Episodes:
    """An episode for each resident at each age that falls into the window, numbered by the age's place in the list.

    ``born`` are days from the period's start, of those who qualify; a number beyond every window for the others.
    """
    rows, numbers, days = [], [], []
    for number, at in enumerate(plan.at):
        latest = born + at // 86400
        row = np.flatnonzero((latest < window.last) & (latest + plan.spread // 86400 + 7 > window.first))
        resident, n = people.resident[row], np.full(len(row), number, dtype=np.uint64)
        kept = stream(*key, "kept").uniforms(resident, n) < plan.factor
        row, resident, n = row[kept], resident[kept], n[kept]
        late = stream(*key, "spread").uniforms(resident, n) * plan.spread / 86400
        day = latest[row] + late.astype(np.int64)
        rows.append(row)
        numbers.append(n)
        days.append(_open_day(plan.profiles.weekday, day, stream(*key, "day").uniforms(resident, n), window.clock))
    row, number_of, day = np.concatenate(rows), np.concatenate(numbers), np.concatenate(days)
    inside = (day >= window.first) & (day < window.last)
    row, number_of, day = row[inside], number_of[inside], day[inside]
    second = _time_of_day(plan.profiles.hour, stream(*key, "time").uniforms(people.resident[row], number_of))
    start = window.clock.instants(day, second)
    return Episodes(row, number_of, start, start).in_order(people)


def _open_day(weekday: Floats, day: Ints, share: Floats, clock: Clock) -> Ints:
    """The day itself or one of the six after it, as likely as their weekdays."""
    known = np.asarray(clock.weekdays)
    ahead = np.minimum(day[:, None] + np.arange(7)[None, :] - clock.first, len(known) - 1)
    cumulative = np.cumsum(weekday[known[np.maximum(ahead, 0)]], axis=1)
    chosen: Ints = day + (cumulative < share[:, None] * cumulative[:, -1:]).sum(axis=1)
    return chosen


def _day_weights(profiles: Profiles, window: Window) -> Floats:
    """How much of a mean day falls on each: a calendar year has its whole total, whatever its holidays."""
    weekdays, months = _calendar(window)
    weights: Floats = profiles.weekday[weekdays] * profiles.month[months]
    return weights / window.clock.mean_of_year(profiles.weekday, profiles.month)


@cache
def _calendar(window: Window) -> tuple[Ints, Ints]:
    """Weekday and month of each day, as ``Clock`` counts them."""
    clock, days = window.clock, window.days()
    return np.array([clock.weekday(day) for day in days]), np.array([clock.month(day) for day in days])


def _poisson(mean: Floats, uniform: Floats) -> tuple[Ints, Ints]:
    """Poisson counts by inversion: the more a mean grows, the more episodes, with the earlier ones kept.

    Of a large mean, of which no chance of 0 is left in a float, it begins twelve standard deviations below the mean.
    Gives the places whose count may be more than none, and their counts.
    """
    # The chance of none is no less than one less the mean, which most draws are below.
    some = np.flatnonzero(uniform > 1 - mean)
    mean, drawn = mean[some], uniform[some]
    large = mean > _LARGE
    counts = np.zeros(len(mean), dtype=np.int64)
    counts[large] = (mean[large] - 12 * np.sqrt(mean[large])).astype(np.int64)
    term = np.exp(-np.where(large, 0.0, mean))
    term[large] = [exp(n * log(m) - m - lgamma(n + 1)) for n, m in zip(counts[large], mean[large], strict=True)]
    cumulative, live = term.copy(), np.arange(len(mean))
    while True:
        more = (drawn > cumulative) & (term > 0)
        if not more.any():
            break
        live, drawn = live[more], drawn[more]
        counts[live] += 1
        term = term[more] * mean[live] / counts[live]
        cumulative = cumulative[more] + term
    return some, counts


def running(counts: Ints) -> Uints:
    """0, 1, 2 … within each group of ``counts``."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return (np.arange(total) - np.repeat(ends - counts, counts)).astype(np.uint64)


def _time_of_day(hour: Floats, share: Floats) -> Floats:
    """Seconds after midnight at which ``share`` of the day's profile has passed."""
    edges = np.concatenate(([0.0], np.cumsum(hour) / hour.sum()))
    index = np.clip(np.searchsorted(edges, share, side="right") - 1, 0, 23)
    within = (share - edges[index]) / np.maximum(edges[index + 1] - edges[index], 1e-300)
    seconds: Floats = (index + np.clip(within, 0, 1 - 1e-9)) * 3600
    return seconds


def _ahead(plan: RatePlan, keys: Keys, appointment: Ints, key: tuple[int, str]) -> Ints:
    """When each episode starts: ``lead`` before its appointment, moved earlier out of closed hours, into any open."""
    if plan.lead is None:
        return appointment
    start = appointment - plan.lead.seconds(stream(*key, "lead"), keys)
    if plan.lead_hours is None:
        return start
    hours = plan.lead_hours.seconds
    since = (start - plan.lead_hours.begin) % 86400
    return np.where(since >= hours, start - since + (since - (86400 - hours)) % hours, start)
