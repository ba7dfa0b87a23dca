"""Checks of archive, letter box, accounts and roster, given histories that keep their rules and some that do not."""

from typing import Any

import pytest

Json = dict[str, Any]
LETTER = {"data": "VmVkdGFr", "taken": 1}


@pytest.mark.parametrize("check", ["letter_is_archived_once", "letter_is_sent_once"])
@pytest.mark.parametrize(
    ("held", "outcome"),
    [
        ([LETTER], "pass"),
        ([], "fail"),
        ([LETTER, LETTER], "fail"),
        ([{**LETTER, "data": ""}], "fail"),
        ([{**LETTER, "taken": 2}], "fail"),
    ],
)
def test_one_letter_with_its_document(story: Any, check: str, held: list[Json], outcome: str) -> None:
    """Lost, doubled, empty or handed over again: the rule is broken."""
    story.write("letter", {"resourceType": "DocumentReference"}).fact(held=held, data="VmVkdGFr")
    assert story.judged(check).outcome == outcome


SERVICE = {"service": "15", "status": "finished", "start": "2026-01-12", "end": "2026-01-16"}


@pytest.mark.parametrize(
    ("before", "held", "outcome"),
    [
        ([SERVICE], [SERVICE], "pass"),
        ([], [SERVICE], "fail"),
        ([SERVICE], [], "fail"),
        ([SERVICE], [SERVICE, SERVICE], "fail"),
        ([SERVICE], [{**SERVICE, "status": "active", "end": None}], "fail"),
        ([SERVICE], [{**SERVICE, "service": "1"}], "fail"),
    ],
)
def test_services_from_beginning_to_end(story: Any, before: list[Json], held: list[Json], outcome: str) -> None:
    """Unheard of, doubled, endless or of another kind: the rule is broken."""
    story.write("granted", {"resourceType": "EpisodeOfCare"}).update(
        "ended", {"resourceType": "EpisodeOfCare", "id": "1"}
    )
    story.fact(before=before, held=held, service="15", start="2026-01-12", end="2026-01-16")
    assert story.judged("services_reach_the_accounts").outcome == outcome


def shift(kind: str, start: str, of: str = "r") -> Json:
    """A role or a schedule from a time on."""
    if kind == "PractitionerRole":
        return {"resourceType": kind, "id": of, "period": {"start": start}}
    actor = [{"reference": f"PractitionerRole/{of}"}]
    return {"resourceType": kind, "id": "s", "planningHorizon": {"start": start}, "actor": actor}


MOVED, PLANNED = "2026-01-15T22:00:00+01:00", "2026-01-15T07:30:00+01:00"


@pytest.mark.parametrize(
    ("roles", "schedules", "outcome"),
    [
        ([("r", MOVED)], [("r", MOVED)], "pass"),
        ([("r", PLANNED)], [("r", MOVED)], "fail"),
        ([("r", MOVED)], [("r", PLANNED)], "fail"),
        ([("r", MOVED), ("q", PLANNED)], [("r", MOVED)], "fail"),
        ([], [], "fail"),
        ([("r", MOVED)], [("q", MOVED)], "fail"),
    ],
)
def test_a_shift_as_it_was_moved(
    story: Any, roles: list[tuple[str, str]], schedules: list[tuple[str, str]], outcome: str
) -> None:
    """Not moved, doubled, missing, or with a schedule of somebody else's: the rule is broken."""
    story.fact(moved_to=MOVED)
    story.search("shifts.PractitionerRole", *(shift("PractitionerRole", start, of) for of, start in roles))
    story.search("shifts.Schedule", *(shift("Schedule", start, of) for of, start in schedules))
    assert story.judged("roster_and_record_agree").outcome == outcome
