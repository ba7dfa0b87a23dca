"""Whoever simulates, wherever that is: asked for what it does, and answering when it is done."""

from concurrent.futures import Future
from typing import Any, Protocol


class Colleague(Protocol):
    """A station, wherever it is. It does one thing at a time, in the order asked."""

    far: bool
    """Whether it sees no file of this machine."""

    def ask(self, method: str, *given: Any) -> "Future[Any]":
        """Have it carry out a method of a station; the future is done when it has."""
        ...


Crew = list[Colleague]


class Here:
    """Somebody in this process."""

    far = False

    def __init__(self, station: object) -> None:
        self._station = station

    def ask(self, method: str, *given: Any) -> "Future[Any]":
        """Do it at once."""
        future: Future[Any] = Future()
        future.set_result(getattr(self._station, method)(*given))
        return future
