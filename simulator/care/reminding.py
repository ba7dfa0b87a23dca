"""Reminders (purringer) as events: each is sent again by whoever sent the message, to the same receiver."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.care.columns import by_line, instants, known_at
from simulator.care.engine import Engine
from simulator.care.lines import Line, Reminders, Work
from simulator.care.messages import LATE, NEVER, OVERTAKEN
from simulator.domain.systems import FATES
from simulator.domain.tables import EVENTS
from simulator.streams import stream

Ints = NDArray[np.int64]


def with_reminders(
    engine: Engine, lines: Sequence[tuple[Work, Line]], rows: Ints, people: Ints, events: pl.DataFrame
) -> pl.DataFrame:
    """Those of the events (``tables.EVENTS``) that are in the period, and beside them the reminders sent in it.

    ``rows`` are the engine's, in the order of the events, ``people`` the rows of their residents.
    """
    some = np.flatnonzero(events["reminders"].to_numpy())
    inside = rows[:, 0] >= 0
    parts = [events if inside.all() else events.filter(pl.Series(inside))]
    for (work, line), of in by_line(lines, rows[some, 4]) if len(some) else ():
        assert line.delivery is not None
        assert line.delivery.reminders is not None
        messages, times = some[of], events["reminders"].to_numpy()[some[of]]
        for n in range(int(times.max())):
            part = _sent(engine, (work, line), n, _Messages(rows, people, messages[times > n], events))
            parts.append(part)
    return pl.concat(parts) if len(parts) > 1 else parts[0]


class _Messages:
    """Messages of one line that take a reminder."""

    def __init__(self, rows: Ints, people: Ints, of: Ints, events: pl.DataFrame) -> None:
        self.sent, self.episode, self.people = rows[of, 0], rows[of, 5], people[of]
        self.events = events[of]


def _sent(engine: Engine, one: tuple[Work, Line], n: int, messages: _Messages) -> pl.DataFrame:
    """The n-th reminders of messages."""
    work, line = one
    assert line.delivery is not None
    told: Reminders | None = line.delivery.reminders
    assert told is not None
    again, came = told.sent[n, messages.episode], told.came[n, messages.episode]
    at = messages.sent + again
    known = known_at(engine, line, at, np.where(came >= NEVER, -1, came - again), messages.people)
    fate = told.fate[n, messages.episode]
    fate = np.where(fate == OVERTAKEN, LATE, fate).astype(np.uint32)
    took = _took(engine, work, line, n, messages.episode)
    origin = engine.plan.clock.origin
    reminders = messages.events.with_columns(
        at=instants(at, origin),
        began=instants(at - took, origin),
        wanted=instants(at - took, origin),
        due=pl.lit(None, EVENTS["due"]),
        step=pl.col("step") + "-reminder",
        staff=pl.col("staff") if line.plan.reminding is not None else pl.lit(-1, pl.Int32),
        channel=pl.lit("message"),
        place=pl.lit(None, pl.String),
        known=instants(known, origin),
        fate=pl.Series(FATES, dtype=pl.Enum(FATES)).gather(fate),
        reminder=pl.lit(n + 1, pl.UInt8),
        **{name: pl.lit(0, EVENTS[name]) for name in ("reminders", "extra_s", "overtime_s", "postponed")},
        **{name: pl.col(name).list.head(0) for name in ("records", "reads", "lacks", "late_info", "out_of_order")},
    )
    return reminders.filter(pl.Series((at >= 0) & (at < engine.plan.end)))


def _took(engine: Engine, work: Work, line: Line, n: int, episode: Ints) -> Ints:
    """Seconds that whoever sends each reminder works on it; nothing when the system does."""
    if line.plan.reminding is None:
        return np.zeros(len(episode), dtype=np.int64)
    keys = engine.site.people.take(work.episodes.row[episode], work.episodes.number[episode])
    draws = stream(engine.plan.seed, "care", work.plan.pathway.name, line.plan.step.id, "reminding", n)
    return np.maximum(line.plan.reminding.seconds(draws, keys), 0)
