"""Care events as a table: from the engine's rows to the schema, and their digest."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.care.columns import columns_of
from simulator.care.engine import Engine
from simulator.care.lines import NO_DEADLINE, Line, Work
from simulator.care.pool import Places
from simulator.care.reminding import with_reminders
from simulator.care.site import Site
from simulator.domain.scenario import Rate
from simulator.domain.tables import EVENTS, INSTANT
from simulator.streams import stream

ACCOUNTS: Final = {
    "pathway": pl.String,
    "step": pl.String,
    "wanted": pl.Int64,
    "done": pl.Int64,
    "missed": pl.Int64,
    "waiting": pl.Int64,
    "under_way": pl.Int64,
    "overdue": pl.Int64,
}
PLACES: Final = {"place": pl.String, "count": pl.Int64, "taken_s": pl.Int64, "there_s": pl.Int64}
"""How many places there are of a name, how long they were taken in the period, and how long they were there."""


def empty_timeline() -> pl.DataFrame:
    """No events, in the schema of ``tables.EVENTS``."""
    return pl.DataFrame(schema=EVENTS)


def events_of(engine: Engine, rows: NDArray[np.int64]) -> pl.DataFrame:
    """The engine's rows in the columns of ``tables.EVENTS``, and the reminders of messages; not yet numbered."""
    lines = [(work, line) for work in engine.works for line in work.lines]
    if not lines:
        return empty_timeline()
    events, people = steps_of(engine, rows)
    return with_reminders(engine, lines, rows, people, events)


def steps_of(engine: Engine, rows: NDArray[np.int64]) -> tuple[pl.DataFrame, NDArray[np.int64]]:
    """The engine's rows in the columns of ``tables.EVENTS``, and the row of each one's resident."""
    lines = [(work, line) for work in engine.works for line in work.lines]
    origin, site = engine.plan.clock.origin, engine.site
    line, episodes = rows[:, 4], _episodes(engine, rows)
    people = episodes["row"].to_numpy()
    instants = {name: _instants(rows[:, n] + origin) for n, name in enumerate(("at", "began", "wanted", "due"))}
    written = pl.DataFrame(
        {
            **instants,
            "event": pl.Series(np.zeros(len(rows)), dtype=pl.UInt32),
            "kommunenummer": site.kommunenummer.gather(site.people.site[people]),
            "staff": pl.Series(rows[:, 6], dtype=pl.Int32),
            "organisation": _organisations(site, [one.plan.step.at for _, one in lines], line, people),
            "receiver": _organisations(site, [one.plan.step.to for _, one in lines], line, people),
            **_words(lines, line),
            **columns_of(engine, [one for _, one in lines], rows, people),
        }
    ).with_columns(due=pl.when(pl.Series(rows[:, 3] != NO_DEADLINE)).then("due"))
    episode = pl.format("{}/{}/{}", "pathway", "resident", "number")
    whole = _addressed(pl.concat([written, episodes], how="horizontal"))
    return whole.with_columns(episode=episode).select(list(EVENTS)), people


def _addressed(events: pl.DataFrame) -> pl.DataFrame:
    """The events, without messages to an organisation that the resident has none of, such as a fastlege."""
    nobody = pl.col("message").is_not_null() & pl.col("receiver").is_null()
    if not events.select(nobody.any()).item():
        return events
    none = {"message": None, "known": None, "road": "none", "fate": "none", "reminders": 0}
    return events.with_columns(
        pl.when(nobody).then(pl.lit(value, EVENTS[name])).otherwise(name).alias(name) for name, value in none.items()
    )


def accounts_of(engine: Engine) -> pl.DataFrame:
    """What became of every step that was wanted, warm-up included."""
    queued, overdue = engine.waiting(), engine.overdue()
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
                overdue.get(line.number, 0),
            )
            for work in engine.works
            for line in work.lines
        ],
        schema=ACCOUNTS,
        orient="row",
    )


