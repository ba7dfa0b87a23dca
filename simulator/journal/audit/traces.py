"""What the audit trail says of who looked at whom, gathered by person and patient."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from simulator.journal.errors import refuse
from simulator.journal.store import Reader

Json = dict[str, Any]
MOST_LINES: Final = 200_000
WRITES: Final = frozenset({"create", "update", "patch", "delete"})
OWN_AUTHORITY: Final = frozenset({"break the glass", "self-authorised acute care"})
_LINES: Final = (
    "SELECT seq, recorded, interaction, status, links, agent FROM audit"
    " WHERE recorded >= ? AND recorded < ? AND agent <> '' ORDER BY seq LIMIT ?"
)


@dataclass(slots=True)
class Trace:
    """What one professional did with one patient's record.

    Attributes:
        hpr: Who.
        name: His name, as the token told it.
        person: His own record, ``Patient/id``; empty when he has none here.
        place: The organisation number of where he worked.
        patient: Whose record, ``Patient/id``.
        looks: The lines of the trail (the AuditEvents' ids) in which something was shown.
        first, last: When he looked first and last, in microseconds.
        wrote: Whether he also wrote in the record.
        bases: What access rested on.
    """

    hpr: str
    name: str
    person: str
    place: str
    patient: str
    first: int = 0
    last: int = 0
    wrote: bool = False
    looks: list[int] = field(default_factory=list)
    bases: set[str] = field(default_factory=set)

    @property
    def overrode(self) -> bool:
        """Whether he let himself in on his own authority."""
        return bool(self.bases & OWN_AUTHORITY)


@dataclass(frozen=True, slots=True)
class Traces:
    """All traces of a period, and who is known as staff where: ``Patient/id`` to places of work."""

    found: list[Trace]
    staff: dict[str, set[str]]

    def patients_of(self) -> dict[str, int]:
        """How many patients each professional looked at."""
        counted: dict[str, int] = defaultdict(int)
        for trace in self.found:
            counted[trace.hpr] += bool(trace.looks)
        return counted


def traces(reader: Reader, begin: int, end: int) -> Traces:
    """The traces of a period in microseconds.

    Raises:
        FhirError: 422, the trail of the period is longer than can be looked through at once.
    """
    rows = reader.rows(_LINES, (begin, end, MOST_LINES + 1))
    if len(rows) > MOST_LINES:
        raise refuse(422, "too-costly", f"more than {MOST_LINES} lines of the trail; ask for a shorter period")
    found: dict[tuple[str, str], Trace] = {}
    staff: dict[str, set[str]] = defaultdict(set)
    for seq, recorded, interaction, status, links, agent in rows:
        told = orjson.loads(agent)
        if told.get("role") != "professional" or "hpr" not in told or status >= 400:
            continue
        person, place = told.get("person", ""), told.get("place", "")
        if person:
            staff[person].add(place)
        for patient in (ref for ref in links.split() if ref.startswith("Patient/")):
            key = (told["hpr"], patient)
            trace = found.get(key)
            if trace is None:
                trace = found[key] = Trace(told["hpr"], told.get("name", ""), person, place, patient, recorded)
            _follow(trace, seq, recorded, interaction, told)
    return Traces([trace for trace in found.values() if trace.looks], staff)


def _follow(trace: Trace, seq: int, recorded: int, interaction: str, told: Json) -> None:
    trace.last = recorded
    if interaction in WRITES:
        trace.wrote = True
    else:
        trace.looks.append(seq)
        trace.bases.add(str(told.get("basis", "")))
