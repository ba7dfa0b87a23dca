"""Somebody is there when a step may begin, also where a shift of the day before runs into the morning."""

from pathlib import Path

import pytest

from simulator.figures import Figures
from simulator.places import SCENARIOS
from simulator.scenario import check_files
from tests.scenario.conftest import Write

NURSES = """\n  night-watch:
    role: home-care.nurse
    persons: 2
    shifts:
      night: {{hours: "22:00-06:00", days: {days}}}
"""
WEEK = "office.weekday"
"""From Monday to Friday only."""


def study(study_file: Write, pathway_file: Write, days: str, opening: str) -> Path:
    """A study in which the second step is done by people who work nights on some days."""
    path = study_file(("use: standard, factor: {home-care-nurse: 0.9}", "use: nights.yaml"))
    pathway_file(("needs: home-care-nurse", f"needs: night-watch\n    opening: {{hours: {opening}, weekday: {WEEK}}}"))
    text = (SCENARIOS / "staffing" / "standard.yaml").read_text("utf-8")
    (path.parent / "nights.yaml").write_text(text.rstrip() + NURSES.format(days=days), "utf-8")
    return path


@pytest.mark.parametrize(
    ("days", "opening"),
    [("sun", '"04:00-06:00"'), ("mon-fri", '"23:00-02:00"'), ("fri", '"23:00-02:00"'), ("thu", '"05:59-07:00"')],
)
def test_a_night_shift_is_at_work_in_the_morning_after(
    study_file: Write, pathway_file: Write, figures: Figures, days: str, opening: str
) -> None:
    """Who begins on Sunday evening is there on Monday at four."""
    path = study(study_file, pathway_file, days, opening)
    assert [fault for fault in check_files([path], figures) if "nobody" in fault] == []


@pytest.mark.parametrize(("days", "opening"), [("fri", '"04:00-06:00"'), ("sat", '"23:00-02:00"')])
def test_who_comes_after_the_last_morning_is_nobody(
    study_file: Write, pathway_file: Write, figures: Figures, days: str, opening: str
) -> None:
    """Whoever begins on Friday evening is not there on any weekday's morning."""
    path = study(study_file, pathway_file, days, opening)
    (fault,) = check_files([path], figures)
    assert "night-watch never work on the days it may begin" in fault
