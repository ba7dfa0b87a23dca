"""Checks of a change of version, on histories written by hand."""

from typing import Any

import pytest

from tests.checks.conftest import NOON, Story


def measurement(number: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "id": number, "status": "final", **more}


def statement(version: str, *parameters: str) -> dict[str, Any]:
    offered = [{"name": name, "type": "token"} for name in ("code", *parameters)]
    resource = {"type": "Observation", "interaction": [{"code": "read"}], "searchParam": offered}
    return {"resourceType": "CapabilityStatement", "software": {"version": version}, "rest": [{"resource": [resource]}]}


def changed(
    story: Story, *, refused: int = 0, offers: str = "date", gone: bool = True, change: int = 200, read: str = "final"
) -> Story:
    """Nurses at work before, during and after a change; something begun before it, and gone on with afterwards."""
    story.write("begun", measurement("1"), "1").read("offered", statement("1", "date"))
    for number in range(30):
        if number == 10:
            story.fact(began=NOON + len(story.exchanges) + 0.5)
        if number == 20:
            story.fact(ended=NOON + len(story.exchanges) + 0.5)
        story.write(
            "traffic.write",
            measurement(f"t{number}"),
            f"t{number}",
            status=refused if number == 15 and refused else 201,
        )
    story.fact(gone=[7] if gone else [])
    story.read("offered-after", statement("1", *filter(None, [offers])))
    story.read("begun-read", measurement("1", status=read))
    return story.update("begun-changed", measurement("1", status="amended"), status=change)


@pytest.mark.parametrize(
    ("parts", "outcome", "words"),
    [
        ({}, "pass", "30 of 30 were answered"),
        ({"refused": 503}, "fail", "was not served"),
        ({"gone": False}, "inconclusive", "Nothing was seen to change"),
    ],
)
def test_people_at_work(story: Story, parts: dict[str, Any], outcome: str, words: str) -> None:
    """One unanswered question is a failure; a change that nobody can see happened says nothing."""
    found = changed(story, **parts).judged("change_goes_unnoticed")
    assert found.outcome == outcome
    assert words in found.message


@pytest.mark.parametrize("check", ["change_goes_unnoticed", "earlier_clients_go_on_after_a_change"])
def test_a_change_that_fails_is_a_failure(story: Story, check: str) -> None:
    """The command of the candidate's file must work."""
    assert changed(story).fact(failed="it ended with 2").judged(check).outcome == "fail"


@pytest.mark.parametrize(
    ("parts", "outcome", "words"),
    [
        ({}, "pass", "3 things offered"),
        ({"offers": ""}, "fail", "Observation?date was offered before"),
        ({"change": 409}, "fail", "cannot be gone on with"),
        ({"read": "unknown"}, "fail", "before the change is not as written"),
    ],
)
def test_clients_of_the_version_before(story: Story, parts: dict[str, Any], outcome: str, words: str) -> None:
    """What was offered is offered, and what was begun can go on."""
    found = changed(story, **parts).judged("earlier_clients_go_on_after_a_change")
    assert found.outcome == outcome
    assert words in found.message
