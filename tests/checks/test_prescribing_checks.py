"""The check of the right to prescribe, given histories that keep its rule and histories that break it."""

from typing import Any

import pytest

ORDER = {"resourceType": "MedicationRequest", "id": "a", "status": "active"}


def told(story: Any, *, outside: int = 403, lost: int = 403) -> Any:
    """Something allowed, taken in; something outside and something after the right was lost, answered so."""
    story.write("allowed.nurse", {k: v for k, v in ORDER.items() if k != "id"}, "a")
    return story.refuse("outside.nurse", outside).refuse("lost", lost).search("orders", ORDER)


@pytest.mark.parametrize("status", [403, 422])
def test_what_the_register_lets_each_prescribe(story: Any, status: int) -> None:
    """The allowed order stands alone and the others are refused: pass."""
    assert told(story, outside=status).judged("prescribing_follows_the_register").outcome == "pass"


@pytest.mark.parametrize(("outside", "lost"), [(500, 403), (403, 404)])
def test_refusals_that_say_something_else(story: Any, outside: int, lost: int) -> None:
    """A breakdown or a missing page is no refusal of a prescription: fail."""
    assert told(story, outside=outside, lost=lost).judged("prescribing_follows_the_register").outcome == "fail"


def test_an_order_outside_the_right_that_stands(story: Any) -> None:
    """What was refused and is found all the same: fail."""
    found = told(story).search("orders", {**ORDER, "id": "b"}).judged("prescribing_follows_the_register")
    assert (found.outcome, "MedicationRequest/b" in found.message) == ("fail", True)


def test_nobody_may_prescribe(story: Any) -> None:
    """A candidate that refuses what is allowed as well passes nothing."""
    story.refuse("allowed.nurse", 403).refuse("outside.nurse", 403)
    assert story.judged("prescribing_follows_the_register").outcome == "fail"
