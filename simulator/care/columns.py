"""The columns of care events that tell of systems, messages, what was known, and what it cost."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.care.engine import CAME, EXTRA, LACKS, OVERTIME, PASSED, POSTPONED, Engine
from simulator.care.knowledge import words_of
from simulator.care.lines import Line
from simulator.care.messages import HELD_BACK, LATE, NEVER, OVERTAKEN
from simulator.care.outages import Outages
from simulator.care.overtaking import overtaken
from simulator.care.roads import DELIVERED, NOT_SENT, SHARED
from simulator.domain.systems import FATES, ROADS, SYSTEMS
from simulator.domain.tables import EVENTS, INSTANT

Ints = NDArray[np.int64]
Of = TypeVar("Of")


def columns_of(engine: Engine, lines: Sequence[Line], rows: Ints, people: Ints) -> dict[str, pl.Series]:
    """The columns by name, for the engine's rows; ``people`` are the rows of the residents."""
    system = np.zeros(len(rows), dtype=np.uint32)
    road, fate = np.zeros(len(rows), dtype=np.uint32), np.full(len(rows), NOT_SENT, dtype=np.uint32)
    known, reminders = np.full(len(rows), NEVER, dtype=np.int64), np.zeros(len(rows), dtype=np.uint8)
    for line, of in by_line(lines, rows[:, 4]):
        system[of] = engine.users.codes(line.plan.step.at)[people[of]]
        if not line.plan.step.sends:
            continue
        if line.delivery is None:
            road[of], fate[of], known[of] = SHARED, DELIVERED, rows[of, 0]
            continue
        episode, sent = rows[of, 5], rows[of, 0]
        road[of], fate[of] = line.delivery.road[episode], line.delivery.fate[episode]
        known[of] = known_at(engine, line, sent, line.delivery.delay[episode], people[of])
        for place in np.flatnonzero(np.isin(episode, list(line.stuck))) if line.stuck else ():
            known[of[place]] = line.stuck[int(episode[place])].known
        if line.delivery.reminders is not None:
            reminders[of] = (line.delivery.reminders.sent[:, episode] < known[of] - sent).sum(axis=0)
    _judge(lines, rows, people, known, fate)
    return {
        "system": _named(system, SYSTEMS),
        "road": _named(road, ROADS),
        "fate": _named(fate, FATES),
        "known": instants(known, engine.plan.clock.origin),
        "reminders": pl.Series(reminders),
        "reminder": pl.Series(np.zeros(len(rows), dtype=np.uint8)),
        "lacks": _words(rows[:, LACKS]),
        "late_info": _words(rows[:, CAME]),
        "out_of_order": _words(rows[:, PASSED]),
        "extra_s": pl.Series(rows[:, EXTRA], dtype=pl.Int32),
        "overtime_s": pl.Series(rows[:, OVERTIME], dtype=pl.Int32),
        "postponed": pl.Series(rows[:, POSTPONED], dtype=pl.UInt8),
    }


def _judge(lines: Sequence[Line], rows: Ints, people: Ints, known: Ints, fate: NDArray[np.uint32]) -> None:
    """Say of the messages that were held back which of them others overtook; the rest were late."""
    some = np.flatnonzero(np.isin(fate, HELD_BACK))
    if not len(some):
        return
    steps = [line.plan.step for line in lines]
    ways = {way: n for n, way in enumerate(dict.fromkeys((step.at, step.to) for step in steps if step.sends))}
    of_line = np.array([ways[step.at, step.to] if step.sends else -1 for step in steps])[rows[:, 4]]
    way = np.where(of_line < 0, -1, people * len(ways) + of_line)
    fate[some] = np.where(overtaken(rows[:, 0], known, way, some), OVERTAKEN, LATE)


def by_line(lines: Sequence[Of], line: Ints) -> Iterator[tuple[Of, Ints]]:
    """Each line that has any rows, and which those are."""
    order = np.argsort(line, kind="stable")
    bounds = np.searchsorted(line[order], np.arange(len(lines) + 1))
    for number, one in enumerate(lines):
        if bounds[number] < bounds[number + 1]:
            yield one, order[bounds[number] : bounds[number + 1]]


def known_at(engine: Engine, line: Line, at: Ints, delay: Ints, people: Ints) -> Ints:
    """When each message, sent at a second and under way so long (-1 for ever), was known: as ``effects`` says for one.

    ``NEVER`` for those that never were.
    """
    knowledge, step = engine.knowledge, line.plan.step
    outages = Outages((), engine.users) if knowledge is None else knowledge.outages
    leaves = outages.ups(step.at, engine.users.codes(step.at)[people], at)
    arrives = outages.ups(step.to, engine.users.codes(step.to)[people], leaves + delay)
    return np.where(delay < 0, NEVER, arrives)


def _named(codes: NDArray[np.uint32], words: Sequence[str]) -> pl.Series:
    return pl.Series(words, dtype=pl.Enum(words)).gather(codes)


def instants(seconds: Ints, origin: int) -> pl.Series:
    """Seconds after the period's start as instants; null for ``NEVER``."""
    there = seconds < NEVER
    instants = pl.Series((np.where(there, seconds, 0) + origin) * 1000, dtype=pl.Int64).cast(INSTANT)
    return instants.zip_with(pl.Series(there), pl.Series([None], dtype=INSTANT))


def _words(bits: Ints) -> pl.Series:
    """The kinds of information of each row's bits."""
    kinds, which = np.unique(bits, return_inverse=True)
    return pl.Series([words_of(kind) for kind in kinds.tolist()], dtype=EVENTS["lacks"]).gather(which)
