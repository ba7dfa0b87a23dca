"""Messages that have got stuck on their way until later ones overtake them."""

from collections.abc import Callable
from dataclasses import dataclass, field

Way = tuple[str, str]
"""Kinds of organisation of sender and receiver."""


@dataclass(slots=True)
class Stuck:
    """A message under way that waits for a later one to overtake it."""

    way: Way
    sent: int
    known: int
    """When it arrives: at the latest, until another has overtaken it."""
    behind: int
    """Seconds that it comes behind the one that overtakes it."""
    passed: int | None = None
    """When the first that overtook it was known."""
    bits: int = 0
    """Kinds of information that it tells."""
    heard: bool = False
    """Whether those who waited for it have begun."""
    sooner: list[Callable[[int], object]] = field(default_factory=list)
    """Told when it will be known sooner than was thought."""


@dataclass(slots=True)
class Queue:
    """Messages that wait to be overtaken, by row of the resident they are about."""

    stuck: dict[int, list[Stuck]] = field(default_factory=dict)

    def put(self, row: int, one: Stuck) -> None:
        """A message has got stuck."""
        self.stuck.setdefault(row, []).append(one)

    def pass_by(self, row: int, way: Way, sent: int, known: int) -> None:
        """Another goes the same way, to be known at a second: those sent before it, and not there then, come after."""
        waiting = [one for one in self.stuck[row] if one.known > sent]
        for one in waiting:
            if one.way == way and sent > one.sent and known < one.known:
                one.passed = known if one.passed is None else min(one.passed, known)
                if known + one.behind < one.known:
                    one.known = known + one.behind
                    for tell in one.sooner:
                        tell(one.known)
        if waiting:
            self.stuck[row] = waiting
        else:
            del self.stuck[row]

    def passed(self, row: int, kind: str, now: int) -> int:
        """Bits of what is under way to an organisation of a kind, and has been overtaken by what is there already."""
        bits = 0
        for one in self.stuck.get(row, ()):
            if one.way[1] == kind and one.passed is not None and one.passed <= now < one.known:
                bits |= one.bits
        return bits
