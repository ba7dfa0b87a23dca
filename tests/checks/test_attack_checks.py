"""Checks of an attack, on histories written by hand: what comes back, and how the others fare."""

from typing import Any

import pytest

from tests.checks.conftest import NOON, Story

KINDS = ("AllergyIntolerance", "MedicationStatement")


def about(kind: str, number: str = "1", **more: Any) -> dict[str, Any]:
    return {"resourceType": kind, "id": number, "subject": {"reference": "Patient/1"}, **more}


def attacked(
    story: Story, *, spoilt: bool = True, missing: str = "", read: int = 200, hours: int = 0, harmed: str = ""
) -> Story:
    """A chart and a measurement backed up, spoilt and restored, and the others' entry read before, during and after."""
    for kind in KINDS:
        story.write(f"seed.{kind}", about(kind), "1").search(f"before.{kind}", about(kind))
    story.write("care", about("Observation"), "1").write("seed.others", about("Condition", "2"), "2")
    story.fact(known=[f"i-{kind}-1" for kind in (*KINDS, "Observation")], elsewhere=["i-Condition-2"])
    story.read("ahead.1", about("Condition", "2")).write("late.1", about("Observation", "3"), "3")
    story.fact(attacked=NOON + len(story.exchanges) - 3600 * hours, spoilt=4, waited=10.0, limit_s=3600)
    if spoilt:
        story.silence("spoilt.1.AllergyIntolerance", "search")
    else:
        story.search("spoilt.1.AllergyIntolerance", about("AllergyIntolerance"))
    story.read("during.1", about("Condition", "2"), status=503 if harmed == "during" else 200)
    story.write("during-write", about("Observation", "4"), "4", status=503 if harmed == "write" else 201)
    story.read("during-read", about("Observation", "4"))
    for kind in KINDS:
        story.search(f"back.1.{kind}", *([] if kind == missing else [about(kind)]))
    story.read("restored.care", about("Observation"), status=read)
    return story.read("after.1", about("Condition", "2"))


@pytest.mark.parametrize(
    ("parts", "outcome", "words"),
    [
        ({}, "pass", "3 entries were back"),
        ({"missing": "MedicationStatement"}, "fail", "MedicationStatement/1 is missing from the restored chart"),
        ({"read": 404}, "fail", "before the backup is not restored"),
        ({"hours": 2}, "fail", "expected within 60 minutes"),
        ({"spoilt": False}, "inconclusive", "lies elsewhere"),
    ],
)
def test_what_comes_back(story: Story, parts: dict[str, Any], outcome: str, words: str) -> None:
    """All of the backup is back in time, or it is a failure; data that were never spoilt say nothing."""
    found = attacked(story, **parts).judged("restored_whole_after_an_attack")
    assert found.outcome == outcome
    assert words in found.message


def test_a_failed_operation_is_a_failure(story: Story) -> None:
    """A backup or restore that does not work is the candidate's fault."""
    found = attacked(story).fact(failed="it ended with 2").judged("restored_whole_after_an_attack")
    assert found.outcome == "fail"
    assert "it ended with 2" in found.message


@pytest.mark.parametrize(
    ("parts", "outcome", "words"),
    [
        ({}, "pass", "The others read 1 entries"),
        ({"harmed": "during"}, "fail", "could not read"),
        ({"harmed": "write"}, "fail", "could not write"),
        ({"spoilt": False}, "inconclusive", "lies elsewhere"),
    ],
)
def test_the_others(story: Story, parts: dict[str, Any], outcome: str, words: str) -> None:
    """Those not attacked read and write on."""
    found = attacked(story, **parts).judged("others_are_unharmed_by_an_attack")
    assert found.outcome == outcome
    assert words in found.message
