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


NUMBER = [{"system": "urn:n", "value": "1"}]
OTHER = [{"system": "urn:n", "value": "2"}]


def registered(s: Any, second: int = 409, first: int = 201, taken: int = 409, **more: Any) -> Any:
    """Two register one person at once; who is found; the number is entered on somebody else, who is read."""
    person = {"resourceType": "Patient", "id": "1", "identifier": NUMBER}
    other = {"resourceType": "Patient", "id": "9", "identifier": OTHER}
    s.write("known", other, "9")
    s.write("registered.1", person, status=first).write("registered.2", person, "2", status=second)
    s.search("found", *(person | {"id": number} for number in more.get("found", "1")))
    return s.update("taken", other | {"identifier": NUMBER}, status=taken).read("after", more.get("after", other))


def test_a_person_with_one_record_passes(story: Any) -> None:
    """One made the person, the other was told, and nobody else got the number."""
    found = registered(story).judged("person_has_one_record")
    assert found.outcome == "pass", found.message


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"second": 201, "found": "12"}, "were taken, expected one"),
        ({"found": "12"}, "carry the identity number"),
        ({"first": 409, "found": ""}, "None of those"),
        ({"second": 500}, "expected it to be refused"),
        ({"taken": 200, "after": {"resourceType": "Patient", "id": "9", "identifier": NUMBER}}, "another person"),
        ({"after": {"resourceType": "Patient", "id": "9"}}, "not who they were"),
    ],
)
def test_a_person_with_two_records_fails(how: Any, told: str, story: Any) -> None:
    """Made twice, found twice, refused to everybody, or the number given to somebody else."""
    found = registered(story, **how).judged("person_has_one_record")
    assert (found.outcome, found.attribution) == ("fail", "candidate"), found.message
    assert told in found.message


def needed(s: Any, second: int = 409, first: int = 201, within: int = 409, after: int = 201) -> Any:
    """Two need one person at once, one from the middle of that, one afterwards."""
    made = {"resourceType": "Appointment"}
    s.write("needed.1", made, status=first).write("needed.2", made, "2", status=second)
    return s.write("within.1", made, "3", status=within).write("after.1", made, "4", status=after)


def test_somebody_needed_at_one_place_passes(story: Any) -> None:
    """One got the hour, the others were told, and the next hour was free."""
    found = needed(story).judged("required_is_at_one_place")
    assert found.outcome == "pass", found.message


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"second": 201}, "were taken, expected one"),
        ({"within": 201}, "another appointment"),
        ({"after": 409}, "could not be booked"),
        ({"first": 409}, "None of those"),
    ],
)
def test_somebody_needed_at_two_places_fails(how: Any, told: str, story: Any) -> None:
    """Given twice, overlapped, kept for longer than the hour, or given to nobody."""
    found = needed(story, **how).judged("required_is_at_one_place")
    assert (found.outcome, found.attribution) == ("fail", "candidate"), found.message
    assert told in found.message


@pytest.mark.parametrize(
    ("check", "label"), [("person_has_one_record", "registered.1"), ("required_is_at_one_place", "needed.1")]
)
def test_one_place_without_answers_is_no_verdict(check: str, label: str, story: Any) -> None:
    """When nobody was answered nothing is known."""
    assert story.silence(label).judged(check).outcome == "inconclusive"
