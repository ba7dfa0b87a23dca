"""A pathway's steps over all its episodes: lists of what is decided beforehand, and counts of what came of it."""

from array import array
from collections.abc import Callable, MutableSequence, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.care.demand import Episodes
from simulator.care.letters import Elsewhere, FarPlaces
from simulator.care.plan import PathwayPlan, StepPlan
from simulator.care.pool import Crowd, Pool
from simulator.care.stuck import Stuck

PATIENT = 10**9
"""Patience of those who wait for ever, in seconds."""

NO_DEADLINE = -(10**9)
"""The second at which a step without a deadline is due."""

Whole = MutableSequence[int]
Numbers = Whole | dict[int, int]
"""A number for every episode, or for those that come along."""
Effect = Callable[[int, int], None]
"""What follows from a step being done: called with the episode and the second."""


@dataclass(frozen=True, slots=True)
class Reminders:
    """The reminders of a line's messages, should these not be known before; shapes (reminders, episodes)."""

    sent: NDArray[np.int64]
    """Seconds from the message to each; very many for none."""
    came: NDArray[np.int64]
    """Seconds from the message to when each is known; very many for never."""
    fate: NDArray[np.int8]
    """Place in ``systems.FATES``, as drawn."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What becomes of a line's messages, by episode."""

    road: NDArray[np.int8]
    """Place in ``systems.ROADS``."""
    fate: NDArray[np.int8]
    """Place in ``systems.FATES``, as drawn for the message as it was first sent."""
    delay: NDArray[np.int64]
    """Seconds from sent to known, reminders included; -1 when it never arrives."""
    reminders: Reminders | None
    """None where nobody waits for a receipt."""
    stuck: dict[int, int]
    """Of those that wait to be overtaken, and then come so many seconds behind; their delay is the longest."""


@dataclass(slots=True, eq=False)
class Line:
    """One step over all episodes of a pathway."""

    number: int
    plan: StepPlan
    rows: Whole
    """The row of each episode's resident."""
    taken: Sequence[int]
    """Whether it is to happen, by episode."""
    takes: Numbers | None
    travel: Numbers | None
    priority: Numbers
    patience: int
    hands: list[Pool | Crowd] | dict[int, Pool | Crowd] | None
    """Those who do it, by episode."""
    nobody: int
    """Staff number when no time is spent: -1 for citizens and systems."""
    floor: Whole | None = None
    """Earliest second, for a step that waits for its appointment."""
    opens: Callable[[int, int], int] | None = None
    """From an episode and a second to the next second at which the step may begin."""
    followers: list[tuple["Line", Whole | None]] = field(default_factory=list)
    informed: list[tuple["Line", Whole | None]] = field(default_factory=list)
    """Followers that wait until this step's message has arrived."""
    due: Callable[[int], int] | None = None
    met: bytearray = field(default_factory=bytearray)
    """By episode whether it was done, where it has a deadline."""
    preceding: int = 0
    pending: dict[int, list[int]] = field(default_factory=dict)
    """Episode to the count of steps still awaited and the latest second so far, for a step after several."""
    awaited: list["Line"] = field(default_factory=list)
    done_at: dict[int, int] | None = None
    """When it was done, kept where a deadline counts from it."""
    starts: list[tuple["Work", dict[int, int]]] = field(default_factory=list)
    """Pathways that it starts: of which episode of theirs each of this one's does."""
    effects: list[Effect] = field(default_factory=list)
    elsewhere: Elsewhere | None = None
    """Where it is done, when that is an organisation of several municipalities."""
    places: list[Pool] | dict[int, Pool] | FarPlaces | None = None
    """Where it waits for a place, by episode."""
    until: "Line | None" = None
    """The step whose end frees the place."""
    stays: list["Line"] = field(default_factory=list)
    """The steps of the same pathway that occupy places."""
    held: dict[int, int] = field(default_factory=dict)
    """Episode to the number of the place it has."""
    tries: dict[int, list[int]] = field(default_factory=dict)
    """Episode to how often it was put off and the second of the last try."""
    delivery: Delivery | None = None
    arrives: Callable[[int, int], int] | None = None
    """From an episode and the second sent to the second its message is known; ``messages.NEVER`` when it is lost."""
    stuck: dict[int, Stuck] = field(default_factory=dict)
    """Episode to its message that waits, or waited, to be overtaken."""
    asked: dict[int, int] = field(default_factory=dict)
    """Episode to the bits of what an answer is to tell."""
    looks: int = 0
    """Bits of the kinds of information (``knowledge.BIT``) that may not be there when it begins."""
    looked: bytes = b""
    """By episode whether any of it may not be there."""
    extra: Whole | None = None
    """Seconds it takes longer when something is not there."""
    inquiry: "Line | None" = None
    answer: "Line | None" = None
    answered: Whole | None = None
    mortal: bool = False
    """Whether it is not done for the dead."""
    wanted: int = 0
    done: int = 0
    missed: int = 0
    under_way: int = 0
    put_off: int = 0
    """How many wait for their next try."""


TIES: Final = (
    "followers",
    "informed",
    "due",
    "awaited",
    "starts",
    "effects",
    "places",
    "until",
    "stays",
    "arrives",
    "stuck",
)
"""Fields of a line that lead to others, or back to itself."""


@dataclass(slots=True, eq=False)
class Work:
    """A pathway's episodes."""

    plan: PathwayPlan
    episodes: Episodes
    parts: list[range]
    """The episodes of each municipality that has any; none where other pathways start them."""
    start: Whole
    lines: list[Line]
    """Those of the pathway's steps, then those of inquiries and answers."""
    roots: list[Line]


def packed(numbers: NDArray[np.integer]) -> Whole:
    """Whole numbers as plain ones in an eighth of a list's memory."""
    found = array("q")
    found.frombytes(numbers.astype(np.int64).tobytes())
    return found
