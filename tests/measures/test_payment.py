"""Payment days on a chain made by hand."""

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from simulator.domain.tables import INSTANT
from simulator.measures import payment_days


def chain(*messages: tuple[str, str, str]) -> pl.DataFrame:
    """Events of (episode, message, UTC instant)."""
    rows = [(e, 1, "5501", m, datetime.fromisoformat(at).replace(tzinfo=UTC)) for e, m, at in messages]
    names: dict[str, Any] = {
        "episode": pl.String,
        "resident": pl.Int64,
        "kommunenummer": pl.String,
        "message": pl.String,
        "at": INSTANT,
    }
    return pl.DataFrame(rows, schema=names, orient="row").sort("at").with_columns(reminder=pl.lit(0, pl.UInt8))


def test_a_reminder_of_a_notice_is_no_notice() -> None:
    """Days count from the notice, not from when it was sent again."""
    days = ("2026-01-12T08:00", "2026-01-14T08:00", "2026-01-15T08:00")
    messages = zip(("LOG_UTSKRIVNINGSKLAR", "LOG_UTSKRIVNINGSKLAR", "LOG_UTSKREVET"), days, strict=True)
    events = chain(*(("e", message, at) for message, at in messages))
    again = events.with_columns(reminder=pl.Series([0, 1, 0], dtype=pl.UInt8))
    assert payment_days(again)["days"].to_list() == [3]
    assert payment_days(events)["days"].to_list() == [1]


@pytest.mark.parametrize(
    ("left", "days"),
    [
        pytest.param("2026-01-12T15:00", 0, id="the same day costs nothing"),
        pytest.param("2026-01-13T07:00", 1, id="one night costs the day of the notice"),
        pytest.param("2026-01-15T22:30", 3, id="three nights cost three days, though it is late"),
        pytest.param("2026-01-15T23:30", 4, id="half past midnight in Norway is the next day"),
    ],
)
def test_days_run_from_the_notice_to_the_departure(left: str, days: int) -> None:
    """A day is paid for each midnight in Norway between being ready and leaving."""
    events = chain(("a", "LOG_UTSKRIVNINGSKLAR", "2026-01-12T10:00"), ("a", "LOG_UTSKREVET", left))
    assert payment_days(events)["days"].to_list() == [days]


def test_one_who_has_not_left_is_paid_for_to_the_last_day_known() -> None:
    """Without a departure the days run to the last event."""
    events = chain(("a", "LOG_UTSKRIVNINGSKLAR", "2026-01-12T10:00"), ("b", "LOG_INNLAGT", "2026-01-14T10:00"))
    found = payment_days(events).row(0, named=True)
    assert (found["days"], found["left"]) == (2, None)


def test_a_withdrawn_notice_costs_nothing() -> None:
    """After LOG_AVMELDING the clock has stopped; a new notice starts it again."""
    withdrawn = [("a", "LOG_UTSKRIVNINGSKLAR", "2026-01-12T10:00"), ("a", "LOG_AVMELDING", "2026-01-13T10:00")]
    assert payment_days(chain(*withdrawn)).height == 0
    again = [("a", "LOG_UTSKRIVNINGSKLAR", "2026-01-14T10:00"), ("a", "LOG_UTSKREVET", "2026-01-15T10:00")]
    assert payment_days(chain(*withdrawn, *again))["days"].to_list() == [1]
