"""The interpreter: carries out any pathway's steps over SimPy, where staff compete; knows no pathway by name."""

from collections.abc import Generator
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from simpy import Environment, Event

from simulator.care.lines import Line, Work, prepare
from simulator.care.plan import Plan
from simulator.care.pool import Crowd, Pool, Turn
from simulator.care.site import Site

NO_DEADLINE: Final = -(10**9)
_WIDTH: Final = 7


class Engine:
    """Simulates one site from before the period to its end."""

    def __init__(self, plan: Plan, frame: pl.DataFrame) -> None:
        self.plan = plan
        self.env = Environment(initial_time=plan.clock.begin)
        self.site = Site(plan, frame, self.env)
        self.works: list[Work] = []
        self.rows: list[tuple[int, ...]] = []
        for pathway in plan.pathways:
            self.works.append(prepare(self.site, pathway, sum(len(work.lines) for work in self.works)))

    def run(self) -> NDArray[np.int64]:
        """Every step done in the period: at, began, wanted, due, line, episode, staff; seconds, shape (n, 7)."""
        for work in self.works:
            self.env.process(self._feed(work))
        self.env.run(until=self.plan.end)
        done = np.array(self.rows, dtype=np.int64).reshape(-1, _WIDTH)
        return done[done[:, 0] >= 0]

    def waiting(self) -> dict[int, int]:
        """How many stand in a queue at the end, by line."""
        queued: dict[int, int] = {}
        for pool in self.site.all_pools():
            for line in pool.waiting():
                queued[line] = queued.get(line, 0) + 1
        return queued

    def _feed(self, work: Work) -> Generator[Event, None, None]:
        """Starts each episode when its time comes, so that only those begun exist as processes."""
        env = self.env
        for episode, start in enumerate(work.start):
            if start > env.now:
                yield env.timeout(start - env.now)
            for line in work.roots:
                if line.taken[episode]:
                    self._ready(line, episode, start)

    def _ready(self, line: Line, episode: int, second: int) -> None:
        """A step may begin from ``second`` on; what takes no time and no one is done on the spot."""
        if line.floor is not None:
            second = max(second, line.floor[episode])
        if line.opens is not None:
            second = line.opens(episode, second)
        if second <= self.env.now and line.takes is None and line.pools is None:
            line.wanted += 1
            line.under_way += 1
            self._done(line, episode, (second, second, line.nobody))
        else:
            self.env.process(self._perform(line, episode, second))

    def _perform(self, line: Line, episode: int, wanted: int) -> Generator[Event, int, None]:
        env = self.env
        if wanted > env.now:
            yield env.timeout(wanted - env.now)
        line.wanted += 1
        staff = line.nobody
        pool: Pool | Crowd | None = None
        if line.pools is not None:
            pool = line.pools[episode]
            staff = pool.take()
            if staff < 0:
                staff = yield Turn(line.pools[episode], (line.priority[episode], wanted), line.number)
                if env.now - wanted > line.patience:
                    line.missed += 1
                    pool.give_back(staff)
                    return
        elif line.crowd is not None:
            pool = line.crowd
            staff = pool.take()
        line.under_way += 1
        began = env.now + (line.travel[episode] if line.travel is not None else 0)
        ends = began + (line.takes[episode] if line.takes is not None else 0)
        if ends > env.now:
            yield env.timeout(ends - env.now)
        if pool is not None:
            pool.give_back(staff)
        self._done(line, episode, (began, wanted, staff))

    def _done(self, line: Line, episode: int, how: tuple[int, int, int]) -> None:
        """Write the step down and let those that follow it begin."""
        at = self.env.now
        began, wanted, staff = how
        line.under_way -= 1
        line.done += 1
        due = NO_DEADLINE if line.due is None else line.due(episode)
        self.rows.append((at, began, wanted, due, line.number, episode, staff))
        if line.done_at is not None:
            line.done_at[episode] = at
        for follower, delay in line.followers:
            if follower.taken[episode]:
                ready = at if delay is None else at + delay[episode]
                self._arrive(follower, episode, ready)

    def _arrive(self, line: Line, episode: int, ready: int) -> None:
        """One of the steps that ``line`` follows is done; when it was the last, the step is ready."""
        if line.preceding > 1:
            state = line.pending.pop(episode, None)
            if state is None:
                state = [sum(before.taken[episode] for before in line.awaited), ready]
            state[0] -= 1
            state[1] = max(state[1], ready)
            if state[0]:
                line.pending[episode] = state
                return
            ready = state[1]
        self._ready(line, episode, ready)
