"""What the logistics messages about one patient say of hospital stays, in whatever order they arrived.

The messages are told over in the order they were sent. A stay begins with an admission and ends with a discharge or a
death; what was sent after its end changes nothing of it. So any order of arrival gives the same stays.
"""

from dataclasses import dataclass, field
from typing import Final

RANK: Final = {"admitted": 0, "ready": 1, "withdrawn": 2, "discharged": 3, "died": 4}
ENDS: Final = frozenset({"discharged", "died"})


@dataclass(frozen=True, slots=True)
class Told:
    """One message.

    Attributes:
        name: What it is kept as.
        says: A key of ``RANK``.
        sent: When, in milliseconds since 1970 UTC.
        at: The same, as the message writes it.
        stay: The name of the stay it was last counted to; empty for a new one.
    """

    name: str
    says: str
    sent: int
    at: str
    stay: str = ""


@dataclass(slots=True)
class Stay:
    """One stay in hospital.

    Attributes:
        messages: What told of it, in the order sent.
        start: When it was first heard of.
        end: When it ended; empty while it lasts.
        died: Whether it ended with a death.
        ready: The message by which the patient is ready for discharge now; empty when none.
        withdrawn: Reports of being ready that were taken back, or replaced by a later one.
        idle: Messages that changed nothing, as they were sent after its end or took back what was not there.
    """

    start: str
    messages: list[Told] = field(default_factory=list)
    end: str = ""
    died: bool = False
    ready: str = ""
    withdrawn: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)


def stays(messages: list[Told]) -> list[Stay]:
    """The stays, first to last."""
    found: list[Stay] = []
    for told in sorted(messages, key=lambda one: (one.sent, RANK[one.says], one.name)):
        if not found or (found[-1].end and told.says == "admitted"):
            found.append(Stay(told.at))
        stay = found[-1]
        stay.messages.append(told)
        if stay.end:
            stay.idle.append(told.name)
        else:
            _follow(stay, told)
    return found


def _follow(stay: Stay, told: Told) -> None:
    if told.says == "ready":
        stay.withdrawn += [stay.ready] if stay.ready else []
        stay.ready = told.name
    elif told.says == "withdrawn":
        if stay.ready:
            stay.withdrawn.append(stay.ready)
        else:
            stay.idle.append(told.name)
        stay.ready = ""
    elif told.says in ENDS:
        stay.end, stay.died = told.at, told.says == "died"
