"""Load rows and care events made to measure."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from simulator.domain import tables
from simulator.domain.measurement import Measurement

MS = 1_000_000


@pytest.fixture
def make_load() -> Callable[..., pl.DataFrame]:
    """Builds a load table: one request every ``gap_ms``, with the given response times in ms."""

    def make(response_ms: Any, *, gap_ms: float = 10.0, **columns: Any) -> pl.DataFrame:
        n = len(response_ms)
        intended = (np.arange(n) * gap_ms * MS).astype(np.int64)
        done = intended + (np.asarray(response_ms) * MS).astype(np.int64)
        base: dict[str, Any] = {
            "interaction": [f"i{i}" for i in range(n)],
            "resident": np.arange(n),
            "profession": ["gp.doctor"] * n,
            "pathway": ["gp-consultation"] * n,
            "verb": ["create"] * n,
            "type": ["Observation"] * n,
            "intended": intended,
            "released": intended + 50_000,
            "sent": intended + 60_000,
            "done": done,
            "status": [201] * n,
            "outcome": ["ok"] * n,
            "bytes": [100] * n,
            "resource": [f"Observation/{i}" for i in range(n)],
            "version": ["1"] * n,
        }
        return pl.DataFrame(base | columns, schema=tables.LOAD)

    return make


@pytest.fixture
def generator() -> dict[str, Any]:
    """The account of a generator that was not the bottleneck."""
    return {
        "verdict": "valid",
        "interrupted": False,
        "intended": 1000,
        "released": 1000,
        "released_within_5ms_share": 1.0,
        "released_within_50ms_share": 1.0,
        "run_queue_wait_share": 0.001,
        "slot_wait_share": 0.0,
        "slot_waits": 0,
        "slots": 128,
        "in_flight_mean": 1.0,
        "in_flight_samples": 400,
        "backlog_high_water": 0,
        "service_time_ms": {"p50": 2.0},
        "wall_seconds": 40.0,
        "window_seconds": 40.0,
    }


START = datetime(2026, 1, 12, 7, tzinfo=UTC)  # Monday 08:00 in Norway
QUIET: dict[str, Any] = {
    "pathway": "round",
    "episode": "round/1/0",
    "step": "visit",
    "resident": 1,
    "kommunenummer": "5501",
    "role": "home-care.nurse",
    "organisation": "5501/home-care",
    "staff": 0,
    "channel": "home",
    "records": [],
    "reads": [],
    "system": "own",
    "road": "none",
    "fate": "none",
    "reminders": 0,
    "reminder": 0,
    "lacks": [],
    "late_info": [],
    "out_of_order": [],
    "extra_s": 0,
    "overtime_s": 0,
    "postponed": 0,
}
COLUMNS = {
    "known": tables.INSTANT,
    "system": pl.String,
    "road": pl.String,
    "fate": pl.String,
    "reminders": pl.UInt8,
    "reminder": pl.UInt8,
    "lacks": pl.List(pl.String),
    "late_info": pl.List(pl.String),
    "out_of_order": pl.List(pl.String),
    "extra_s": pl.Int32,
    "place": pl.String,
    "overtime_s": pl.Int32,
    "postponed": pl.UInt8,
}
INSTANTS = ("at", "began", "wanted", "due", "known")


@pytest.fixture
def make_events() -> Callable[..., pl.DataFrame]:
    """Builds care events from what differs from a quiet visit; instants are minutes after Monday 08:00 in Norway."""

    def make(*rows: dict[str, Any]) -> pl.DataFrame:
        schema: dict[str, Any] = {**tables.EVENTS, **COLUMNS}
        told = []
        for number, row in enumerate(rows):
            at = row.get("at", 20)
            full = {**dict.fromkeys(schema), **QUIET, "began": at, "wanted": at, **row, "at": at, "event": number}
            times = {n: None if full[n] is None else START + timedelta(minutes=full[n]) for n in INSTANTS}
            told.append({**full, **times})
        return pl.DataFrame(told, schema=schema, strict=False)

    return make


@pytest.fixture
def figure() -> Callable[..., float | None]:
    """The value of a figure among measurements, None when it is not there."""

    def find(found: Iterable[Measurement], name: str, over: str = "all") -> float | None:
        return next((m.value for m in found if (m.name, m.over) == (name, over)), None)

    return find
