"""The checks of what others know, given histories that keep their rules and histories that break them."""

from typing import Any

import pytest

CHECK = "own_system_of_a_gp_is_shown"
OUTCOME = {"resourceType": "OperationOutcome", "id": "o", "issue": [{"severity": "warning", "code": "incomplete"}]}
NOTE = {"resourceType": "OperationOutcome", "id": "o", "issue": [{"severity": "information", "code": "informational"}]}
Json = dict[str, Any]


def told(code: str = "K86", source: str = "http://x/fastlege/fhir/Condition/c", patient: str = "1") -> Json:
    """A diagnosis that another journal told."""
    concept = {"coding": [{"code": code}]}
    subject = {"reference": f"Patient/{patient}"}
    return {"resourceType": "Condition", "id": "c", "code": concept, "subject": subject, "meta": {"source": source}}


def looks(story: Any, well: list[Json], down: list[Json]) -> Any:
    """Two looks, at a journal that knows one diagnosis: while it answers, and while it does not."""
    story.fact(patient="Patient/1", theirs={"fastlege": [["Condition", "K86"]]})
    story.fact(looks={"well": {"answers": ["fastlege"]}, "down": {"answers": []}})
    return story.search("well", *well).search("down", *down)


def test_shown_with_its_source_and_missed_aloud(story: Any) -> None:
    """The diagnosis while it answers, an outcome while it does not: pass, for either rule."""
    looks(story, [told()], [OUTCOME])
    assert story.judged(CHECK).outcome == story.judged("other_regions_are_shown").outcome == "pass"


@pytest.mark.parametrize(
    ("well", "down"),
    [
        ([], [OUTCOME]),
        ([told(), told()], [OUTCOME]),
        ([told(source="")], [OUTCOME]),
        ([told("T90")], [OUTCOME]),
        ([told(patient="2")], [OUTCOME]),
        ([told()], []),
        ([told()], [told(), OUTCOME]),
        ([told(), OUTCOME], [OUTCOME]),
        ([told()], [NOTE]),
    ],
)
def test_shown_otherwise(story: Any, well: list[Json], down: list[Json]) -> None:
    """Missing, twice, without source, another's, of another, silence, stale, no gap, or a note alone: fail."""
    assert looks(story, well, down).judged(CHECK).outcome == "fail"


def test_who_does_not_offer_it_passes_nothing(story: Any) -> None:
    """A candidate that knows no such operation fails."""
    story.fact(patient="Patient/1", theirs={"fastlege": []}, looks={"well": {"answers": ["fastlege"]}})
    assert story.refuse("well", 404, verb="read").judged(CHECK).outcome == "fail"
