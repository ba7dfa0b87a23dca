"""Response times, service times, throughput and errors of a load run, over all and per profession.

Response time runs from the intended instant to the whole answer, so a stall of the candidate counts for everybody
who would have been waiting (no coordinated omission). Requests given up count with the time they were waited for;
those never sent, because what they refer to was never created, count as errors only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.measurement import Measurement
from simulator.measures.percentiles import percentile_interval

ALL: Final = "all"
QUANTILES: Final[dict[str, float]] = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}
_MS: Final = 1e-6


@dataclass(frozen=True, slots=True)
class _Over:
    """What a figure is over, and how the run's time is cut."""

    name: str
    seconds: float
    """Over which answers came."""
    window_s: float
    seed: int


def measure(load: pl.DataFrame, generator: Mapping[str, Any], *, seed: int = 0) -> list[Measurement]:
    """The figures of a load run (``tables.LOAD``, ``generator.json``); percentiles without enough behind are left out.

    Times in ms, throughput in requests a second of the window, shares from 0 to 1.
    """
    if load.is_empty():
        return []
    seconds, window_s = _seconds(load, generator), window_seconds(generator)
    figures = list(_figures(load, _Over(ALL, seconds, window_s, seed)))
    for profession in sorted(load["profession"].unique()):
        if profession:
            over = _Over(profession, seconds, window_s, seed)
            figures += _figures(load.filter(pl.col("profession") == profession), over)
    return figures + list(_of_the_run(load, generator))


def response_times(load: pl.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Response times in ms and intended instants in ns of what was sent or waited for, shape (n,) each."""
    waited = load.filter(pl.col("status") >= 0)
    intended = waited["intended"].to_numpy()
    return (waited["done"].to_numpy() - intended) * _MS, intended


def error_share(load: pl.DataFrame) -> float:
    """The share that was not answered as it should be; 0 without rows."""
    return float((load["outcome"].cast(pl.String) != "ok").mean() or 0.0)  # type: ignore[arg-type]


def _figures(load: pl.DataFrame, over: _Over) -> Iterator[Measurement]:
    n = load.height
    yield Measurement("requests", n, "requests", n, over.name)
    yield Measurement("error_share", error_share(load), "share", n, over.name)
    yield Measurement(
        "throughput", load.filter(pl.col("outcome") == "ok").height / over.seconds, "requests/s", n, over.name
    )
    values, intended = response_times(load)
    yield from _percentiles("response_time", values, intended, over)
    sent = load.filter(pl.col("sent") >= 0)
    service = (sent["done"] - sent["sent"]).to_numpy() * _MS
    yield from _percentiles("service_time", service, sent["intended"].to_numpy(), over)


def _percentiles(
    name: str, values: NDArray[np.float64], times: NDArray[np.int64], over: _Over
) -> Iterator[Measurement]:
    qs = tuple(QUANTILES.values())
    found = percentile_interval(values, times, qs, window_s=over.window_s, seed=over.seed)
    for label, q in QUANTILES.items():
        if q in found:
            p = found[q]
            yield Measurement(f"{name}.{label}", p.value, "ms", p.n, over.name, p.low, p.high)
    if len(values):
        yield Measurement(f"{name}.max", float(values.max()), "ms", len(values), over.name)


def _of_the_run(load: pl.DataFrame, generator: Mapping[str, Any]) -> Iterator[Measurement]:
    error = (load["released"] - load["intended"]).to_numpy() * _MS
    yield from _release_error(error)
    yield Measurement("outstanding.max", _most_at_once(load), "requests", load.height, ALL)
    for name, unit in {
        "backlog_high_water": "requests",
        "slot_waits": "requests",
        "run_queue_wait_share": "share",
    }.items():
        if name in generator:
            yield Measurement(f"generator.{name}", float(generator[name]), unit, load.height, ALL)
    law = littles_law(load, generator)
    if law is not None:
        yield Measurement("littles_law.ratio", law, "ratio", int(generator["in_flight_samples"]), ALL)


def _release_error(error: NDArray[np.float64]) -> Iterator[Measurement]:
    for label in ("p50", "p90", "p99"):
        value = float(np.quantile(error, QUANTILES[label], method="inverted_cdf"))
        yield Measurement(f"release_error.{label}", value, "ms", len(error), ALL)


def littles_law(load: pl.DataFrame, generator: Mapping[str, Any]) -> float | None:
    """Requests in flight as sampled, over arrivals times mean service time (L over λW): about 1 in a sound recording.

    None with fewer than 100 samples, or with so little in flight that the samples say nothing.
    """
    samples = int(generator.get("in_flight_samples", 0))
    sent = load.filter(pl.col("sent") >= 0)
    expected = float((sent["done"] - sent["sent"]).sum()) * 1e-9
    if samples < 100 or expected < 0.2 * samples * 0.1:
        return None
    return float(generator["in_flight_mean"]) * float(generator["wall_seconds"]) / expected


def _most_at_once(load: pl.DataFrame) -> int:
    """The largest number released but not yet done at any instant."""
    instants = np.concatenate([load["released"].to_numpy(), load["done"].to_numpy()])
    steps = np.repeat(np.array([1, -1]), load.height)
    order = np.lexsort((steps, instants))
    return int(np.cumsum(steps[order]).max())


def _seconds(load: pl.DataFrame, generator: Mapping[str, Any]) -> float:
    """The time the answers took: the window, or longer when they came later."""
    last = float(load["done"].max()) * 1e-9  # type: ignore[arg-type]
    window = window_seconds(generator)
    return max(last, window, 1e-9)


def window_seconds(generator: Mapping[str, Any]) -> float:
    """The length of the window replayed; 0 when a stopped run did not get through it."""
    return 0.0 if generator.get("interrupted") else float(generator.get("window_seconds") or 0.0)
