"""What competes: named people or numbered places, asked for in order of priority; people are on duty by a calendar."""

from bisect import insort
from collections.abc import Container, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from operator import attrgetter

from simpy import Environment, Event

_KEY = attrgetter("key")


class Turn(Event):  # type: ignore[misc] # SimPy is not followed by the type checker
    """Waiting for one person or place; succeeds with its number."""

    def __init__(self, pool: "Pool", key: tuple[int, int], step: int) -> None:
        super().__init__(pool.env)
        self.pool = pool
        self.key = key
        """Priority, then the instant wanted; equal ones stay in the order they came."""
        self.step = step
        insort(pool.queue, self, key=_KEY)
        pool.serve()


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

    Somebody whose shift ends while working finishes the work (overtime) and takes nothing new. The queue is kept
    sorted by inserting; SimPy's own resources sort the whole of it for every request and look at it twice.
    """

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.queue: list[Turn] = []
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
                self._over.setdefault(number, self.env.now)
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
            if self.queue:
                self.serve()
            return 0
        now: int = self.env.now
        return now - self._over.pop(number, now)

    def serve(self) -> None:
        """Send those who are free to those who wait."""
        while self.queue and self._free:
            self.queue.pop(0).succeed(self.take())

    def waiting(self) -> Iterator[int]:
        """The step each turn in the queue is for."""
        return (turn.step for turn in self.queue)

    def follow(self, calendar: Iterable[Duty]) -> Generator[Event, None, None]:
        """The process that changes shifts by a calendar."""
        env = self.env
        for duty in calendar:
            if duty.at > env.now:
                yield env.timeout(duty.at - env.now)
            self.change_shift(duty.people)


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
