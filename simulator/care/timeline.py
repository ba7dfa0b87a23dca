"""Care events as a table: from the engine's rows to the schema, and their digest."""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.care.engine import NO_DEADLINE, Engine
from simulator.care.lines import Line, Work
from simulator.domain.scenario import Rate
from simulator.domain.tables import EVENTS, INSTANT
from simulator.streams import stream

ORDER: Final = ("at", "resident", "episode", "step")
ACCOUNTS: Final = {
    "pathway": pl.String,
    "step": pl.String,
    "wanted": pl.Int64,
    "done": pl.Int64,
    "missed": pl.Int64,
    "waiting": pl.Int64,
    "under_way": pl.Int64,
}


def empty_timeline() -> pl.DataFrame:
    """No events, in the schema of ``tables.EVENTS``."""
    return pl.DataFrame(schema=EVENTS)


def events_of(engine: Engine, rows: NDArray[np.int64]) -> pl.DataFrame:
    """The engine's rows in the columns of ``tables.EVENTS``, not yet numbered."""
    frames = [empty_timeline()]
    for work in engine.works:
        numbers = [line.number for line in work.lines]
        mine = rows[(rows[:, 4] >= numbers[0]) & (rows[:, 4] <= numbers[-1])]
        episodes = _episode_columns(engine, work)
        frames += [_frame(engine, line, mine[mine[:, 4] == line.number], episodes) for line in work.lines]
    return pl.concat(frames)


def accounts_of(engine: Engine) -> pl.DataFrame:
    """What became of every step that was wanted, warm-up included."""
    queued = engine.waiting()
    return pl.DataFrame(
        [
            (
                work.plan.pathway.name,
                line.plan.step.id,
                line.wanted,
                line.done,
                line.missed,
                queued.get(line.number, 0),
                line.under_way,
            )
            for work in engine.works
            for line in work.lines
        ],
        schema=ACCOUNTS,
        orient="row",
    )


def merge(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Shards' events as one timeline, in order and numbered; the same however they were shared out."""
    whole = pl.concat(frames) if frames else empty_timeline()
    ordered = whole.drop("event").sort(ORDER)
    return ordered.with_row_index("event").cast({"event": pl.UInt32}).select(list(EVENTS))


def _episode_columns(engine: Engine, work: Work) -> pl.DataFrame:
    """Per episode: resident, name of the episode, reason, and the time booked."""
    pathway, episodes = work.plan.pathway, work.episodes
    resident = engine.site.people.resident[episodes.row]
    reason = pl.Series("reason", [None] * len(resident), dtype=pl.String)
    if work.plan.reasons:
        draws = stream(engine.plan.seed, "care", pathway.name, "reason").uniforms(resident, episodes.number)
        chosen = np.minimum(np.searchsorted(work.plan.reason_shares, draws), len(work.plan.reasons) - 1)
        reason = pl.Series("reason", list(work.plan.reasons), dtype=pl.String).gather(chosen)
    return pl.DataFrame(
        {
            "row": episodes.row,
            "resident": resident.astype(np.int64),
            "number": episodes.number.astype(np.int64),
            "reason": reason,
            "appointment": _appointments(engine, work),
        }
    ).with_columns(pl.format("{}/{}/{}", pl.lit(pathway.name), "resident", "number").alias("episode"))


def _appointments(engine: Engine, work: Work) -> pl.Series:
    """The time each episode was booked for; null where the pathway books nothing ahead."""
    demand, booked = work.plan.pathway.demand, work.episodes.appointment
    if not isinstance(demand, Rate) or demand.lead is None:
        return pl.Series([None] * len(booked), dtype=INSTANT)
    return pl.Series((booked + engine.plan.clock.origin) * 1000, dtype=pl.Int64).cast(INSTANT)


def _frame(engine: Engine, line: Line, rows: NDArray[np.int64], episodes: pl.DataFrame) -> pl.DataFrame:
    step, site = line.plan.step, engine.site
    origin = engine.plan.clock.origin
    mine = episodes[rows[:, 5]]
    people = mine["row"].to_numpy()
    times = {
        name: pl.Series((rows[:, n] + origin) * 1000, dtype=pl.Int64).cast(INSTANT)
        for n, name in enumerate(("at", "began", "wanted", "due"))
    }
    times["due"] = times["due"].zip_with(pl.Series(rows[:, 3] != NO_DEADLINE), pl.Series([None], dtype=INSTANT))
    columns = {
        **times,
        "event": pl.Series(np.zeros(len(rows)), dtype=pl.UInt32),
        "episode": mine["episode"],
        "resident": mine["resident"],
        "organisation": site.organisation(step.at).gather(people),
        "staff": pl.Series(rows[:, 6], dtype=pl.Int32),
        "receiver": (
            site.organisation(step.to).gather(people) if step.to else pl.Series([None] * len(rows), dtype=pl.String)
        ),
        "reason": mine["reason"],
        "appointment": mine["appointment"],
    }
    constants = {
        "pathway": work_name(engine, line),
        "step": step.id,
        "kommunenummer": site.kommunenummer,
        "role": step.by,
        "channel": step.channel,
        "message": step.sends or None,
        "records": list(step.records),
        "reads": list(step.reads),
    }
    return (
        pl.DataFrame(columns)
        .with_columns(pl.lit(value, dtype=EVENTS[name]).alias(name) for name, value in constants.items())
        .select(list(EVENTS))
    )


def work_name(engine: Engine, line: Line) -> str:
    """The pathway a line belongs to."""
    return next(work.plan.pathway.name for work in engine.works if line in work.lines)
