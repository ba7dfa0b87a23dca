"""The check of log analysis, given histories that keep its rule and histories that break it."""

from typing import Any

import pytest

Json = dict[str, Any]
CURIOUS = ["a", "b", "c", "d", "e"]
LAWFUL = [f"l{number}" for number in range(16)]


def issue(number: int, patient: str, hpr: str = "9") -> Json:
    """A look-up as it is shown to the data-protection officer."""
    who = {"identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.4", "value": hpr}}
    found = {"resourceType": "DetectedIssue", "id": str(number), "patient": {"reference": f"Patient/{patient}"}}
    return found | {"implicated": [who]}


def analysed(story: Any, *shown: str, nurse: int = 403, hpr: str = "9") -> Any:
    """Five curious and sixteen lawful look-ups, of which some are shown."""
    story.fact(least_recall=0.8, least_precision=0.8)
    for name, patients in (("curious", CURIOUS), ("lawful", LAWFUL)):
        story.fact(**{name: [{"hpr": "9", "patient": f"i-Patient-{patient}"} for patient in patients]})
        for patient in patients:
            story.write("seed", {"resourceType": "Patient", "id": patient}, patient)
            story.read(name, {"resourceType": "Patient", "id": patient})
    story.write("visit", {"resourceType": "Encounter", "id": "v"}, "v")
    if nurse == 200:
        story.search("nurse", *[issue(1, "a")])
    else:
        story.refuse("nurse", nurse, verb="search")
    return story.search("officer", *[issue(n, patient, hpr) for n, patient in enumerate(shown)])


def test_all_curious_and_no_lawful_ones(story: Any) -> None:
    """Shown as they should be: pass, with both shares and their intervals."""
    found = analysed(story, *CURIOUS).judged("curious_lookups_are_found")
    assert found.outcome == "pass"
    assert "recall 100 % (57-100 %), precision 100 % (57-100 %)" in found.message


def test_the_limits_leave_room_for_one_mistake(story: Any) -> None:
    """One of five missed, and one lawful shown among five: pass, as the limits are 80 %."""
    assert analysed(story, *CURIOUS[:4], "l1").judged("curious_lookups_are_found").outcome == "pass"


@pytest.mark.parametrize(
    "shown", [(), CURIOUS[:3], (*CURIOUS, *LAWFUL), (*CURIOUS, *LAWFUL[:2]), tuple(LAWFUL)], ids=str
)
def test_too_few_or_too_many(story: Any, shown: tuple[str, ...]) -> None:
    """Nobody, too few, everybody, or too many lawful ones: fail."""
    assert analysed(story, *shown).judged("curious_lookups_are_found").outcome == "fail"


def test_the_wrong_person_is_no_finding(story: Any) -> None:
    """The right patient with another's HPR number does not count."""
    assert analysed(story, *CURIOUS, hpr="8").judged("curious_lookups_are_found").outcome == "fail"


@pytest.mark.parametrize(("status", "outcome"), [(403, "pass"), (404, "pass"), (200, "fail"), (500, "fail")])
def test_nobody_else_is_shown(story: Any, status: int, outcome: str) -> None:
    """A nurse who asks for the analysis must be refused."""
    assert analysed(story, *CURIOUS, nurse=status).judged("curious_lookups_are_found").outcome == outcome


def test_what_the_officer_is_refused_says_nothing_of_snooping(story: Any) -> None:
    """Without an analysis the rule is broken."""
    told = analysed(story, *CURIOUS)
    told.exchanges = [e for e in told.exchanges if e.label != "officer"]
    assert told.refuse("officer", 404, verb="search").judged("curious_lookups_are_found").outcome == "fail"
