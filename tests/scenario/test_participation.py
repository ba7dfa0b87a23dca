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
        ("participation: {Bodø: {gp: own}}", "'Bodø' is no part of the study, whose municipalities are 5501 Tromsø"),
        ("participation: {'4601': {gp: own}}", "'4601' is no part of the study"),
        ("participation: {Oslo: {gp: own}}", "'Oslo' is no part of the study"),
        ("participation: {'34': {gp: own}}", "'34' is no part of the study"),
        ("participation: {Tromsø: {hospital: own}}", "'hospital' is shared by the whole county"),
        ("participation: {Troms: {helfo: own}}", "'helfo' is shared by all counties"),
        ("outages: [{system: gp, at: 2026-01-19, lasts: 1 h}]", "outside the period of 7 days"),
        ("outages: [{system: gp, at: 2026-03-29 02:30, lasts: 1 h}]", "there is no '2026-03-29 02:30'"),
    ],
)
def test_what_is_no_place_or_time_is_told_as_what_it_is(
    study_file: Write, figures: Figures, words: str, complaint: str
) -> None:
    """A place told twice, of two names, read as octal or of no use, and an hour that the clock leaves out."""
    (fault,) = check_files([study_file(("demand: ", f"{words}\ndemand: "))], figures)
    assert "study.yaml:9: " in fault
    assert complaint in fault


@pytest.mark.parametrize(("word", "area"), [("Tromsø", "5501"), ("5501", "5501"), ("Troms", "55"), ("'03'", "03")])
def test_a_place_goes_by_number_or_name(study_file: Write, figures: Figures, word: str, area: str) -> None:
    """Municipalities by their four digits or name, counties by their two."""
    said = f'municipalities: ["5501", "0301"]\nparticipation: {{{word}: {{gp: own}}}}'
    study = load_study(study_file(('municipalities: ["5501"]', said)), figures)
    assert study.participation.places == {area: {"gp": Choice("own")}}


@pytest.mark.parametrize("place", ["'5501'", "Bodø", "Nordland", "'50'"])
def test_a_county_or_municipality_of_the_study_may_be_named(study_file: Write, figures: Figures, place: str) -> None:
    """What counts is the study's own list, whichever of its municipalities somebody then runs alone."""
    said = f'municipalities: ["5501", "1804", "5001"]\nparticipation: {{{place}: {{gp: own}}}}'
    assert check_files([study_file(('municipalities: ["5501"]', said))], figures) == []


def test_a_county_may_say_what_it_shares(study_file: Write, figures: Figures) -> None:
    """Its hospital is one organisation, which is the county's and not a municipality's."""
    study = load_study(study_file(("demand: ", "participation: {Troms: {hospital: own}}\ndemand: ")), figures)
    assert study.participation.choice("5500", "hospital") == Choice("own")


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
