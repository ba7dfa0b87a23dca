"""What competes: named people or numbered places, asked for in order of priority; people are on duty by a calendar."""

from collections.abc import Callable, Container, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from itertools import count

from simpy import Event

from simulator.care.course import Course

Served = Callable[[int], None]
"""Called with the number of the person or place that a turn got."""
Turn = tuple[int, int, int, int, Served]
"""Priority, the instant wanted, running number, the step it is for, and what is done when it comes."""


@dataclass(frozen=True, slots=True)
class Duty:
    """From ``at`` on, the people ``first`` to ``first + count - 1`` are on duty, save those ``away``."""

    at: int
    first: int
    count: int
    away: frozenset[int] = frozenset()

    @property
    def people(self) -> Sequence[int]:
        """The numbers of those on duty, lowest first."""
        everybody = range(self.first, self.first + self.count)
        return [number for number in everybody if number not in self.away] if self.away else everybody


class Pool:
    """People of one role in one organisation. The lowest free number is sent; nobody is in two places at once.

    Somebody whose shift ends while working finishes the work (overtime) and takes nothing new. A SimPy resource would
    look at its queue request by request, and make two events of each turn.
    """

    def __init__(self, env: Course) -> None:
        self._env = env
        self.needed: int = env.now
        """Nobody is asked for before this second."""
        self._queue: list[Turn] = []
        """A heap."""
        self._turns = count()
        self._free: list[int] = []
        self._busy: set[int] = set()
        self._on_duty: Container[int] = range(0)
        self._over: dict[int, int] = {}
        """When the shift of those ended who are still at work."""

    def change_shift(self, people: Sequence[int]) -> None:
        """Others come on duty (numbers, lowest first), and serve those who wait."""
        self._on_duty = people if isinstance(people, range) else frozenset(people)
        self._free = [number for number in people if number not in self._busy]
        for number in self._busy:
            if number in self._on_duty:
                self._over.pop(number, None)
            else:
                self._over.setdefault(number, self._env.now)
        self.serve()

    def take(self) -> int:
        """The lowest free number at once, or -1 when nobody is free."""
        if not self._free:
            return -1
        number = heappop(self._free)
        self._busy.add(number)
        return number

    def give_back(self, number: int) -> int:
        """The person is free again; whoever waits longest at the highest priority is served.

        Gives the seconds the person has worked after the end of the shift.
        """
        self._busy.discard(number)
        if number in self._on_duty:
            heappush(self._free, number)
            if self._queue:
                self.serve()
            return 0
        now: int = self._env.now
        return now - self._over.pop(number, now)

    def wait(self, priority: int, wanted: int, step: int, served: Served) -> None:
        """Stand in the queue of a pool that had nobody free; of those alike the one who came first is served first."""
        heappush(self._queue, (priority, wanted, next(self._turns), step, served))

    def serve(self) -> None:
        """Send those who are free to those who wait."""
        env, queue = self._env, self._queue
        while queue and self._free:
            env.later(env.now, partial(_served, heappop(queue)[-1], self.take()))

    def waiting(self) -> Iterator[int]:
        """The step each turn in the queue is for, in the order in which they will be served."""
        return (turn[3] for turn in sorted(self._queue))

    def follow(self, calendar: Iterable[Duty]) -> Generator[Event, None, None]:
        """The process that changes shifts by a calendar; those before anybody is ``needed`` leave nothing behind."""
        env, at_first = self._env, Duty(0, 0, 0)
        for duty in calendar:
            if duty.at <= self.needed:
                at_first = duty
                continue
            if at_first.count:
                self.change_shift(at_first.people)
                at_first = Duty(0, 0, 0)
            if duty.at > env.now:
                yield env.timeout(duty.at - env.now)
            self.change_shift(duty.people)
        if at_first.count:
            self.change_shift(at_first.people)


def _served(served: Served, number: int, _: None) -> None:
    """The turn of whoever waited longest has come."""
    served(number)


class Places(Pool):
    """Numbered places, all there from the beginning. How long they were taken is added up, from second 0 on."""

    def __init__(self, env: Course, count: int) -> None:
        super().__init__(env)
        self.count = count
        self._taken_s = 0
        self.change_shift(range(count))

    def take(self) -> int:
        """The lowest free number, or -1."""
        number = super().take()
        if number >= 0:
            self._taken_s -= max(self._env.now, 0)
        return number

    def give_back(self, number: int) -> int:
        """The place is free again."""
        self._taken_s += max(self._env.now, 0)
        return super().give_back(number)

    def taken_until(self, second: int) -> int:
        """Seconds that places were taken from second 0 to this one, which is not in the past; all places together."""
        return self._taken_s + second * len(self._busy)


class Crowd:
    """People of a role nobody counts: as many as it takes, numbered on from ``first``, the lowest free number first."""

    def __init__(self, first: int = 0) -> None:
        self._free: list[int] = []
        self._next = first

    def take(self) -> int:
        """The lowest number not at work."""
        if self._free:
            return heappop(self._free)
        self._next += 1
        return self._next - 1

    def give_back(self, number: int) -> int:
        """The person is free again; nobody has shifts that could end."""
        heappush(self._free, number)
        return 0
