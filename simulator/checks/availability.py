"""What measured outages come to in years with assumed faults: simulated by keyed draws, never measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simulator.streams import stream

YEARS: Final = 4000
YEAR_S: Final = 365 * 24 * 3600.0
_MOST: Final = 400


@dataclass(frozen=True, slots=True)
class Year:
    """Seconds of a year without service: the mean of the simulated years, and what 95 of 100 lie between."""

    mean: float
    low: float
    high: float


def years(seed: int, assumed: Mapping[str, Mapping[str, Any]], outage_s: float) -> Year:
    """Years in which processes end as often as assumed, each for ``outage_s`` and the time until somebody notices.

    A machine that is lost is mended by people, in the time assumed. How often anything happens in a year is Poisson.
    """
    notice, mending = float(assumed["notice"]["value"]), float(assumed["mending"]["value"])
    down = _drawn(seed, "process", float(assumed["process_faults"]["value"])) * (notice + outage_s)
    down = down + _drawn(seed, "machine", float(assumed["machine_faults"]["value"])) * (notice + mending)
    low, high = np.quantile(down, (0.025, 0.975), method="inverted_cdf")
    return Year(float(down.mean()), float(low), float(high))


def _drawn(seed: int, what: str, mean: float) -> NDArray[np.int64]:
    """How often it happens in each year, by inversion."""
    term, probabilities = exp(-mean), []
    for number in range(1, _MOST):
        probabilities.append(term)
        term *= mean / number
    uniform = stream(seed, "operation", what).uniforms(np.arange(YEARS, dtype=np.uint64))
    found: NDArray[np.int64] = np.searchsorted(np.cumsum(probabilities), uniform)
    return found
