"""How fast a series grows, and how sure that is: least squares over the means of ten stretches of it."""

from typing import Any, Final

import numpy as np

_STRETCHES: Final = 10
"""Means of long stretches hardly depend on one another, as neighbouring samples do."""
_T: Final = 2.306
"""The 97.5 % point of Student's distribution with eight degrees of freedom: ten means less two parameters."""
_LEAST: Final = 60


def growth(at: list[float], value: list[float]) -> dict[str, Any]:
    """The slope of ``value`` per hour over ``at`` in seconds, and its 95 % interval (None below sixty samples)."""
    x, y = np.array(at) / 3600, np.array(value)
    if len(x) < _LEAST:
        return {"slope_per_hour": round(float(np.polyfit(x, y, 1)[0]), 3), "low": None, "high": None}
    x, y = (np.array([part.mean() for part in np.array_split(values, _STRETCHES)]) for values in (x, y))
    slope, level = np.polyfit(x, y, 1)
    spread = np.sum((y - slope * x - level) ** 2) / (_STRETCHES - 2) / np.sum((x - x.mean()) ** 2)
    reach = _T * float(np.sqrt(spread))
    return {
        "slope_per_hour": round(float(slope), 3),
        "low": round(float(slope) - reach, 3),
        "high": round(float(slope) + reach, 3),
    }
