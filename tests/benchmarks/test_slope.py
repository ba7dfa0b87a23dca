"""The slope that tells whether memory is flat."""

import numpy as np
import pytest

from tests.benchmarks.slope import growth

AT = [10.0 * n for n in range(360)]
SERIES = 200


def wandering(seed: int) -> list[float]:
    """An hour of samples, each like its neighbours of two minutes."""
    return list(np.convolve(np.random.default_rng(seed).normal(0, 0.3, 371), np.ones(12) / 12, "valid"))


@pytest.mark.parametrize("per_hour", [0.0, 5.0])
def test_the_interval_holds_the_slope_that_is_there(per_hour: float) -> None:
    """Of series that wander about a line, about 95 in 100 have an interval that holds the line's slope."""
    held = 0
    for seed in range(SERIES):
        found = growth(AT, [50 + per_hour * at / 3600 + w for at, w in zip(AT, wandering(seed), strict=True)])
        held += found["low"] < per_hour < found["high"]
    assert 0.9 * SERIES < held < SERIES


def test_a_leak_is_not_taken_for_wandering() -> None:
    """A rise of one megabyte an hour has an interval above nought."""
    assert growth(AT, [50 + at / 3600 + w for at, w in zip(AT, wandering(8), strict=True)])["low"] > 0


def test_too_few_samples_give_no_interval() -> None:
    """Where ten minutes are not there, the slope comes without an interval."""
    assert growth(AT[:59], [50.0] * 59)["low"] is None
