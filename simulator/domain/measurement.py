"""A measured number with its interval: a row of measurements.json."""

from dataclasses import dataclass
from typing import Final

MEASURES: Final = (
    *(
        "information.present_share",
        "information.late_share",
        "information.missing_share",
        "information.needs",
        "information.late",
        "information.missing",
        "information.out_of_order",
    ),
    *("knowledge.hours.mean", "knowledge.hours.p50", "knowledge.hours.p90", "knowledge.never_share"),
    *("deadlines.broken_share", "deadlines.broken", "deadlines.never_done"),
    *("duplicate.minutes", "duplicate.steps", "duplicate.time_share"),
    *(
        "messages.sent",
        "messages.late_share",
        "messages.lost_share",
        "messages.duplicated_share",
        "messages.out_of_order_share",
        "messages.rejected_share",
        "messages.lost",
        "messages.reminders",
        "messages.inquiries",
    ),
    *("queue.minutes.mean", "queue.minutes.p50", "queue.minutes.p90"),
    *("work.steps", "work.minutes", "work.overtime_minutes", "work.postponed"),
    *("care.given_up", "care.episodes", "care.interactions", "care.interactions_common"),
    *("discharge.ready_stays", "discharge.waiting_stays", "discharge.waiting_days", "discharge.waiting_cost"),
)
"""Figures of simulated care that are given over all who take part; a study may be repeated until one is known."""


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
