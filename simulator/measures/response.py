"""Response times, service times, throughput and errors of a load run, over all and per profession.

Response time runs from the intended instant to the whole answer, so a stall of the candidate counts for everybody
who would have been waiting (no coordinated omission). Requests given up count with the time they were waited for;
those never sent, because what they refer to was never created, count as errors only.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.measurement import Measurement
from simulator.measures.percentiles import percentile_interval

ALL: Final = "all"
QUANTILES: Final[dict[str, float]] = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}
_MS: Final = 1e-6


def measure(load: pl.DataFrame, generator: Mapping[str, Any], *, seed: int = 0) -> list[Measurement]:
    """The figures of a load run (``tables.LOAD``, ``generator.json``); percentiles without enough behind are left out.

    Times in ms, throughput in requests a second of the window, shares from 0 to 1.
    """
    if load.is_empty():
        return []
    seconds = _seconds(load, generator)
    figures = list(_figures(load, ALL, seconds, seed))
    for profession in sorted(load["profession"].unique()):
        if profession:
            figures += _figures(load.filter(pl.col("profession") == profession), profession, seconds, seed)
    return figures + list(_of_the_run(load, generator))


def response_times(load: pl.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Response times in ms and intended instants in ns of what was sent or waited for, shape (n,) each."""
    waited = load.filter(pl.col("status") >= 0)
    intended = waited["intended"].to_numpy()
    return (waited["done"].to_numpy() - intended) * _MS, intended


def error_share(load: pl.DataFrame) -> float:
    """The share that was not answered as it should be; 0 without rows."""
    return float((load["outcome"].cast(pl.String) != "ok").mean() or 0.0)  # type: ignore[arg-type]


def _figures(load: pl.DataFrame, over: str, seconds: float, seed: int) -> Iterator[Measurement]:
    n = load.height
    yield Measurement("requests", n, "requests", n, over)
    yield Measurement("error_share", error_share(load), "share", n, over)
    yield Measurement("throughput", load.filter(pl.col("outcome") == "ok").height / seconds, "requests/s", n, over)
    values, intended = response_times(load)
    yield from _percentiles("response_time", values, intended, over, seed)
    sent = load.filter(pl.col("sent") >= 0)
    service = (sent["done"] - sent["sent"]).to_numpy() * _MS
    yield from _percentiles("service_time", service, sent["intended"].to_numpy(), over, seed)


def _percentiles(
    name: str, values: NDArray[np.float64], times: NDArray[np.int64], over: str, seed: int
) -> Iterator[Measurement]:
    found = percentile_interval(values, times, tuple(QUANTILES.values()), seed=seed)
    for label, q in QUANTILES.items():
        if q in found:
            p = found[q]
            yield Measurement(f"{name}.{label}", p.value, "ms", p.n, over, p.low, p.high)
    if len(values):
        yield Measurement(f"{name}.max", float(values.max()), "ms", len(values), over)


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
    window = float(generator.get("window_seconds") or 0.0)
    return max(last if generator.get("interrupted") else max(last, window), 1e-9)
