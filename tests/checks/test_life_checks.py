"""Checks of the lives of referrals, tasks and appointments, on histories written by hand."""

from typing import Any

import pytest

GOING_BACK = {
    "referral_does_not_go_back": ("Task", ("requested", "received", "rejected"), "accepted"),
    "task_does_not_go_back": ("Task", ("requested", "completed"), "requested"),
    "appointment_does_not_go_back": ("Appointment", ("booked", "arrived"), "noshow"),
}


def life(s: Any, check: str, *, stuck: int = 0, status: int = 409, after: str = "") -> Any:
    """Something goes its way and is then sent back: ``stuck`` is the step refused, ``after`` how it stands."""
    kind, steps, wanted = GOING_BACK[check]
    one = {"resourceType": kind, "id": "1"}
    s.fact(lives=[{"steps": [*steps], "attempts": [wanted]}])
    for place, step in enumerate(steps, start=1):
        taken = stuck != place
        if place == 1:
            s.write("life.1.1", one | {"status": step}, status=201 if taken else 422)
        else:
            s.update(f"life.1.{place}", one | {"status": step}, str(place), status=200 if taken else 409)
    s.update("attempt.1.1", one | {"status": wanted}, "9", status=status)
    return s.read("after.1.1", one | {"status": after or steps[-1]})


@pytest.mark.parametrize("check", GOING_BACK)
def test_a_life_that_goes_its_way_passes(check: str, story: Any) -> None:
    """All steps taken, the one back refused, the state as it was."""
    found = life(story, check).judged(check)
    assert found.outcome == "pass", found.message


WRONG_LIVES: dict[str, tuple[dict[str, Any], str]] = {
    "taken back": ({"status": 200, "after": "x"}, "expected it to be refused"),
    "acknowledged and not done": ({"status": 200}, "expected it to be refused"),
    "refused and done": ({"after": "x"}, "after the attempt"),
    "fell over": ({"status": 500}, "expected it to be refused"),
    "hidden": ({"status": 404}, "expected it to be refused"),
    "takes no step": ({"stuck": 2}, "It could not become"),
    "takes nothing": ({"stuck": 1}, "It could not become"),
}


@pytest.mark.parametrize("fault", WRONG_LIVES)
@pytest.mark.parametrize("check", GOING_BACK)
def test_a_life_that_goes_wrong_fails(check: str, fault: str, story: Any) -> None:
    """A step back that is taken fails, and so does a journal that refuses every step."""
    how, told = WRONG_LIVES[fault]
    found = life(story, check, **how).judged(check)
    assert (found.outcome, found.attribution) == ("fail", "candidate"), found.message
    assert told in found.message


def test_a_step_without_an_answer_is_no_verdict(story: Any) -> None:
    """Silence is neither a refusal nor a step."""
    story.fact(lives=[{"steps": ["requested"], "attempts": ["accepted"]}]).silence("life.1.1")
    assert story.judged("task_does_not_go_back").outcome == "inconclusive"


def slot(s: Any, second: int = 409, first: int = 201, holders: str = "1", again: int = 201) -> Any:
    """Two book one slot at once; who holds it; the one who got it calls off, and the other books again."""
    made = {"resourceType": "Appointment", "id": "1", "status": "booked"}
    s.write("booking.1.1", made, status=first).write("booking.1.2", made, "2", status=second)
    s.search("holders.1", *(made | {"id": number} for number in holders))
    return s.update("cancelled.1", made | {"status": "cancelled"}).write("again.1", made, "3", status=again)


def test_a_slot_with_one_holder_passes(story: Any) -> None:
    """One got it, the other was told, and then the other got it."""
    found = slot(story).judged("slot_has_one_holder")
    assert found.outcome == "pass", found.message


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"second": 201, "holders": "12"}, "were told they got"),
        ({"second": 500}, "expected it to be refused"),
        ({"first": 409, "holders": ""}, "Nobody got the free time"),
        ({"holders": "12"}, "stand on one time"),
        ({"holders": ""}, "stand on one time"),
        ({"again": 409}, "could not be booked again"),
    ],
)
def test_a_slot_given_wrongly_fails(how: Any, told: str, story: Any) -> None:
    """Given twice, to nobody, kept for nobody, or never free again."""
    found = slot(story, **how).judged("slot_has_one_holder")
    assert (found.outcome, found.attribution) == ("fail", "candidate"), found.message
    assert told in found.message


def test_a_race_without_answers_is_no_verdict(story: Any) -> None:
    """When nobody was answered nothing is known."""
    assert story.silence("booking.1.1").judged("slot_has_one_holder").outcome == "inconclusive"
