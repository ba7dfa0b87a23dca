"""What crosses between municipalities: requests to an organisation that several have together, and its replies.

A letter is under way for the organisation's hand-over time, whoever simulates its two ends. So nobody needs to hear
from anybody else before that time has passed, and letters can be delivered in one order however the work is shared out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from simpy import Environment

NO_PLACE: Final = -1


class Request(NamedTuple):
    """A step is wanted of an organisation; the first five fields say in what order letters are delivered."""

    arrives: int
    resident: int
    pathway: int
    step: int
    number: int
    """Which of the resident's episodes of the pathway."""
    owner: str
    """The organisation, such as ``55/hospital``."""
    sender: int
    """The shard that asks."""
    episode: int
    """The episode's place in that shard."""
    wanted: int
    since: int
    """From when patience counts."""
    priority: int
    travel: int
    takes: int
    place: int
    """Number of the place that the step has already; ``NO_PLACE`` for none."""
    dies: int
    """The second after which nobody wants it any more, as the resident has died; ``messages.NEVER`` for none."""


class Release(NamedTuple):
    """A place is free again."""

    arrives: int
    resident: int
    pathway: int
    step: int
    number: int
    owner: str
    place: int


class Reply(NamedTuple):
    """The step is done, or was given up."""

    arrives: int
    resident: int
    pathway: int
    step: int
    number: int
    sender: int
    """The shard that asked."""
    episode: int
    done: bool
    """False when it was given up: nobody came in time, or the resident died."""
    at: int
    began: int
    staff: int
    place: int
    """Number of the place that the step has; ``NO_PLACE`` for none."""
    overtime: int


Letter = Request | Release | Reply


def in_order(letters: Iterable[Letter]) -> list[Letter]:
    """Letters in the order in which they are delivered: a free place before a new request."""
    return sorted(letters, key=lambda letter: (*letter[:5], isinstance(letter, Request)))


@dataclass(slots=True)
class Elsewhere:
    """Where a line's step is done, when that is an organisation of several municipalities."""

    owners: list[str]
    """The organisation, by episode."""
    hand_over: int
    """Seconds that a letter is under way."""
    about: tuple[int, int]
    """Places of pathway and step in the plan."""
    resident: Sequence[int]
    number: Sequence[int]
    asked: dict[int, tuple[int, Any]] = field(default_factory=dict)
    """Episode to when the step was wanted, and what was lacking (``knowledge.Lack`` or None), until a reply comes."""

    def key(self, episode: int, now: int) -> tuple[int, int, int, int, int]:
        """The first fields of a letter about an episode sent now."""
        return (now + self.hand_over, self.resident[episode], *self.about, self.number[episode])


@dataclass(frozen=True, slots=True)
class FarPlaces:
    """Places of organisations elsewhere: taken there, and given back by letter."""

    env: Environment
    outbox: list[Letter]
    elsewhere: Elsewhere

    def __getitem__(self, episode: int) -> "FarPlace":
        return FarPlace(self, episode)


class FarPlace(NamedTuple):
    """The place that a step took elsewhere in an episode."""

    places: FarPlaces
    episode: int

    def take(self) -> int:
        """None can be had from here."""
        return NO_PLACE

    def give_back(self, number: int) -> int:
        """It is free again, as soon as the letter that says so has arrived."""
        env, outbox, elsewhere = self.places.env, self.places.outbox, self.places.elsewhere
        outbox.append(Release(*elsewhere.key(self.episode, env.now), elsewhere.owners[self.episode], number))
        return 0
