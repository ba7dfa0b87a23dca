"""What it takes to have a step done: a place first, then somebody to do it, each waited for in a queue."""

from abc import ABC, abstractmethod
from functools import partial

from simulator.care.course import Course
from simulator.care.lines import Line
from simulator.care.pool import Pool


class Service(ABC):
    """Finds places and people. Steps are chains of callbacks: a SimPy process for each would cost two more events."""

    def __init__(self, env: Course) -> None:
        self.env = env
        self._later = env.later

    @abstractmethod
    def _work(self, line: Line, episode: int, wanted: int, staff: int) -> None:
        """Somebody sets out."""

    @abstractmethod
    def _give_up(self, line: Line, episode: int, wanted: int) -> None:
        """Nobody came, or there was no place, in time."""

    def _enter(self, line: Line, episode: int, wanted: int) -> None:
        """Take a place, or wait for one."""
        assert line.places is not None
        places = line.places[episode]
        number = places.take()
        if number < 0 and isinstance(places, Pool):
            admitted = partial(self._admitted, line, episode, wanted)
            places.wait(line.priority[episode], wanted, line.number, admitted)
        else:
            line.held[episode] = number
            self._find(line, episode, wanted)

    def _admitted(self, line: Line, episode: int, wanted: int, number: int) -> None:
        """A place is free at last."""
        if self._too_late(line, episode, wanted):
            assert line.places is not None
            line.places[episode].give_back(number)
            self._give_up(line, episode, wanted)
        else:
            line.held[episode] = number
            self._find(line, episode, wanted)

    def _find(self, line: Line, episode: int, wanted: int) -> None:
        """Find somebody, or wait in the queue."""
        if line.hands is None:
            staff = line.nobody
        else:
            pool = line.hands[episode]
            staff = pool.take()
            if staff < 0 and isinstance(pool, Pool):
                given = partial(self._given, line, episode, wanted)
                pool.wait(line.priority[episode], wanted, line.number, given)
                return
        self._work(line, episode, wanted, staff)

    def _given(self, line: Line, episode: int, wanted: int, number: int) -> None:
        """Somebody is free at last; for one who waited too long nobody sets out."""
        if self._too_late(line, episode, wanted):
            assert line.hands is not None
            line.hands[episode].give_back(number)
            self._give_up(line, episode, wanted)
        else:
            self._work(line, episode, wanted, number)

    def _too_late(self, line: Line, episode: int, wanted: int) -> bool:
        tried = line.tries.get(episode)
        return bool(self.env.now - (tried[1] if tried else wanted) > line.patience)
