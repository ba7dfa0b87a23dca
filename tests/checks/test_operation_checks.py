"""Checks of operation, on histories written by hand: what is lost, what comes back late, what a year comes to."""

from typing import Any

import pytest

from simulator.checks.availability import years
from tests.checks.conftest import NOON, Story

ASSUMED: dict[str, dict[str, Any]] = {
    "process_faults": {"value": 52},
    "machine_faults": {"value": 0.2},
    "notice": {"value": 60},
    "mending": {"value": 14400},
}


def measurement(number: str, value: int = 80) -> dict[str, Any]:
    """Observation/<number> about Patient/1."""
    found = {"resourceType": "Observation", "id": number, "status": "final"}
    return {**found, "subject": {"reference": "Patient/1"}, "valueQuantity": {"value": value}}


def about(kind: str) -> dict[str, Any]:
    """One entry of the chart about Patient/1."""
    return {"resourceType": kind, "id": "1", "subject": {"reference": "Patient/1"}}


def controlled(story: Story) -> Story:
    """A write read back while all is well."""
    return story.write("control", measurement("0"), "0").read("control-read", measurement("0"))


def written(story: Story, *, lost: str = "", changed: str = "", n: int = 25, back: bool = True) -> Story:
    """Measurements acknowledged until the power failed, and looked for afterwards."""
    controlled(story)
    for number in range(1, n + 1):
        story.write(f"write.{number}", measurement(str(number)), str(number))
    story.silence("write.99").fact(killed=NOON + len(story.exchanges), waited=30)
    for found in map(str, range(1, n + 1) if back else ()):
        shown = measurement(found, 81 if found == changed else 80)
        story.read(f"found.{found}", shown, status=410 if found == lost else 200)
    return story


@pytest.mark.parametrize(
    ("parts", "outcome", "words"),
    [
        ({}, "pass", "None of 25 writes is lost"),
        ({"lost": "7"}, "fail", "Observation/7 was acknowledged and is lost"),
        ({"changed": "7"}, "fail", "is not as written"),
        ({"n": 3}, "inconclusive", "Only 3 writes"),
        ({"back": False}, "inconclusive", "did not come back within 30 s"),
    ],
)
def test_what_was_acknowledged(story: Story, parts: dict[str, Any], outcome: str, words: str) -> None:
    """A write acknowledged before the power failed and gone or changed afterwards is a failure; too few say nothing."""
    found = written(story, **parts).judged("acknowledged_survives_power_failure")
    assert found.outcome == outcome
    assert words in found.message


def chart(story: Story, *, whole: bool = True, before: bool = True, late_s: float = 0.0) -> Story:
    """A chart read before the power failed and after: first not answered, then without medicines, then whole or not."""
    kinds = ("AllergyIntolerance", "MedicationStatement")
    for kind in kinds:
        story.write(f"seed.{kind}", about(kind), "1")
    story.fact(known=[f"i-{kind}-1" for kind in kinds], assumed=ASSUMED, waited=10.0, seed=7)
    for kind in kinds:
        story.search(f"before.{kind}", *([about(kind)] if before else []))
    story.fact(killed=NOON + len(story.exchanges) - late_s)
    story.silence("back.1.AllergyIntolerance", "search")
    story.search("back.2.AllergyIntolerance", about("AllergyIntolerance")).search("back.2.MedicationStatement")
    for kind in kinds if whole else ():
        story.search(f"back.3.{kind}", about(kind))
    return story


@pytest.mark.parametrize(
    ("parts", "outcome", "words"),
    [
        ({}, "pass", "The chart was back 5.1 s after the power failed"),
        ({"late_s": 300.0}, "fail", "expected within 5 minutes"),
        ({"whole": False}, "fail", "was not back after 10.0 s"),
        ({"before": False}, "inconclusive", "not whole even before"),
    ],
)
def test_reading_again(story: Story, parts: dict[str, Any], outcome: str, words: str) -> None:
    """A chart counts as back when it is whole; one that is never whole waits for people, who take hours."""
    found = chart(story, **parts).fact(limit_s=300).judged("reading_comes_back_in_time")
    assert found.outcome == outcome
    assert words in found.message


@pytest.mark.parametrize(("whole", "outcome"), [(True, "pass"), (False, "fail")])
def test_a_year_of_reading(story: Story, whole: bool, outcome: str) -> None:
    """Seconds after each failure are little in a year; hours for each are too much."""
    found = chart(story, whole=whole).fact(limit_s=31536).judged("charts_can_nearly_always_be_read")
    assert found.outcome == outcome
    assert "simulated years with the faults assumed" in found.message


def writing(story: Story, *, taken: bool = True, kept: bool = True) -> Story:
    """Writes refused at first, then taken in and read back, or not."""
    controlled(story).fact(killed=NOON + 2, assumed=ASSUMED, waited=10.0, seed=7)
    story.refuse("taken.1", 503)
    if taken:
        story.write("taken.2", measurement("2"), "2").read("seen.2", measurement("2"), status=200 if kept else 404)
    return story


@pytest.mark.parametrize(("parts", "outcome"), [({}, "pass"), ({"taken": False}, "fail"), ({"kept": False}, "fail")])
def test_writing_again(story: Story, parts: dict[str, Any], outcome: str) -> None:
    """A write counts when it is taken in and is there."""
    assert writing(story, **parts).fact(limit_s=3600).judged("writing_comes_back_in_time").outcome == outcome


@pytest.mark.parametrize(
    ("parts", "limit", "outcome"),
    [
        ({}, 315360, "pass"),
        ({"taken": False}, 315360, "fail"),
        ({}, 3600, "inconclusive"),
    ],
)
def test_a_year_of_service(story: Story, parts: dict[str, Any], limit: float, outcome: str) -> None:
    """A year is judged by the interval of simulated years; one that straddles the limit decides nothing."""
    found = writing(story, **parts).fact(limit_s=limit).judged("a_year_has_little_unplanned_downtime")
    assert found.outcome == outcome


def test_years_are_as_many_faults_long() -> None:
    """The mean year has the mean number of faults, each as long as measured and noticed."""
    year = years(7, ASSUMED, 30.0)
    expected = 52 * 90 + 0.2 * 14460
    assert year.mean == pytest.approx(expected, rel=0.03)
    assert year.low < 52 * 90 < year.high
    assert years(7, ASSUMED, 30.0) == year
