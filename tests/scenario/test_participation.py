"""Who uses which system, and when one is down: places by whichever word, times by the clock in Oslo."""

import pytest

from simulator.domain.systems import Choice, Outage
from simulator.figures import Figures
from simulator.scenario import check_files, load_study
from tests.scenario.conftest import Write

HOUR = 3600


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("participation: {0301: {gp: own}}", "put it in quotes"),
        ("participation: {Herøy: {gp: own}}", "'Herøy' names 2 municipalities"),
        ("participation: {Bodo: {gp: own}}", "did you mean 'Bodø'"),
        ("participation: {9999: {gp: own}}", "no municipality '9999'"),
        ("participation: {gp: {gp: own}}", "'gp' is a kind of organisation"),
        ("participation: {Tromsø: {gp: own}, 5501: {gp: common}}", "'5501' is another word for 5501"),
        ("participation: {Troms: {gp: own}, '55': {gp: common}}", "'55' is another word for 55"),
        ("outages: [{system: gp, at: 2026-01-19, lasts: 1 h}]", "outside the period of 7 days"),
        ("outages: [{system: gp, at: 2026-03-29 02:30, lasts: 1 h}]", "there is no '2026-03-29 02:30'"),
    ],
)
def test_what_is_no_place_or_time_is_told_as_what_it_is(
    study_file: Write, figures: Figures, words: str, complaint: str
) -> None:
    """A place told twice, of two names or read as octal, and an hour that the clock leaves out."""
    (fault,) = check_files([study_file(("demand: ", f"{words}\ndemand: "))], figures)
    assert "study.yaml:9: " in fault
    assert complaint in fault


@pytest.mark.parametrize(("word", "area"), [("Tromsø", "5501"), ("5501", "5501"), ("Troms", "55"), ("'03'", "03")])
def test_a_place_goes_by_number_or_name(study_file: Write, figures: Figures, word: str, area: str) -> None:
    """Municipalities by their four digits or name, counties by their two."""
    study = load_study(study_file(("demand: ", f"participation: {{{word}: {{gp: own}}}}\ndemand: ")), figures)
    assert study.participation.places == {area: {"gp": Choice("own")}}


@pytest.mark.parametrize(
    ("start", "at", "hours"),
    [
        ("2026-10-19", "2026-10-25 23:30", 6 * 24 + 1 + 23.5),
        ("2026-03-23", "2026-03-29 23:30", 6 * 24 - 1 + 23.5),
        ("2026-01-12", "2026-01-14", 48),
    ],
)
def test_the_last_evening_of_a_week_is_in_it_though_the_clock_is_moved(
    study_file: Write, figures: Figures, start: str, at: str, hours: float
) -> None:
    """The week in which summer time ends has an hour more, and a day without a time is its midnight."""
    outage = f"outages: [{{system: gp, at: {at}, lasts: 1 h}}]\ndemand: "
    study = load_study(study_file(("2026-01-12", start), ("demand: ", outage)), figures)
    assert study.outages == (Outage("gp", round(hours * HOUR), HOUR),)
