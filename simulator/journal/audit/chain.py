"""Chains the lines of the audit trail, so that none can be removed or changed without it showing.

Each line's hash is SHA-256 over the hash before it and everything the line says. Whoever changes a line must change
every hash after it, and so the last one: a head that was noted elsewhere (``SEQ:HASH``, as the check prints it) then no
longer fits.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from simulator.journal.storage.seam import Connection

_LINES: Final = (
    "SELECT seq, recorded, interaction, status, target, query, client, links, agent, hash FROM audit"
    " WHERE seq > ? ORDER BY seq LIMIT 2000"
)


def link(before: bytes, line: tuple[Any, ...]) -> bytes:
    """The hash of a line (its columns but the hash, in the table's order) that follows the line of hash ``before``."""
    return hashlib.sha256(before + "\x1f".join(map(str, line)).encode()).digest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the chain found.

    Attributes:
        lines: How many lines are chained.
        unchained: How many there were before the journal began to chain.
        head: ``SEQ:HASH`` of the last line.
        fault: What is wrong, and where; empty when nothing is.
    """

    lines: int
    unchained: int
    head: str
    fault: str


def verify(connection: Connection, head: str = "") -> Verdict:
    """Walks the whole trail; ``head`` is one noted earlier, which must still be in it."""
    before, lines, unchained, last = b"", 0, 0, 0
    wanted, _, digest = head.partition(":")
    met = not head
    for seq, *line, found in _walk(connection):
        if seq != last + 1:
            return Verdict(lines, unchained, f"{last}:{before.hex()}", f"lines {last + 1} to {seq - 1} are missing")
        last = seq
        if found is None and not lines:
            unchained += 1
            continue
        if found is None or link(before, (seq, *line)) != bytes(found):
            return Verdict(lines, unchained, f"{seq - 1}:{before.hex()}", f"line {seq} is not what was written")
        before, lines = bytes(found), lines + 1
        if wanted == str(seq):
            met = before.hex() == digest
    fault = "" if met else f"the head {head[:24]}… noted earlier is no longer in the trail"
    return Verdict(lines, unchained, f"{last}:{before.hex()}", fault)


def _walk(connection: Connection) -> Iterable[tuple[Any, ...]]:
    last = 0
    while lines := connection.rows(_LINES, [last]):
        yield from lines
        last = lines[-1][0]
