"""How fast a series grows, and how sure that is: least squares, with an interval by bootstrap over blocks."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_BLOCK: Final = 12
"""Samples drawn together, because neighbouring ones resemble one another: two minutes, ten seconds apart."""
_DRAWS: Final = 2_000


def growth(at: list[float], value: list[float]) -> dict[str, Any]:
    """The slope of ``value`` per hour over ``at`` in seconds, and its 95 % interval (None below three blocks)."""
    x, y = np.array(at) / 3600, np.array(value)
    slope, level = np.polyfit(x, y, 1)
    found: dict[str, Any] = {"slope_per_hour": round(float(slope), 3), "low": None, "high": None}
    if len(x) < 3 * _BLOCK:
        return found
    residual = y - (slope * x + level)
    drawn = _redrawn(x, slope * x + level, residual)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return found | {"low": round(float(low), 3), "high": round(float(high), 3)}


def _redrawn(x: Floats, fitted: Floats, residual: Floats) -> list[float]:
    """Slopes of the fitted line with residuals put on it again, block by block."""
    random = np.random.default_rng(1)
    blocks = -(-len(x) // _BLOCK)
    found = []
    for _ in range(_DRAWS):
        starts = random.integers(0, len(x) - _BLOCK + 1, blocks)
        places = (starts[:, None] + np.arange(_BLOCK)).ravel()[: len(x)]
        found.append(float(np.polyfit(x, fitted + residual[places], 1)[0]))
    return found
