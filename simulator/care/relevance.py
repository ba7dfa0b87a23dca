"""Whom it can make a difference what is recorded, told and looked up: nothing need be remembered of all the others.

A kind of organisation can lack something of a resident only if it looks for it, and if another kind of organisation
holds it in a system that the two do not share. What steps each resident is to have is decided beforehand, so who these
are is known before anything happens. It is a question about the resident alone, whoever else is in the shard.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.care.knowledge import Knowledge
from simulator.care.lines import Line
from simulator.care.roads import BIT
from simulator.domain.information import GIVES

Rows = NDArray[np.int64]
Bits = NDArray[np.int32]
"""Bits of kinds of information, by resident."""


def gives(line: Line) -> set[int]:
    """Bits of the kinds of information that a step records."""
    return {BIT[kind] for record in line.plan.step.records for kind in GIVES.get(record, ())}


@dataclass(frozen=True, slots=True)
class _Some:
    """Some residents, with bits of each."""

    rows: Rows
    bits: Bits


class Relevance:
    """Who looks for what, who holds it elsewhere, and who may therefore lack it; nothing breaks down meanwhile."""

    def __init__(self, knowledge: Knowledge, lines: Iterable[Line]) -> None:
        self._knowledge = knowledge
        looks: dict[str, Bits] = {}
        holds: dict[str, Bits] = {}
        for line in lines:
            rows = _rows(line)
            self._add(looks, line, rows, line.looks)
            self._add(holds, line, rows, sum(gives(line)) & knowledge.followed)
        self._looks = {kind: _some(bits) for kind, bits in looks.items()}
        """By kind of organisation what it looks for, of whom."""
        self._holds = holds
        """By kind of organisation what it records in the simulation, of each resident."""
        self._lacks = {kind: self._lacking_at(kind, of) for kind, of in self._looks.items()}
        """By kind of organisation what it may lack, of whom."""
        self._needed = cache(self._needed_from)
        self._lacked = cache(self._lacked_by_others)

    def looked(self, line: Line) -> bytes:
        """By episode whether anything may be lacking for a step that looks for something."""
        return _those(line, self._dense([self._lacks[line.plan.step.at]]), line.looks)

    def recorded(self, line: Line, bits: int) -> bytes:
        """By episode whether it makes a difference to others that a step records what it does."""
        return _those(line, self._needed(line.plan.step.at), bits)

    def told(self, line: Line, carries: int) -> bytes:
        """By episode whether what a step's message tells can make up for what somebody lacks."""
        return _those(line, self._lacked(line.plan.step.at), carries)

    def _add(self, to: dict[str, Bits], line: Line, rows: Rows, bits: int) -> None:
        if bits:
            kind = line.plan.step.at
            if kind not in to:
                to[kind] = self._dense(())
            to[kind][rows] |= bits

    def _dense(self, of: Iterable[_Some]) -> Bits:
        """Bits of each resident from those of some."""
        found = np.zeros(len(self._knowledge.site.people.resident), dtype=np.int32)
        for some in of:
            found[some.rows] |= some.bits
        return found

    def _lacking_at(self, kind: str, of: _Some) -> _Some:
        """What an organisation looks for, and others hold that it shares no system with."""
        found = np.zeros(len(of.rows), dtype=np.int32)
        for holder, bits in self._holds.items():
            found |= np.where(self._knowledge.separate(holder, kind, of.rows), bits[of.rows], 0)
        for bit, holder, has in self._knowledge.before:
            asked = np.flatnonzero((of.bits & ~found & bit != 0) & has[of.rows])
            found[asked] |= np.where(self._knowledge.unknown_before(bit, holder, kind, of.rows[asked]), bit, 0)
        return _Some(of.rows, of.bits & found)

    def _needed_from(self, holder: str) -> Bits:
        """What others look for that share no system with a holder."""
        looks = [(kind, of) for kind, of in self._looks.items() if kind != holder]
        apart = (self._knowledge.separate(holder, kind, of.rows) for kind, of in looks)
        return self._dense(_Some(of.rows[yes], of.bits[yes]) for (_, of), yes in zip(looks, apart, strict=True))

    def _lacked_by_others(self, sender: str) -> Bits:
        """What anybody but a sender may lack."""
        return self._dense(of for kind, of in self._lacks.items() if kind != sender)


def _some(bits: Bits) -> _Some:
    rows = np.flatnonzero(bits)
    return _Some(rows, bits[rows])


def _rows(line: Line) -> Rows:
    """The residents whom a step happens to; one that goes out besides the others may happen to everybody."""
    rows = _every(line)
    return rows[np.frombuffer(bytes(line.taken), dtype=np.bool_)] if len(line.taken) else rows


def _those(line: Line, bits: Bits, mask: int) -> bytes:
    return bytes((bits[_every(line)] & mask != 0).tobytes())


def _every(line: Line) -> Rows:
    """The row of each episode's resident."""
    return np.asarray(line.rows, dtype=np.int64)
