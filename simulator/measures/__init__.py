"""From what happened to figures with intervals: simulated care, experiments, load runs, a run's verdict on itself."""

from simulator.measures.care import MEASURED, Stays, measure_care
from simulator.measures.correctness import acknowledged_present, conditional_creates_single, versions_grow
from simulator.measures.limits import LimitVerdict, judge_limits, never_seen
from simulator.measures.payment import payment_days, ready_within
from simulator.measures.percentiles import Percentile, percentile_interval
from simulator.measures.response import measure
from simulator.measures.validity import RunVerdict, judge_run

__all__ = [
    "MEASURED",
    "LimitVerdict",
    "Percentile",
    "RunVerdict",
    "Stays",
    "acknowledged_present",
    "conditional_creates_single",
    "judge_limits",
    "judge_run",
    "measure",
    "measure_care",
    "never_seen",
    "payment_days",
    "percentile_interval",
    "ready_within",
    "versions_grow",
]
