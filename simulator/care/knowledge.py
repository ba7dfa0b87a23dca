"""Who knows what of whom: each organisation's record holds what it recorded, can look up, or was told, and no more.

Of every kind of information only the newest that each kind of organisation recorded of a resident is followed: who does
not know it lacks it, whatever older ones they know. Facts are recorded when a step is done and looked for when work
begins, in the order of simulated time, so nobody can know a fact before it could have come to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.care.lines import Whole, packed
from simulator.care.messages import NEVER
from simulator.care.outages import Outages
from simulator.care.roads import API, BIT, SHARED, SystemsPlan
from simulator.care.site import Site
from simulator.care.stuck import Queue
from simulator.care.users import Users
from simulator.domain.information import READS
from simulator.streams import Stream, stream

BEFORE: Final = -NEVER
"""When facts from before the period were recorded."""


@dataclass(slots=True)
class Fact:
    """The newest of its kind that one kind of organisation recorded of one resident."""

    holder: str
    bit: int
    at: int
    """When it could be seen in the holder's system."""
    found: int
    """When others could fetch it on demand."""
    reached: dict[str, int] = field(default_factory=dict)
    """Kind of organisation to when a message with it arrived."""


@dataclass(slots=True)
class Lack:
    """Something was not there when work began."""

    kind: str
    bits: int
    began: int
    extra: int
    came: int = 0
    """Bits of what came later, before the end of the simulation."""
    passed: int = 0
    """Bits of what was under way in a message that a later one had overtaken."""
    row: int = -1
    """Row of the event."""


class _Codes(dict[str, bytes]):
    """By kind of organisation, the system of each resident's; worked out when first asked for."""

    def __init__(self, users: Users) -> None:
        super().__init__()
        self._users = users

    def __missing__(self, kind: str) -> bytes:
        self[kind] = found = self._users.codes(kind).astype(np.uint8).tobytes()
        return found


