"""From a load run's rows to figures with intervals, verdicts on limits, and the run's verdict on itself."""

from simulator.measures.correctness import acknowledged_present, conditional_creates_single, versions_grow
from simulator.measures.limits import LimitVerdict, judge_limits
from simulator.measures.percentiles import Percentile, percentile_interval
from simulator.measures.response import measure
from simulator.measures.validity import RunVerdict, judge_run

__all__ = [
    "LimitVerdict",
    "Percentile",
    "RunVerdict",
    "acknowledged_present",
    "conditional_creates_single",
    "judge_limits",
    "judge_run",
    "measure",
    "percentile_interval",
    "versions_grow",
]
