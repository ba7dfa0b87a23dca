"""The interpreter: carries out any pathway's steps over SimPy, where staff compete; knows no pathway by name."""

from collections.abc import Callable, Generator
from functools import partial
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from simpy import Environment, Event

from simulator.care.lines import Line, Work, prepare
from simulator.care.plan import Plan
from simulator.care.pool import Pool, Turn
from simulator.care.site import Site

NO_DEADLINE: Final = -(10**9)
_WIDTH: Final = 7


class Engine:
    """Simulates municipalities from before the period to its end."""

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
            # A feed for each municipality: in what order things of one instant happen is its own affair.
            for part in work.parts:
                self.env.process(self._feed(work, part))
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

    def _feed(self, work: Work, part: range) -> Generator[Event, None, None]:
        """Starts each episode when its time comes, so that only those begun exist as processes."""
        env = self.env
        for episode in part:
            start = work.start[episode]
            if start > env.now:
                yield env.timeout(start - env.now)
            for line in work.roots:
                if line.taken[episode]:
                    self._ready(line, episode, start)

    def _ready(self, line: Line, episode: int, second: int) -> None:
        """A step may begin from ``second`` on, or from when its appointment and its opening let it."""
        if line.floor is not None:
            second = max(second, line.floor[episode])
        if line.opens is not None:
            second = line.opens(episode, second)
        if second <= self.env.now:
            self._begin(line, episode, second)
        else:
            self._later(second, partial(self._begin, line, episode, second))

    def _later(self, second: int, act: Callable[[Event], None]) -> None:
        """Steps are chains of callbacks: a SimPy process for each would cost two more events."""
        self.env.timeout(second - self.env.now).callbacks.append(act)

    def _begin(self, line: Line, episode: int, wanted: int, _: Event | None = None) -> None:
        """The step is wanted now: find somebody, or wait in the queue."""
        line.wanted += 1
        if line.hands is None:
            staff = line.nobody
        else:
            pool = line.hands[episode]
            staff = pool.take()
            if staff < 0 and isinstance(pool, Pool):
                turn = Turn(pool, (line.priority[episode], wanted), line.number)
                turn.callbacks.append(partial(self._given, line, episode, wanted))
                return
        self._work(line, episode, wanted, staff)

    def _given(self, line: Line, episode: int, wanted: int, turn: Turn) -> None:
        """Somebody is free at last; for one who waited too long nobody sets out."""
        if self.env.now - wanted > line.patience:
            line.missed += 1
            turn.resource.give_back(turn.value)
        else:
            self._work(line, episode, wanted, turn.value)

    def _work(self, line: Line, episode: int, wanted: int, staff: int) -> None:
        line.under_way += 1
        now = self.env.now
        began = now if line.travel is None else now + line.travel[episode]
        ends = began if line.takes is None else began + line.takes[episode]
        if ends > now:
            self._later(ends, partial(self._done, line, episode, (began, wanted, staff)))
        else:
            self._done(line, episode, (began, wanted, staff))

    def _done(self, line: Line, episode: int, how: tuple[int, int, int], _: Event | None = None) -> None:
        """Let the person go, write the step down, and let those that follow it begin."""
        at = self.env.now
        began, wanted, staff = how
        if line.hands is not None:
            line.hands[episode].give_back(staff)
        line.under_way -= 1
        line.done += 1
        due = NO_DEADLINE if line.due is None else line.due(episode)
        self.rows.append((at, began, wanted, due, line.number, episode, staff))
        if line.done_at is not None:
            line.done_at[episode] = at
        for follower, delay in line.followers:
            if follower.taken[episode]:
                self._arrive(follower, episode, at if delay is None else at + delay[episode])

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
