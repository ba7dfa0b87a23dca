"""The course of simulated time: SimPy's, with what care does millions of times done in fewer steps."""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from simpy import Environment
from simpy.events import NORMAL

Act = Callable[[Any], None]


class Moment:
    """An instant at which something is done; for SimPy an event that nobody else can wait for."""

    __slots__ = ("callbacks",)
    _ok = True

    def __init__(self, act: Act) -> None:
        self.callbacks: tuple[Act, ...] | None = (act,)


class Course(Environment):  # type: ignore[misc] # SimPy is not followed by the type checker
    """A SimPy environment that goes on to a second in one loop, where SimPy makes a call and a stop of its own."""

    def later(self, second: int, act: Act, priority: int = NORMAL) -> None:
        """Have something done at a second, not in the past: in the order of SimPy's timeouts made at these instants."""
        heappush(self._queue, (second, priority, next(self._eid), Moment(act)))

    def run(self, until: int) -> None:
        """Let everything happen that is before a second; then it is that second."""
        queue = self._queue
        while queue and queue[0][0] < until:
            self._now, _, _, event = heappop(queue)
            callbacks, event.callbacks = event.callbacks, None
            for callback in callbacks:
                callback(event)
            if not event._ok and not hasattr(event, "_defused"):  # noqa: SLF001  as SimPy's own step does
                raise event._value  # noqa: SLF001
        self._now = until

    def forget(self) -> None:
        """Nothing more happens."""
        self._queue.clear()
