"""A load plan's window is told as clocks on the wall show it; the simulation behind it counts the seconds that pass."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from simulator.domain.scenario import LoadPlan
from simulator.figures import Figures
from simulator.run.load import simulated_until, window_start
from simulator.scenario import load_study


@pytest.mark.parametrize(
    ("day", "utc", "hour"),
    [(date(2026, 1, 14), 19, 20), (date(2026, 3, 29), 18, 19), (date(2026, 10, 25), 19, 21)],
)
def test_a_window_is_simulated_four_hours_past_its_end_when_clocks_change_too(day: date, utc: int, hour: int) -> None:
    """Twenty o'clock is the 19th or 21st hour of a Sunday of 23 or 25 hours; work that begins then is told whole."""
    study = replace(load_study("quickstart", Figures.load()), start=day, days=1)
    plan = LoadPlan(20 * 3600, 60, 1, {})
    assert window_start(study, plan) == datetime(day.year, day.month, day.day, utc, tzinfo=UTC)
    assert simulated_until(study, plan) == hour * 3600 + 60 + 4 * 3600