def places_of(in_use: Iterable[tuple[str, Places]], end: int) -> pl.DataFrame:
    """What became of places until the second at which the simulation ended, schema ``PLACES``."""
    rows = [(name, one.count, one.taken_until(end), one.count * end) for name, one in in_use]
    return pl.DataFrame(rows, schema=PLACES, orient="row")


def _instants(seconds: NDArray[np.int64]) -> pl.Series:
    """Seconds since 1970 as instants."""
    return pl.Series(seconds * 1000, dtype=pl.Int64).cast(INSTANT)


def _words(lines: list[tuple[Work, Line]], line: NDArray[np.int64]) -> dict[str, pl.Series]:
    """What is the same for every event of a line."""
    steps = [one.plan.step for _, one in lines]
    words: dict[str, Sequence[object]] = {
        "pathway": [work.plan.pathway.name for work, _ in lines],
        "step": [step.id for step in steps],
        "role": [step.by for step in steps],
        "channel": [step.channel for step in steps],
        "message": [step.sends or None for step in steps],
        "records": [list(step.records) for step in steps],
        "reads": [list(step.reads) for step in steps],
        "place": [step.occupies.place if step.occupies else None for step in steps],
    }
    return {name: pl.Series(values, dtype=EVENTS[name]).gather(line) for name, values in words.items()}


def _organisations(site: Site, kinds: list[str], line: NDArray[np.int64], people: NDArray[np.int64]) -> pl.Series:
    """For each event the organisation of its line's kind that its resident has; null where the kind is empty."""
    codes = {kind: code for code, kind in enumerate(dict.fromkeys(kinds))}
    of_event = np.array([codes[kind] for kind in kinds])[line]
    order = np.argsort(of_event, kind="stable")
    bounds = np.searchsorted(of_event[order], np.arange(len(codes) + 1))
    parts = [
        site.organisation(kind, people[order[bounds[code] : bounds[code + 1]]])
        if kind
        else pl.Series([None], dtype=pl.String).new_from_index(0, int(bounds[code + 1] - bounds[code]))
        for kind, code in codes.items()
    ]
    return pl.concat([part.alias("it") for part in parts]).gather(np.argsort(order))


def _episodes(engine: Engine, rows: NDArray[np.int64]) -> pl.DataFrame:
    """For each event row and number of its resident, number of the episode, its reason and the time booked."""
    works = engine.works
    first = np.cumsum([0, *(len(work.episodes.row) for work in works)])
    of_line = np.array([n for n, work in enumerate(works) for _ in work.lines])
    place = first[of_line[rows[:, 4]]] + rows[:, 5]
    row = np.concatenate([work.episodes.row for work in works])[place]
    number = np.concatenate([work.episodes.number for work in works])[place]
    return pl.DataFrame(
        {
            "row": row,
            "resident": engine.site.people.resident[row].astype(np.int64),
            "number": number.astype(np.int64),
            "reason": pl.concat([_reasons(engine, work) for work in works]).gather(place),
            "appointment": pl.concat([_appointments(engine, work) for work in works]).gather(place),
        }
    )


def _reasons(engine: Engine, work: Work) -> pl.Series:
    """The reason for contact of each episode; null where the pathway has none."""
    pathway, episodes = work.plan.pathway, work.episodes
    if not work.plan.reasons:
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(episodes.row))
    resident = engine.site.people.resident[episodes.row]
    draws = stream(engine.plan.seed, "care", pathway.name, "reason").uniforms(resident, episodes.number)
    chosen = np.minimum(np.searchsorted(work.plan.reason_shares, draws), len(work.plan.reasons) - 1)
    return pl.Series(list(work.plan.reasons), dtype=pl.String).gather(chosen)


def _appointments(engine: Engine, work: Work) -> pl.Series:
    """The time each episode was booked for; null where the pathway books nothing ahead."""
    demand, booked = work.plan.pathway.demand, work.episodes.appointment
    if not isinstance(demand, Rate) or demand.lead is None:
        return pl.Series([None], dtype=INSTANT).new_from_index(0, len(booked))
    return _instants(booked + engine.plan.clock.origin)
