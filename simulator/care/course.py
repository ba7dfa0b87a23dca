"""The course of simulated time: SimPy's, with what care does millions of times done in fewer steps."""

from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from typing import Any, Final

from simpy import Environment
from simpy.core import Infinity
from simpy.events import NORMAL, Event

Act = Callable[[Any], None]
Item = tuple[int, int, int, Act]
"""When, priority, running number, and what is done then."""
_SPAN: Final = 300
"""Seconds of what stands in order; what is to come later lies in heaps, each of so many seconds."""


class Course(Environment):  # type: ignore[misc] # SimPy is not followed by the type checker
    """A SimPy environment that goes on to a second in one loop, where SimPy makes a call and a stop of its own.

    Only what is to come in the next five minutes stands in order, so that little has to be compared. What would
    happen at the end or after it is not remembered.
    """

    def __init__(self, begin: int, end: int) -> None:
        super().__init__(initial_time=begin)
        self._end = end
        self._edge = begin
        """What is to be done before this second stands in order; the rest lies in ``_spans``."""
        self._near: list[Item] = []
        """What stood there when the edge was moved, the first one last."""
        self._soon: list[Item] = self._queue
        """What has come to it since, as a heap."""
        self._spans: dict[int, list[Item]] = {}
        self._coming: list[int] = []
        """Heap of the spans that have anything."""

    def later(self, second: int, act: Act, priority: int = NORMAL) -> None:
        """Have something done at a second, not in the past: in the order of SimPy's timeouts made at these instants."""
        if second < self._edge:
            heappush(self._soon, (second, priority, next(self._eid), act))
        elif second < self._end:
            span = second // _SPAN
            items = self._spans.get(span)
            if items is None:
                self._spans[span] = items = []
                heappush(self._coming, span)
            items.append((second, priority, next(self._eid), act))

    def schedule(self, event: Event, priority: int = NORMAL, delay: int = 0) -> None:
        """Have one of SimPy's events happen after a delay in seconds."""
        self.later(self._now + delay, partial(_happen, event), priority)

    def run(self, until: int) -> None:
        """Let everything happen that is before a second; then it is that second."""
        soon, near = self._soon, self._near
        while True:
            if near and (not soon or near[-1] < soon[0]):
                if near[-1][0] >= until:
                    break
                self._now, _, _, act = near.pop()
            elif soon:
                if soon[0][0] >= until:
                    break
                self._now, _, _, act = heappop(soon)
            elif self._come(until):
                continue
            else:
                break
            act(None)
        self._now = until

    def peek(self) -> float:
        """When next anything happens; infinity when nothing does."""
        if self._near or self._soon:
            return min(items[0][0] for items in (self._near[-1:], self._soon) if items)
        return min(self._spans[self._coming[0]])[0] if self._coming else Infinity

    def to_come(self) -> int:
        """How much is to come."""
        return len(self._soon) + len(self._near) + sum(map(len, self._spans.values()))

    def forget(self) -> None:
        """Nothing more happens."""
        for items in (self._soon, self._near, self._spans, self._coming):
            items.clear()

    def _come(self, until: int) -> bool:
        """Put the next span that has anything in order; false when there is none before a second."""
        if not self._coming or self._coming[0] * _SPAN >= until:
            return False
        span = heappop(self._coming)
        self._edge = (span + 1) * _SPAN
        self._near += sorted(self._spans.pop(span), reverse=True)
        return True


def _happen(event: Event, _: None) -> None:
    """Tell those who wait for one of SimPy's events, as its own step does."""
    callbacks, event.callbacks = event.callbacks, None
    for callback in callbacks:
        callback(event)
    if not event._ok and not hasattr(event, "_defused"):  # noqa: SLF001
        raise event._value  # noqa: SLF001
