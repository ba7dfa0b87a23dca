"""From a simulation's care events to its figures: every measure of one replication, in a fixed order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from simulator.domain.measurement import Measurement
from simulator.measures.information import information
from simulator.measures.payment import payment_days, ready_within
from simulator.measures.timeliness import deadlines, knowledge, postponed, queues
from simulator.measures.workload import episodes, messages, staff_time

MEASURED: Final = (
    *("at", "began", "wanted", "due", "known", "pathway", "episode", "resident", "kommunenummer", "role", "staff"),
    *("place", "message", "reads", "lacks", "late_info", "out_of_order", "road", "fate", "reminders", "reminder"),
    *("extra_s", "overtime_s", "postponed"),
)
"""The columns of ``tables.EVENTS`` that figures are taken from."""


NONE_OVERDUE: Final = pl.DataFrame(schema={"role": pl.String, "pathway": pl.String, "n": pl.Int64})


@dataclass(frozen=True, slots=True)
class Stays:
    """Who in hospital was ready to leave, and the period of which that is to be told."""

    notices: pl.DataFrame
    """Schema ``tables.NOTICES``, of the days before the period too."""
    start: date
    days: int
    day_price_nok: float | None = None
    """What a municipality pays for a day in hospital of somebody ready to leave."""


def measure_care(
    events: pl.DataFrame, stays: Stays | None = None, overdue: pl.DataFrame = NONE_OVERDUE
) -> list[Measurement]:
    """The figures of one simulated period (columns ``MEASURED``, warm-up left out); none without events.

    ``stays`` are those in hospital, None where nothing is known of them; ``overdue`` (columns role, pathway, n) are
    steps that were due in the period and not done at its end. Counts are of the whole period, shares run from 0 to 1,
    times are minutes or hours as the unit says.
    """
    if events.is_empty():
        return []
    return [
        *information(events),
        *knowledge(events),
        *deadlines(events, overdue),
        *staff_time(events),
        *queues(events),
        *postponed(events),
        *messages(events),
        *(waiting(stays) if stays is not None else ()),
        *episodes(events),
    ]


def waiting(stays: Stays) -> Iterator[Measurement]:
    """Stays with a notice of being ready to leave, the days of the period that are paid for, and what they cost.

    Nothing where no municipality is told of anybody. Of all stays that last into the period, those whose notice came
    before it too.
    """
    if stays.notices.is_empty():
        return
    there = payment_days(stays.notices, stays.start, stays.days)
    days, n = float(there["days"].sum()), there.height
    ready = ready_within(there, stays.start).height
    yield Measurement("discharge.ready_stays", float(ready), "stays", n, "all")
    yield Measurement("discharge.waiting_stays", float((there["days"] > 0).sum()), "stays", n, "all")
    yield Measurement("discharge.waiting_days", days, "days", n, "all")
    if stays.day_price_nok is not None:
        yield Measurement("discharge.waiting_cost", days * stays.day_price_nok, "NOK", n, "all")
