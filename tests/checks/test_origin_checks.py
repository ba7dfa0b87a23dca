"""The check of where entries come from, given histories that keep its rule and histories that break it."""

from typing import Any

import pytest

Json = dict[str, Any]
NOTE = {"resourceType": "DocumentReference", "id": "n"}


def origin(version: int, **more: Any) -> Json:
    """The Provenance of a version."""
    who = {"identifier": {"value": f"900000{version}"}}
    told = {
        "resourceType": "Provenance",
        "id": f"p{version}",
        "target": [{"reference": f"DocumentReference/n/_history/{version}"}],
        "recorded": "2026-01-12T10:00:00Z",
        "activity": {"coding": [{"code": "CREATE" if version == 1 else "UPDATE"}]},
        "agent": [{"who": who, "onBehalfOf": {"identifier": {"value": "974600951"}}}],
    }
    return {name: value for name, value in (told | more).items() if value is not None}


def told(story: Any, *origins: Json) -> Any:
    """A note that one nurse wrote and another corrected."""
    story.fact(authors=["9000001", "9000002"], units=["974600951"]).write("write", NOTE, "n")
    return story.update("correction", NOTE).search("origins", *origins)


def test_each_version_with_its_author(story: Any) -> None:
    """Both versions told of, each by its author: pass."""
    found = told(story, origin(1), origin(2)).judged("every_version_tells_who_wrote_it")
    assert found.outcome == "pass"


def test_where_nobody_signs_in_nobody_is_named(story: Any) -> None:
    """Without people who sign in, what was done and when is enough; a version without Provenance is not: pass, fail."""
    anonymous = [{"who": {"display": "anonymous"}}]
    found = told(story, origin(1, agent=anonymous), origin(2, agent=anonymous)).fact(authors=[])
    assert found.judged("every_version_tells_who_wrote_it").outcome == "pass"
    story.exchanges = story.exchanges[:-1]
    assert story.search("origins", origin(1)).judged("every_version_tells_who_wrote_it").outcome == "fail"


@pytest.mark.parametrize(
    "second",
    [
        {"target": [{"reference": "DocumentReference/n/_history/1"}]},
        {
            "agent": [
                {"who": {"identifier": {"value": "9000001"}}, "onBehalfOf": {"identifier": {"value": "974600951"}}}
            ]
        },
        {"agent": [{"who": {"identifier": {"value": "9000002"}}}]},
        {"activity": {"coding": [{"code": "CREATE"}]}},
        {"recorded": None},
    ],
)
def test_a_version_that_does_not_tell(story: Any, second: Json) -> None:
    """No Provenance of the second version, another author, no organisation, another activity, or no time: fail."""
    found = told(story, origin(1), origin(2, **second)).judged("every_version_tells_who_wrote_it")
    assert found.outcome == "fail"


def test_a_refused_question_is_a_failure(story: Any) -> None:
    """A candidate that does not answer who wrote: fail."""
    story.fact(authors=["9000001", "9000002"], units=[]).write("write", NOTE, "n").update("correction", NOTE)
    assert story.refuse("origins", 404, verb="search").judged("every_version_tells_who_wrote_it").outcome == "fail"
