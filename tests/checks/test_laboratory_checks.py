"""Checks of what laboratory and hub send, each given histories that keep its rule and histories that break it."""

from typing import Any

import pytest

Json = dict[str, Any]


def answer(number: str, status: str, value: float, order: str = "") -> Json:
    """An answer of the laboratory."""
    found: Json = {"resourceType": "Observation", "id": number, "status": status, "valueQuantity": {"value": value}}
    return found | ({"basedOn": [{"reference": f"ServiceRequest/{order}"}]} if order else {})


def report(one: Json) -> Json:
    """The report of an answer."""
    return {**one, "resourceType": "DiagnosticReport"}


RIGHT = [answer("1", "corrected", 7.9, "o"), answer("2", "final", 5.1)]


def answered(story: Any, found: list[Json], status: str = "completed", orders: int = 1) -> Any:
    """An order, and what there is of answers."""
    story.write("order", {"resourceType": "ServiceRequest"}, "o")
    story.fact(order=["i-ServiceRequest-o"], ordered=["59261-8"] * orders, values={"corrected": [7.9], "final": [5.1]})
    story.search("answers.Observation", *found).search("answers.DiagnosticReport", *map(report, found))
    return story.read("order-now", {"resourceType": "ServiceRequest", "id": "o", "status": status})


@pytest.mark.parametrize(
    ("found", "status", "orders", "outcome"),
    [
        (RIGHT, "completed", 1, "pass"),
        ([answer("1", "final", 97, "o"), RIGHT[1]], "completed", 1, "fail"),
        ([*RIGHT, answer("3", "final", 97, "o")], "completed", 1, "fail"),
        (RIGHT[:1], "completed", 1, "fail"),
        ([answer("1", "corrected", 7.9), RIGHT[1]], "completed", 1, "fail"),
        (RIGHT, "active", 1, "fail"),
        (RIGHT, "completed", 2, "fail"),
        (RIGHT, "completed", 0, "fail"),
        ([], "completed", 1, "fail"),
    ],
)
def test_the_answer_issued_last_stands(story: Any, found: list[Json], status: str, orders: int, outcome: str) -> None:
    """Hidden, doubled, lost, unlinked, unfinished or unordered answers break the rule."""
    assert answered(story, found, status, orders).judged("answer_issued_last_stands").outcome == outcome


def measured(story: Any, first: list[float], second: list[float], **facts: Any) -> Any:
    """Two people and what stands in their charts."""
    for name in "ab":
        story.write("seed", {"resourceType": "Patient"}, name)
    told = {"statuses": [["201", "422", "201"]], "stranger": 1, "values": [[141], [122]]} | facts
    story.fact(patients=["i-Patient-a", "i-Patient-b"], **told)
    for number, values in enumerate((first, second), start=1):
        story.search(f"chart.{number}", *(answer(f"{number}{n}", "final", v) for n, v in enumerate(values)))
    return story


@pytest.mark.parametrize(
    ("first", "second", "statuses", "outcome"),
    [
        ([141], [122], ["201", "422", "201"], "pass"),
        ([141, 141], [122], ["201", "422", "201"], "fail"),
        ([], [122], ["201", "422", "201"], "fail"),
        ([122], [141], ["201", "422", "201"], "fail"),
        ([141], [122], ["201", "201", "201"], "fail"),
        ([141], [122], ["422", "422", "201"], "fail"),
        ([141], [122], [], "inconclusive"),
    ],
)
def test_measurements_are_in_the_right_charts(
    story: Any, first: list[float], second: list[float], statuses: list[str], outcome: str
) -> None:
    """Doubled, lost, mixed up, or with a stranger's among them: the rule is broken."""
    told = measured(story, first, second, statuses=[statuses]).search("all")
    assert told.judged("home_measurements_are_filed_rightly").outcome == outcome


def test_a_strangers_measurement_that_is_kept(story: Any) -> None:
    """Refused and found all the same: fail."""
    told = measured(story, [141], [122]).search("all", answer("x", "final", 180))
    assert told.judged("home_measurements_are_filed_rightly").outcome == "fail"
