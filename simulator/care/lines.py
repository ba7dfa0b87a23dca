"""A pathway's episodes, with everything drawn that does not depend on who is short."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from simulator.care.amounts import Draw, Keys, for_people
from simulator.care.clock import Clock
from simulator.care.demand import Episodes, RatePlan, Window, open_demand, planned_demand
from simulator.care.plan import PathwayPlan, StepPlan
from simulator.care.pool import Crowd, Pool
from simulator.care.site import Site
from simulator.domain.scenario import APPOINTMENT
from simulator.streams import Stream, stream

PATIENT = 10**9
"""Patience of those who wait for ever, in seconds."""

MOST_DAYS = 366
"""Days after which a step that no day accepts begins anyway."""

Whole = list[int]


@dataclass(slots=True)
class Line:
    """One step over all episodes of a pathway: column lists by episode, and the count of what became of them."""

    number: int
    plan: StepPlan
    taken: list[bool]
    takes: Whole | None
    travel: Whole | None
    priority: Whole
    patience: int
    hands: list[Pool | Crowd] | None
    """Those who do it, by episode."""
    nobody: int
    """Staff number when no time is spent: -1 for citizens and systems."""
    floor: Whole | None
    """Earliest second, for a step that waits for its appointment."""
    opens: Callable[[int, int], int] | None
    """From an episode and a second to the next second at which the step may begin."""
    followers: list[tuple["Line", Whole | None]] = field(default_factory=list)
    due: Callable[[int], int] | None = None
    preceding: int = 0
    pending: dict[int, list[int]] = field(default_factory=dict)
    """Episode to the count of steps still awaited and the latest second so far, for a step after several."""
    awaited: list["Line"] = field(default_factory=list)
    done_at: dict[int, int] | None = None
    """When it was done, kept where a deadline counts from it."""
    wanted: int = 0
    done: int = 0
    missed: int = 0
    under_way: int = 0


@dataclass(slots=True)
class Work:
    """A pathway's episodes."""

    plan: PathwayPlan
    episodes: Episodes
    parts: list[range]
    """The episodes of each municipality that has any."""
    start: Whole
    lines: list[Line]
    roots: list[Line]


def prepare(site: Site, plan: PathwayPlan, first_line: int) -> Work:
    """Draw a pathway's episodes and all that is decided beforehand: who, when, which way, for how long."""
    # What begins after the end is never seen, and nothing drawn depends on it.
    episodes = episodes_of(site, plan).before(site.plan.end)
    keys = site.people.take(episodes.row, episodes.number)
    begin = site.plan.clock.begin
    start = np.maximum(episodes.start, begin).tolist()
    drafts = _Drafts(site, plan, episodes, keys, start)
    lines: dict[str, Line] = {}
    taken = drafts.taken()
    for step in plan.steps:
        lines[step.step.id] = drafts.line(first_line + len(lines), step, taken[step.step.id])
    for line in lines.values():
        drafts.connect(line, lines)
    bounds = np.searchsorted(site.people.site[episodes.row], np.arange(len(site.names) + 1)).tolist()
    parts = [range(first, last) for first, last in pairwise(bounds) if first < last]
    roots = [line for line in lines.values() if not line.preceding]
    return Work(plan, episodes, parts, start, list(lines.values()), roots)


def episodes_of(site: Site, plan: PathwayPlan) -> Episodes:
    """Draw who begins the pathway at a site and when, from before the period to beyond it."""
    pathway = plan.pathway
    window = Window(site.plan.clock, -pathway.before, site.plan.days + pathway.beyond)
    key = (site.plan.seed, f"care/{pathway.name}")
    who = pathway.who
    may = site.truth(who.where) & (site.people.age >= who.youngest) & (site.people.age <= who.oldest)
    if isinstance(plan.demand, RatePlan):
        part = may.astype(np.float64)
        if plan.demand.more is not None:
            where, times = plan.demand.more
            part *= np.where(site.truth(where), for_people(times, site.people.sex, site.people.age), 1.0)
        return open_demand(plan.demand, site.people, part, window, key)
    demand = pathway.demand
    weight = site.amounts(getattr(demand, "weight", "1.0"))
    return planned_demand(plan.demand, site.people, np.where(may, weight, 0.0), window, key)


