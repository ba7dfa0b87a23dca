"""What it takes to have a step done: a place first, then somebody to do it, each waited for in a queue."""

from abc import ABC, abstractmethod
from functools import partial

from simulator.care.course import Course
from simulator.care.lines import Line
from simulator.care.pool import Pool, Turn


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
            turn = Turn(places, (line.priority[episode], wanted), line.number)
            turn.callbacks.append(partial(self._admitted, line, episode, wanted))
        else:
            line.held[episode] = number
            self._find(line, episode, wanted)

    def _admitted(self, line: Line, episode: int, wanted: int, turn: Turn) -> None:
        """A place is free at last."""
        if self._too_late(line, episode, wanted):
            turn.resource.give_back(turn.value)
            self._give_up(line, episode, wanted)
        else:
            line.held[episode] = turn.value
            self._find(line, episode, wanted)

    def _find(self, line: Line, episode: int, wanted: int) -> None:
        """Find somebody, or wait in the queue."""
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
        if self._too_late(line, episode, wanted):
            turn.resource.give_back(turn.value)
            self._give_up(line, episode, wanted)
        else:
            self._work(line, episode, wanted, turn.value)

    def _too_late(self, line: Line, episode: int, wanted: int) -> bool:
        tried = line.tries.get(episode)
        return bool(self.env.now - (tried[1] if tried else wanted) > line.patience)
