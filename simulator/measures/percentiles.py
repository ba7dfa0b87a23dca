"""Exact percentiles with block-bootstrap intervals.

Response times of neighbouring requests are alike, so an interval that takes them for independent is too narrow (by
half in measurements at 500 requests a second). Whole seconds are resampled instead (Künsch 1989, non-overlapping
blocks), which keeps what hangs together within them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.streams import stream

BLOCK_NS: Final = 1_000_000_000
MIN_BLOCKS: Final = 30
"""With fewer seconds than this, an interval is not given."""
MIN_FILLED: Final = 10
"""Nor where all observations lie in fewer seconds than this, as what is drawn again would hardly ever differ."""
MIN_BEYOND: Final = 10
"""With fewer observations than this beyond a percentile, the percentile itself is not given."""
ROUNDS: Final = 400


@dataclass(frozen=True, slots=True)
class Percentile:
    """A percentile, in the unit of the values, with its 95 % interval where one can be given."""

    value: float
    low: float | None
    high: float | None
    n: int


def enough(n: int, q: float) -> bool:
    """Whether ``n`` observations carry the percentile ``q`` (0 to 1): 10 must lie beyond it on either side."""
    return n * min(q, 1 - q) >= MIN_BEYOND - 1e-9


def percentile_interval(
    values: NDArray[np.float64],
    times_ns: NDArray[np.int64],
    qs: Sequence[float],
    *,
    window_s: float = 0.0,
    seed: int = 0,
) -> dict[float, Percentile]:
    """The percentiles ``qs`` of ``values`` that there are enough observations for.

    ``values`` and ``times_ns`` have the same shape (n,); the times, counted from the window's start, put each value
    into its block of one second; ``window_s`` tells of the seconds at the end in which nothing was due. The
    percentile is the smallest observed value with a share of at least q at or below it (numpy's ``inverted_cdf``).
    """
    n = len(values)
    wanted = [q for q in qs if enough(n, q)]
    if not wanted:
        return {}
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    exact = {q: float(ordered[_rank(q, n)]) for q in wanted}
    blocks = times_ns[order] // BLOCK_NS
    count = max(int(blocks.max()) + 1, int(window_s))
    if count < MIN_BLOCKS or len(np.unique(blocks)) < MIN_FILLED:
        return {q: Percentile(exact[q], None, None, n) for q in wanted}
    drawn = _bootstrap(ordered, blocks, count, wanted, seed)
    bounds = np.quantile(drawn, (0.025, 0.975), axis=0)
    return {q: Percentile(exact[q], float(bounds[0, i]), float(bounds[1, i]), n) for i, q in enumerate(wanted)}


def _rank(q: float, n: int) -> int:
    return max(0, int(np.ceil(np.round(q * n, 9))) - 1)


def _bootstrap(
    ordered: NDArray[np.float64], blocks: NDArray[np.int64], count: int, qs: list[float], seed: int
) -> NDArray[np.float64]:
    """Percentiles of ``ROUNDS`` resamples, shape (ROUNDS, len(qs)): a block drawn k times weighs k."""
    random = np.random.default_rng(stream(seed, "measures", "percentiles").key)
    drawn = np.empty((ROUNDS, len(qs)))
    for row in drawn:
        times = np.bincount(random.integers(0, count, count), minlength=count)
        cumulative = np.cumsum(times[blocks])
        total = cumulative[-1]
        places = np.searchsorted(cumulative, np.maximum(1, np.ceil(np.round(np.array(qs) * total, 9))))
        row[:] = ordered[np.minimum(places, len(ordered) - 1)]
    return drawn
