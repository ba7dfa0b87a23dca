"""The generator's account of itself: what it meant to do, what it did, and whether it was the bottleneck."""

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import locust
import numpy as np
import orjson
import polars as pl

from loadtests.seeding import Seeded
from simulator.measures import judge_run


@dataclass(frozen=True, slots=True)
class Usage:
    """What the process had used at one moment."""

    wall_s: float
    cpu_s: float
    waited_s: float
    """Time it was ready to run while the processor was given to others (``/proc/self/schedstat``); 0 elsewhere."""

    def since(self, earlier: "Usage") -> "Usage":
        """What was used from ``earlier`` to now."""
        return Usage(self.wall_s - earlier.wall_s, self.cpu_s - earlier.cpu_s, self.waited_s - earlier.waited_s)


def usage() -> Usage:
    """What the process has used so far."""
    try:
        waited = int(Path("/proc/self/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        waited = 0.0
    return Usage(time.monotonic(), time.process_time(), waited)


@dataclass(frozen=True, slots=True)
class Account:
    """Counts of one replay that the recorded rows alone do not tell."""

    intended: int
    slots: int
    slot_waits: int
    backlog_max: int
    in_flight: list[int]
    used: Usage
    """By the replay itself."""
    prepared: Usage
    """By making the requests beforehand."""
    seeded: Seeded
    interrupted: bool
    window: dict[str, object]


def describe(load: pl.DataFrame, account: Account) -> dict[str, Any]:
    """The content of ``generator.json``: times in seconds unless named otherwise, shares from 0 to 1."""
    error = (load["released"] - load["intended"]).to_numpy()
    sent = load.filter(pl.col("sent") >= 0)
    service = (sent["done"] - sent["sent"]).to_numpy()
    used = account.used
    facts: dict[str, Any] = {
        "intended": account.intended,
        "released": load.height,
        "sent": sent.height,
        "answered": load.filter(pl.col("status") > 0).height,
        "released_within_5ms_share": _share_within(error, 5e6),
        "released_within_50ms_share": _share_within(error, 50e6),
        "release_error_ms": {name: _quantile(error, q) for name, q in _QUANTILES.items()},
        "service_time_ms": {name: _quantile(service, q) for name, q in _QUANTILES.items()},
        "wall_seconds": used.wall_s,
        "cpu_seconds": used.cpu_s,
        "preparation_cpu_seconds": account.prepared.cpu_s,
        "run_queue_wait_seconds": used.waited_s,
        "run_queue_wait_share": used.waited_s / used.wall_s if used.wall_s else 0.0,
        "slots": account.slots,
        "slot_waits": account.slot_waits,
        "slot_wait_share": account.slot_waits / load.height if load.height else 0.0,
        "in_flight_mean": float(np.mean(account.in_flight)) if account.in_flight else 0.0,
        "in_flight_samples": len(account.in_flight),
        "backlog_high_water": account.backlog_max,
        "interrupted": account.interrupted,
        "seeded": asdict(account.seeded),
        "locust": locust.__version__,
        **account.window,
    }
    verdict = judge_run(facts)
    return {"verdict": verdict.verdict, "reasons": list(verdict.reasons), **facts}


def write(folder: Path, described: dict[str, Any]) -> None:
    """Write ``generator.json``, whole or not at all."""
    part = folder / "generator.json.part"
    part.write_bytes(orjson.dumps(described, option=orjson.OPT_INDENT_2))
    part.replace(folder / "generator.json")


_QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}


def _share_within(error: Any, limit_ns: float) -> float:
    return float(np.mean(error <= limit_ns)) if len(error) else 0.0


def _quantile(values: Any, q: float) -> float | None:
    return float(np.quantile(values, q, method="inverted_cdf")) / 1e6 if len(values) else None
