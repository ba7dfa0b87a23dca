"""A study that asks for births, deaths or moves has a period of which these are told."""

import pytest

from simulator.figures import Figures
from simulator.scenario import check_files
from tests.scenario.conftest import Write


@pytest.mark.parametrize(
    ("period", "line", "complaint"),
    [
        (("2026-01-01", 7), 4, "11 days before the start are simulated; start on 2026-01-12 or later"),
        (("2025-12-29", 7), 4, "are told from 2026-01-01 on"),
        (("2039-12-30", 7), 4, "until 2039-12-31"),
        (("2026-02-01", 365), 5, "for 366 days at most, those before included; 355 at most here"),
    ],
)
def test_a_period_without_lives_is_found_before_anything_runs(
    study_file: Write, figures: Figures, period: tuple[str, int], line: int, complaint: str
) -> None:
    """Nobody knows who was born before the count, and what goes before the period needs them too."""
    start, days = period
    changes = ("2026-01-12", start), ("days: 7", f"days: {days}"), ("[trial.yaml]", "[trial.yaml, newborn-visit]")
    (fault,) = check_files([study_file(*changes)], figures)
    assert f"study.yaml:{line}: births, deaths and moves (newborn-visit) are told" in fault
    assert complaint in fault


@pytest.mark.parametrize(("start", "days"), [("2026-01-12", 355), ("2028-02-28", 3), ("2030-12-29", 7)])
def test_a_year_a_leap_day_and_a_new_year_have_lives(
    study_file: Write, figures: Figures, start: str, days: int
) -> None:
    """From the eleventh day after the count on, any period of up to a year."""
    changes = ("2026-01-12", start), ("days: 7", f"days: {days}"), ("[trial.yaml]", "[trial.yaml, newborn-visit]")
    assert check_files([study_file(*changes)], figures) == []


def test_a_study_that_asks_for_no_lives_may_begin_before_the_count(study_file: Write, figures: Figures) -> None:
    """Demand by rates needs no births."""
    assert check_files([study_file(("2026-01-12", "2025-12-29"))], figures) == []
