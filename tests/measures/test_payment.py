"""Payment days on a chain made by hand."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from simulator.domain.tables import NOTICES
from simulator.measures import payment_days

MONDAY = date(2026, 1, 12)


def chain(*messages: tuple[str, str, str]) -> pl.DataFrame:
    """Notices of (episode, message, UTC instant)."""
    rows = [(datetime.fromisoformat(at).replace(tzinfo=UTC), e, 1, "5501", m) for e, m, at in messages]
    return pl.DataFrame(rows, schema=NOTICES, orient="row").sort("at")


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
    assert payment_days(events, MONDAY, 7)["days"].to_list() == [days]


def test_one_who_has_not_left_is_paid_for_to_the_end_of_the_period() -> None:
    """Without a departure every night of the period is paid for, that of the last day too."""
    found = payment_days(chain(("a", "LOG_UTSKRIVNINGSKLAR", "2026-01-12T10:00")), MONDAY, 3).row(0, named=True)
    assert (found["days"], found["left"]) == (3, None)


@pytest.mark.parametrize(
    ("ready", "left", "days"),
    [
        pytest.param("2026-01-09T10:00", "2026-01-14T10:00", 2, id="ready before the period"),
        pytest.param("2026-01-17T10:00", "2026-01-25T10:00", 2, id="gone after the period"),
        pytest.param("2026-01-02T10:00", "2026-01-25T10:00", 7, id="there all through the period"),
        pytest.param("2026-01-09T10:00", "2026-01-12T10:00", 0, id="gone on its first day"),
    ],
)
def test_days_within_the_period_are_paid_for_whatever_stay_they_belong_to(ready: str, left: str, days: int) -> None:
    """Of a stay that began before the week or ends after it the days of the week count."""
    events = chain(("a", "LOG_UTSKRIVNINGSKLAR", ready), ("a", "LOG_UTSKREVET", left))
    assert payment_days(events, MONDAY, 7)["days"].to_list() == [days]


def test_stays_outside_the_period_are_not_there() -> None:
    """Neither one that was over before it nor one that begins after it."""
    before = (("a", "LOG_UTSKRIVNINGSKLAR", "2026-01-08T10:00"), ("a", "LOG_UTSKREVET", "2026-01-10T10:00"))
    assert payment_days(chain(*before, ("b", "LOG_UTSKRIVNINGSKLAR", "2026-01-19T10:00")), MONDAY, 7).height == 0


def test_a_death_ends_the_payment() -> None:
    """Who dies while waiting is paid for until the day of the death."""
    events = chain(("a", "LOG_UTSKRIVNINGSKLAR", "2026-01-12T10:00"), ("a", "LOG_DOD", "2026-01-14T10:00"))
    assert payment_days(events, MONDAY, 7)["days"].to_list() == [2]


def test_a_withdrawn_notice_costs_nothing() -> None:
    """After LOG_AVMELDING the clock has stopped; a new notice starts it again."""
    withdrawn = [("a", "LOG_UTSKRIVNINGSKLAR", "2026-01-12T10:00"), ("a", "LOG_AVMELDING", "2026-01-13T10:00")]
    assert payment_days(chain(*withdrawn), MONDAY, 7).height == 0
    again = [("a", "LOG_UTSKRIVNINGSKLAR", "2026-01-14T10:00"), ("a", "LOG_UTSKREVET", "2026-01-15T10:00")]
    assert payment_days(chain(*withdrawn, *again), MONDAY, 7)["days"].to_list() == [1]
