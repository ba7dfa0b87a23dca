"""The check of the past moved from old systems, given histories that keep its rule and histories that break it."""

from typing import Any

import pytest

Json = dict[str, Any]
KINDS = [{"name": "people", "type": "Patient"}, {"name": "diagnoses", "type": "Condition"}]
PEOPLE = {"first": "p1", "second": "p2"}


def diagnosis(number: str, of: str, text: str = "Astma") -> Json:
    """A diagnosis as the old system lists it, or as the record shows it."""
    resource = {"resourceType": "Condition", "code": {"text": text}, "subject": {"reference": of}}
    return resource | ({"id": number} if number else {})


def moved(story: Any, *, answered: bool = True) -> Any:
    """Two people with a diagnosis each, moved in one portion; stored as Patient/a, Patient/b, Condition/a, /b."""
    entries = [
        {"fullUrl": "urn:uuid:p1", "resource": {"resourceType": "Patient", "gender": "female"}},
        {"fullUrl": "urn:uuid:p2", "resource": {"resourceType": "Patient", "gender": "male"}},
        {"fullUrl": "urn:uuid:c1", "resource": diagnosis("", "urn:uuid:p1")},
        {"fullUrl": "urn:uuid:c2", "resource": diagnosis("", "urn:uuid:p2")},
    ]
    names = ("Patient/a", "Patient/b", "Condition/a", "Condition/b")
    answers = [{"response": {"status": "201", "location": f"{name}/_history/1"} if answered else {}} for name in names]
    bundle = {"resourceType": "Bundle", "entry": entries}
    story.fact(types=KINDS, people=PEOPLE)
    answer: Any = (200, {"resourceType": "Bundle", "entry": answers}, {})
    return story.add("move.1", "transaction", "http://127.0.0.1:1/fhir/x", sent=bundle, answer=answer)


def shown(story: Any, *first: Json, gender: str = "female") -> Any:
    """What the record shows of the first, and rightly of the second."""
    story.read("person.first", {"resourceType": "Patient", "id": "a", "gender": gender})
    story.search("chart.first.Condition", *first)
    story.read("person.second", {"resourceType": "Patient", "id": "b", "gender": "male"})
    return story.search("chart.second.Condition", diagnosis("b", "Patient/b"))


def test_everything_there_and_unchanged(story: Any) -> None:
    """The same number, content and person: pass."""
    told = shown(moved(story), diagnosis("a", "Patient/a"))
    assert told.judged("the_past_arrives_whole").outcome == "pass"


@pytest.mark.parametrize(
    "first",
    [
        (),
        (diagnosis("a", "Patient/a", "Ast"),),
        (diagnosis("a", "Patient/a"), diagnosis("b", "Patient/b")),
        (diagnosis("a", "Patient/a"), diagnosis("a", "Patient/a")),
        (diagnosis("a", "Patient/b"),),
    ],
)
def test_something_lost_changed_or_misplaced(story: Any, first: tuple[Json, ...]) -> None:
    """One that is missing, cut, another's, there twice, or filed under another: fail."""
    assert shown(moved(story), *first).judged("the_past_arrives_whole").outcome == "fail"


def test_a_person_who_changed_on_the_way(story: Any) -> None:
    """Personal details otherwise than moved: fail."""
    told = shown(moved(story), diagnosis("a", "Patient/a"), gender="male")
    assert told.judged("the_past_arrives_whole").outcome == "fail"


def test_entries_without_a_name_say_nothing(story: Any) -> None:
    """When the candidate does not say what entries were stored as, nothing can be compared: inconclusive."""
    assert shown(moved(story, answered=False)).judged("the_past_arrives_whole").outcome == "inconclusive"


def test_a_refused_portion_says_nothing_yet(story: Any) -> None:
    """What was not taken in cannot be judged as moved: inconclusive."""
    story.fact(types=KINDS, people=PEOPLE).refuse("move.1", 422, verb="transaction")
    assert story.judged("the_past_arrives_whole").outcome == "inconclusive"
