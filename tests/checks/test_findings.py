"""How a history is weighed: what was not taken in, what was never answered, what came back otherwise."""

from typing import Any

from simulator.checks.content import differences
from simulator.checks.evidence import mask


def test_people_that_were_not_taken_in_make_it_inconclusive(story: Any) -> None:
    """When the candidate refused the people an example rests on, nothing is said about the rule."""
    found = story.refuse("seed", 422).judged("entry_reaches_every_service")
    assert (found.outcome, found.attribution) == ("inconclusive", "candidate")
    assert "422" in found.message


def test_no_answer_is_the_environments(story: Any) -> None:
    """A write that was never answered may have happened: inconclusive, and not blamed on the candidate."""
    found = story.silence("write").judged("entry_reaches_every_service")
    assert (found.outcome, found.attribution) == ("inconclusive", "environment")


def test_a_finding_names_its_evidence(story: Any) -> None:
    """A failure points at the exchanges it rests on."""
    note = {"resourceType": "DocumentReference", "id": "1", "status": "current"}
    found = story.write("write", note).search("chart").judged("entry_reaches_every_service")
    assert found.outcome == "fail"
    assert found.evidence == (1, 2)


def test_content_is_compared_by_meaning() -> None:
    """The same instant in another time zone, an absolute reference and additions are no change."""
    sent = {"resourceType": "Observation", "at": "2026-01-12T12:00:00+01:00", "subject": {"reference": "Patient/1"}}
    got = {**sent, "at": "2026-01-12T11:00:00Z", "subject": {"reference": "http://x/fhir/Patient/1"}, "extra": 1}
    assert differences(sent, got) == []


def test_every_change_of_content_is_seen() -> None:
    """A value changed, an element lost and a list cut short are each told with their path."""
    sent = {"resourceType": "Observation", "value": 120.5, "note": "æøå", "component": [1, 2], "active": True}
    got = {"resourceType": "Observation", "value": 120, "component": [1], "active": 1}
    told = differences(sent, got)
    assert [t.split(" ")[0] for t in told] == [
        "Observation.value",
        "Observation.note",
        "Observation.component",
        "Observation.active",
    ]


def test_masking_leaves_other_numbers_alone() -> None:
    """Only runs of exactly eleven digits are hidden."""
    assert mask(f"{'1' * 11} and {'2' * 12} and 2026") == f"[person number] and {'2' * 12} and 2026"


def test_masking_leaves_ids_whole() -> None:
    """A UUID with eleven digits in a row is no person number."""
    uuid = f"01a209c9-1dac-71e8-9542-e{'3' * 11}"
    assert mask(f"Task/{uuid} of {'4' * 11}") == f"Task/{uuid} of [person number]"
