"""Messages that later ones overtake: from the same sender to the same receiver, about the same resident."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.care.lines import Line
from simulator.care.messages import NEVER

Ints = NDArray[np.int64]


def followed(line: Line) -> NDArray[np.bool_]:
    """In which episodes a later message is to go the same way, whatever becomes of this one."""
    step = line.plan.step
    waits = _after([follower for follower, _ in line.informed])
    found = np.zeros(len(line.rows), dtype=np.bool_)
    for other in _after([follower for follower, _ in line.followers]) - waits:
        if other.plan.step.sends and (other.plan.step.at, other.plan.step.to) == (step.at, step.to):
            found |= np.frombuffer(bytes(other.taken), dtype=np.bool_)
    return found


def _after(lines: list[Line]) -> set[Line]:
    """Steps and all that follow from them."""
    found: set[Line] = set()
    while lines:
        line = lines.pop()
        if line not in found:
            found.add(line)
            lines += [follower for follower, _ in (*line.followers, *line.informed)]
    return found


def overtaken(at: Ints, known: Ints, way: Ints, some: Ints) -> NDArray[np.bool_]:
    """Of ``some`` messages (rows), which became known after one that was sent later on the same way.

    ``at`` and ``known`` are seconds (``messages.NEVER`` for never), ``way`` a number for sender, receiver and resident
    together; -1 where no message is sent.
    """
    others = np.flatnonzero(np.isin(way, way[some]) & (known < NEVER))
    one = pl.DataFrame({"row": np.arange(len(some)), "way": way[some], "at": at[some], "known": known[some]})
    other = pl.DataFrame({"way": way[others], "later": at[others], "there": known[others]})
    passed = one.join(other, on="way").filter((pl.col("later") > pl.col("at")) & (pl.col("there") < pl.col("known")))
    return np.isin(np.arange(len(some)), passed["row"].to_numpy())
