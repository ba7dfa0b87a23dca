"""Collects every fault of one document, each with its line, so that a writer sees them all at once."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from simulator.documents import Document, Location
from simulator.domain.numbers import Number
from simulator.errors import InputError, nearest

ValueT = TypeVar("ValueT")


class Faults:
    """The faults found so far in one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._found: list[str] = []

    def add(self, location: Location, message: str) -> None:
        """Note a fault at a place in the document."""
        self._found.append(f"{self.document.where(*location)}: {message}")

    def note(self, where: str, message: str) -> None:
        """Note a fault at a place in another document."""
        self._found.append(f"{where}: {message}")

    def parse(self, location: Location, parser: Callable[[], ValueT], default: ValueT) -> ValueT:
        """What ``parser`` gives, or ``default`` and a fault when it raises ValueError."""
        try:
            return parser()
        except ValueError as error:
            self.add(location, str(error))
            return default

    def word(self, location: Location, word: str, valid: Iterable[str], what: str) -> bool:
        """Whether ``word`` is valid; a fault naming the nearest one when it is not."""
        words = list(valid)
        if word in words:
            return True
        self.add(location, f"unknown {what} '{word}'; {nearest(word, words)}")
        return False

    def above_zero(self, location: Location, number: Number | None) -> None:
        """Add a fault for a number of people or shares that others are divided by, when it is none at all."""
        if number is not None and not number.figures and number.constant == 0:
            self.add(location, f"'{location[-1]}' is 0, so nothing can be shared out on it")

    def stop(self) -> None:
        """Raise InputError when there are any, naming them all."""
        if self._found:
            raise InputError("\n  ".join(dict.fromkeys(self._found)))
