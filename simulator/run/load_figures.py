"""What a load run came to, computed from what its generator recorded: figures, limits, and what had to be kept."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from simulator.domain.scenario import Limit
from simulator.domain.tables import LOAD
from simulator.domain.verdict import Finding
from simulator.measures import (
    acknowledged_present,
    conditional_creates_single,
    judge_limits,
    measure,
    versions_grow,
)
from simulator.stored import stored_table

Rows = list[dict[str, Any]]


def load_figures(folder: Path, limits: Mapping[str, Limit]) -> dict[str, Rows]:
    """The rows of each file that says what the load in a run's ``folder`` came to, by the file's name.

    Raises OtherVersionError for a record without what is read here.
    """
    load = stored_table(folder / "load/load.parquet", LOAD)
    generator = orjson.loads((folder / "load/generator.json").read_bytes())
    kept = _kept(folder, load)
    return {
        "measurements.json": [asdict(figure) for figure in measure(load, generator)],
        "load-limits.json": [asdict(verdict) for verdict in judge_limits(load, generator, limits)],
        "load-correctness.json": [{"check": name, **asdict(finding)} for name, finding in kept.items()],
    }


def _kept(folder: Path, load: pl.DataFrame) -> dict[str, Finding]:
    """What the candidate had to keep under load."""
    criteria = pl.read_parquet(folder / "load/interactions.parquet", columns=["interaction", "if_none_exist"])
    return {
        "acknowledged_present": acknowledged_present(load, pl.read_parquet(folder / "load/readback.parquet")),
        "versions_grow": versions_grow(load),
        "conditional_creates_single": conditional_creates_single(load, criteria),
    }
