"""From a simulation's care events to its figures: every measure of one replication, in a fixed order."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from simulator.domain.measurement import Measurement
from simulator.measures.information import information
from simulator.measures.payment import payment_days, within_a_day
from simulator.measures.timeliness import deadlines, knowledge, postponed, queues
from simulator.measures.workload import episodes, messages, staff_time

MEASURED: Final = (
    *("at", "began", "wanted", "due", "known", "pathway", "episode", "resident", "kommunenummer", "role", "staff"),
    *("place", "message", "reads", "lacks", "late_info", "out_of_order", "road", "fate", "reminders", "reminder"),
    *("extra_s", "overtime_s", "postponed"),
)
"""The columns of ``tables.EVENTS`` that figures are taken from."""


NONE_OVERDUE: Final = pl.DataFrame(schema={"role": pl.String, "pathway": pl.String, "n": pl.Int64})


def measure_care(
    events: pl.DataFrame, day_price_nok: float | None = None, overdue: pl.DataFrame = NONE_OVERDUE
) -> list[Measurement]:
    """The figures of one simulated period (columns ``MEASURED``, warm-up left out); none without events.

    ``day_price_nok`` is what a municipality pays for a day in hospital of somebody ready to leave; ``overdue`` (columns
    role, pathway, n) are steps that were due in the period and not done at its end. Counts are of the whole period,
    shares run from 0 to 1, times are minutes or hours as the unit says.
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
        *waiting(events, day_price_nok),
        *episodes(events),
    ]


def waiting(events: pl.DataFrame, day_price_nok: float | None) -> Iterator[Measurement]:
    """Stays with a notice of being ready to leave, the days the municipality pays for, and what they cost.

    Of a period within one calendar day only how many such stays there are: no day can have been paid for in it.
    """
    stays = payment_days(events)
    if stays.is_empty():
        return
    days, n = float(stays["days"].sum()), stays.height
    yield Measurement("discharge.ready_stays", float(n), "stays", n, "all")
    if within_a_day(events):
        return
    yield Measurement("discharge.waiting_stays", float((stays["days"] > 0).sum()), "stays", n, "all")
    yield Measurement("discharge.waiting_days", days, "days", n, "all")
    if day_price_nok is not None:
        yield Measurement("discharge.waiting_cost", days * day_price_nok, "NOK", n, "all")