@dataclass(frozen=True, slots=True)
class _Drafts:
    """What the lines of one pathway are made from."""

    site: Site
    plan: PathwayPlan
    episodes: Episodes
    keys: Keys
    start: Whole

    def _stream(self, *name: str) -> Stream:
        return stream(self.site.plan.seed, "care", self.plan.pathway.name, *name)

    def taken(self) -> dict[str, NDArray[np.bool_]]:
        """For each step, in which episodes it is to happen."""
        found: dict[str, NDArray[np.bool_]] = {}
        for plan in self.plan.steps:
            step = plan.step
            chance = for_people(plan.chance, self.keys.sex, self.keys.age)
            draw = self._stream(step.id, "chance").uniforms(self.keys.resident, self.keys.number)
            happens = (draw < chance) & self.site.truth(step.where)[self.episodes.row]
            for other in step.only_if:
                happens &= found[other]
            for other in step.unless:
                happens &= ~found[other]
            before = [found[edge.step] for edge in step.after if edge.step != APPOINTMENT]
            found[step.id] = happens & np.any(before, axis=0) if before else happens
        return found

    def line(self, number: int, plan: StepPlan, taken: NDArray[np.bool_]) -> Line:
        """The line of one step, not yet connected to the others."""
        step = plan.step
        takes, travel = self._drawn(plan.takes, step.id, "takes"), self._drawn(plan.travel, step.id, "travel")
        row = self.episodes.row
        priority = self.site.amounts(step.priority)[row].astype(np.int64)
        numbered = self.site.plan.roles[step.by].numbered
        hands = None
        if step.needs:
            hands = self.site.pools(step.needs, row)
        elif numbered and takes is not None:
            hands = self.site.crowds(step.by, step.at, row)
        return Line(
            number,
            plan,
            taken.tolist(),
            takes,
            travel,
            priority.tolist(),
            PATIENT if step.patience is None else step.patience,
            hands,
            0 if numbered else -1,
            self._floor(plan),
            self._opening(plan) if step.opening else None,
        )

    def connect(self, line: Line, lines: dict[str, Line]) -> None:
        """Tell a line's predecessors about it, and where its deadline counts from."""
        step = line.plan.step
        for n, edge in enumerate(step.after):
            if edge.step != APPOINTMENT:
                delay = self._drawn(line.plan.delays[n], step.id, f"after-{edge.step}")
                lines[edge.step].followers.append((line, delay))
                line.awaited.append(lines[edge.step])
        line.preceding = len(line.awaited)
        if step.within is None:
            return
        seconds, of = step.within.seconds, step.within.of
        if of in ("", APPOINTMENT):
            base = self.start if not of else self.episodes.appointment.tolist()
            line.due = lambda episode: base[episode] + seconds
        else:
            kept = lines[of].done_at
            done: dict[int, int] = {} if kept is None else kept
            lines[of].done_at = done
            line.due = lambda episode: done[episode] + seconds

    def _drawn(self, draw: Draw | None, *name: str) -> Whole | None:
        if draw is None:
            return None
        drawn: Whole = np.maximum(draw.seconds(self._stream(*name), self.keys), 0).tolist()
        return drawn

    def _floor(self, plan: StepPlan) -> Whole | None:
        for n, edge in enumerate(plan.step.after):
            if edge.step == APPOINTMENT:
                delay = plan.delays[n]
                late = delay.seconds(self._stream(plan.step.id, "after-appointment"), self.keys) if delay else 0
                floor: Whole = (self.episodes.appointment + late).tolist()
                return floor
        return None

    def _opening(self, plan: StepPlan) -> Callable[[int, int], int]:
        assert plan.step.opening is not None
        hours, accepts, clock = plan.step.opening.hours, plan.accepts, self.site.plan.clock
        source = self._stream(plan.step.id, "day")
        spread = plan.step.opening.spread
        late = self._stream(plan.step.id, "spread").uniforms(self.keys.resident, self.keys.number).tolist()
        resident, number = self.keys.resident.tolist(), self.keys.number.tolist()

        def opens(episode: int, second: int) -> int:
            # Yesterday's hours may run past midnight.
            today = clock.day(second)
            for day in range(today - 1, min(today + MOST_DAYS, clock.last)):
                begin = clock.midnight(max(day, clock.first)) + hours.begin
                if second >= begin + hours.seconds:
                    continue
                draw = source.uniform(resident[episode], number[episode] * MOST_DAYS + day - today + 1)
                if not accepts or draw < accepts[clock.weekday(day)]:
                    return second if second >= begin else begin + round(spread * late[episode])
            return _never(clock)

        return opens


def _never(clock: Clock) -> int:
    return clock.midnights[-1]