@dataclass
class Knowledge:
    """What is known of the residents of one shard, by whom."""

    site: Site
    plan: SystemsPlan
    users: Users
    outages: Outages
    facts: dict[int, dict[tuple[str, int], Fact]] = field(default_factory=dict)
    open: dict[int, list[Lack]] = field(default_factory=dict)
    queue: Queue = field(default_factory=Queue)
    """Messages that wait to be overtaken."""
    _pasts: dict[tuple[int, str], tuple[Stream, float]] = field(default_factory=dict)
    followed: int = sum(BIT.values())
    """Bits of the kinds of information that anybody may lack; what else there was before the period is left out."""

    @cached_property
    def _codes(self) -> "_Codes":
        return _Codes(self.users)

    @cached_property
    def _shared(self) -> list[list[bool]]:
        found: list[list[bool]] = (self.plan.road == SHARED).tolist()
        return found

    @cached_property
    def _fetches(self) -> list[list[int]]:
        """Bits fetched on demand; a pair whose road is ``api`` fetches everything."""
        found: list[list[int]] = np.where(self.plan.road == API, sum(BIT.values()), self.plan.fetches).tolist()
        return found

    def settle(self) -> None:
        """Work out what there was before the period, for which the people must be known."""
        self._at_first  # noqa: B018  a property that is worked out once
        self.__dict__.pop("before")

    @cached_property
    def before(self) -> list[tuple[int, str, NDArray[np.bool_]]]:
        """Per kind of information: who holds it from before the period, and of which residents."""
        held = []
        for base in self.plan.baseline:
            if base.by in self.site.plan.organisations and BIT[base.kind] & self.followed:
                has = self.site.truth(base.where) & self.site.has(base.by)
                held.append((BIT[base.kind], base.by, has))
        return held

    @cached_property
    def _told(self) -> dict[int, float]:
        return {BIT[base.kind]: base.told for base in self.plan.baseline}

    def system(self, kind: str) -> bytes:
        """By resident, the system of their organisation of a kind."""
        return self._codes[kind]

    def apart(self, holder: str, reader: str) -> bool:
        """Whether somebody's organisation of one kind may not share a system with theirs of the other kind.

        A question about the study: were it one about the people of a shard, what shares a shard would decide which
        steps look, and so the order of things of one second.
        """
        pairs = product(self.users.possible(holder), self.users.possible(reader))
        return holder != reader and any(self.plan.road[pair] != SHARED for pair in pairs)

    def separate(self, holder: str, reader: str, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Of which residents an organisation of one kind does not share a system with theirs of the other kind."""
        if holder == reader:
            return np.zeros(len(rows), dtype=np.bool_)
        found: NDArray[np.bool_] = self.plan.road[self._pair(holder, reader, rows)] != SHARED
        return found

    def unknown_before(self, bit: int, holder: str, reader: str, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Of which residents a reader does not know what a holder held before the period, while no system is down."""
        found = self.separate(holder, reader, rows)
        found &= np.array(self._fetches)[self._pair(holder, reader, rows)] & bit == 0
        found[found] = ~self._were_told(bit, reader, rows[found])
        return found

    def _pair(self, holder: str, reader: str, rows: NDArray[np.int64]) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        return self.users.codes(holder)[rows], self.users.codes(reader)[rows]

    @cached_property
    def _at_first(self) -> tuple[list[dict[tuple[str, int], Fact]], Whole]:
        """The facts from before the period that residents have in common, and by resident which of these are theirs."""
        which = np.zeros(self.site.frame.height, dtype=np.int64)
        for place, (_, _, has) in enumerate(self.before):
            which |= has.astype(np.int64) << place
        patterns, of = np.unique(which, return_inverse=True)
        held = list(enumerate(self.before))
        common = [
            {(by, bit): Fact(by, bit, BEFORE, BEFORE) for place, (bit, by, _) in held if pattern >> place & 1}
            for pattern in patterns.tolist()
        ]
        return common, packed(of)

    def of(self, row: int) -> dict[tuple[str, int], Fact]:
        """The facts of a resident, to look at: those from before the period are shared with others."""
        found = self.facts.get(row)
        if found is None:
            common, which = self._at_first
            return common[which[row]]
        return found

    def own(self, row: int) -> dict[tuple[str, int], Fact]:
        """The facts of a resident, to add to or replace; one from before the period is replaced, never changed."""
        found = self.facts.get(row)
        if found is None:
            found = self.facts[row] = dict(self.of(row))
        return found

    def record(self, row: int, keys: Sequence[tuple[str, int]], at: int, found: int) -> None:
        """Something was recorded, by holder and bit; the newest of its kind takes the place of the one before."""
        known = self.own(row)
        for key in keys:
            fact = known.get(key)
            if fact is None or fact.at == BEFORE:
                known[key] = Fact(*key, at, found)
            else:
                fact.at, fact.found = at, found
                if fact.reached:
                    fact.reached = {}

    def knows(self, kind: str, fact: Fact, row: int, at: int) -> bool:
        """Whether the resident's organisation of that kind can know a fact at an instant."""
        if fact.holder == kind:
            return fact.at <= at
        codes = self._codes
        one, other = codes[fact.holder][row], codes[kind][row]
        if self._shared[one][other]:
            return fact.at <= at
        if self._fetches[one][other] & fact.bit and fact.found <= at and self._works(fact.holder, one, at):
            return True
        if fact.reached.get(kind, NEVER) <= at:
            return True
        return fact.at == BEFORE and self._was_told(fact.bit, kind, row)

    def lacking(self, row: int, kind: str, bits: int, at: int) -> tuple[int, int]:
        """Bits of what somebody recorded and an organisation of that kind cannot know at an instant.

        And of those the bits of what is under way to it, to be known before the end of the simulation.
        """
        missing = coming = 0
        for fact in self.of(row).values():
            # Most have nothing of the kind, or have it themselves: looked at here, for the sake of speed.
            if fact.bit & bits and not ((fact.holder == kind and fact.at <= at) or self.knows(kind, fact, row, at)):
                missing |= fact.bit
                if fact.reached and fact.reached.get(kind, NEVER) < self.site.plan.end:
                    coming |= fact.bit
        return missing, coming

    def down(self, kind: str, row: int, at: int) -> int:
        """When an organisation's system works again; 0 when it works."""
        up = self.outages.up(kind, self.system(kind)[row], at)
        return up if up != at else 0

    def tell(self, row: int, way: tuple[str, str], bits: int, at: int, known: int) -> int:
        """A message goes from one kind of organisation to another: it tells what its sender knows when it is sent.

        Gives the bits of what it tells. May be said once more, when it turns out that it will be known sooner.
        """
        sender, receiver = way
        told, facts = 0, self.own(row)
        for key, fact in facts.items():
            if fact.bit & bits and self.knows(sender, fact, row, at):
                reached = {**fact.reached, receiver: min(known, fact.reached.get(receiver, NEVER))}
                if fact.at == BEFORE:
                    facts[key] = Fact(*key, BEFORE, BEFORE, reached)
                else:
                    fact.reached = reached
                told |= fact.bit
        if known < self.site.plan.end:
            for lack in self.open.get(row, ()):
                if lack.kind == receiver and known > lack.began:
                    lack.came |= lack.bits & told
        return told

    def _works(self, kind: str, code: int, at: int) -> bool:
        return not self.outages.outages or self.outages.up(kind, code, at) == at

    def _was_told(self, bit: int, kind: str, row: int) -> bool:
        """Whether an organisation had been told what another held of a resident before the period."""
        draws, share = self._past(bit, kind)
        return draws.uniform(int(self.site.people.resident[row])) < share

    def _were_told(self, bit: int, kind: str, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        draws, share = self._past(bit, kind)
        found: NDArray[np.bool_] = draws.uniforms(self.site.people.resident[rows]) < share
        return found

    def _past(self, bit: int, kind: str) -> tuple[Stream, float]:
        """Draws and share of those who had been told."""
        key = (bit, kind)
        if key not in self._pasts:
            word = next(word for word, of in BIT.items() if of == bit)
            draws = stream(self.site.plan.seed, "care", "told", word, kind)
            self._pasts[key] = draws, self._told.get(bit, 0.0)
        return self._pasts[key]


def words_of(bits: int) -> list[str]:
    """The kinds of information of some bits, in the order of ``information.READS``."""
    return [word for word in READS if BIT[word] & bits]
