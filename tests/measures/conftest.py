"""Load rows made to measure."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from simulator.domain import tables

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
