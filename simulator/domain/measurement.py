"""A measured number with its interval: a row of measurements.json."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measurement:
    """One figure of a run, with a 95 % interval where one can be given."""

    name: str
    """Plain dotted name, e.g. ``response_time.p95``."""
    value: float
    unit: str
    n: int
    """Number of observations behind it."""
    over: str
    """What it is over: a profession, a pathway, ``all``."""
    low: float | None = None
    high: float | None = None
