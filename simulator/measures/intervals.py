"""Student's t: the mean of replications with its 95 % interval, without a statistics library."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import atan, cos, pi, sin, sqrt
from statistics import fmean, stdev
from typing import Final

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over independent replications; no interval from fewer than two."""

    value: float
    low: float | None
    high: float | None
    n: int

    @property
    def half_width(self) -> float | None:
        """Half of the interval's length."""
        return None if self.high is None else self.high - self.value

    @property
    def sure(self) -> bool:
        """Whether the interval leaves out zero; an interval without length does when the mean is not zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def mean_of(values: Sequence[float]) -> Mean:
    """The mean of at least one value, with its t-interval where there are two or more."""
    n, mean = len(values), fmean(values)
    if n < 2:
        return Mean(mean, None, None, n)
    half = t_quantile(n - 1) * stdev(values) / sqrt(n)
    return Mean(mean, mean - half, mean + half, n)


def paired(base: Sequence[float], other: Sequence[float]) -> Mean:
    """The mean of ``other`` less ``base``, replication by replication; with common random numbers the sharper one."""
    return mean_of([b - a for a, b in zip(base, other, strict=True)])


@cache
def t_quantile(freedom: int, confidence: float = CONFIDENCE) -> float:
    """What Student's t with so many degrees of freedom stays within, on both sides, with that probability."""
    low, high = 0.0, 1.0
    while within(high, freedom) < confidence:
        low, high = high, 2 * high
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle, freedom) < confidence else (low, middle)
    return (low + high) / 2


def within(t: float, freedom: int) -> float:
    """The probability that Student's t lies between -t and t (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    angle = atan(t / sqrt(freedom))
    odd = freedom % 2
    term = cos(angle) if odd else 1.0
    total = term if freedom > 1 else 0.0
    for k in range(3 if odd else 2, freedom - 1, 2):
        term *= cos(angle) ** 2 * (k - 1) / k
        total += term
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total
