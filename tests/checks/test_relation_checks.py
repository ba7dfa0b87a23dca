"""Checks of access that comes and goes, each given histories that keep its rule and histories that break it."""

from typing import Any

import pytest

Json = dict[str, Any]
PATIENT = {"resourceType": "Patient", "id": "p"}
DIAGNOSIS = {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}}
OTHER = {"resourceType": "Condition", "id": "o", "subject": {"reference": "Patient/q"}}
TEAM = {"resourceType": "CareTeam", "id": "t"}
TICKET = {"resourceType": "Task", "id": "t"}
RELATED = {"resourceType": "RelatedPerson", "id": "r"}
REASON = "Sak 4711"
EVENT = {"resourceType": "AuditEvent", "id": "1", "outcomeDesc": REASON}


def look(story: Any, label: str, *seen: Json) -> Any:
    """One look: what is seen, or a refusal."""
    return story.search(label, *seen) if seen else story.refuse(label, 403, verb="search")


def world(story: Any) -> Any:
    """A patient with a diagnosis, both taken in."""
    story.fact(patient=["i-Patient-p"], own=["i-Condition-c"], others=["i-Condition-o"], reason=REASON)
    return story.write("seed", PATIENT, "p").write("seed", DIAGNOSIS, "c").write("seed", OTHER, "o")


def team(story: Any, *, before: tuple[Json, ...] = (), member: bool = True, after: tuple[Json, ...] = ()) -> Any:
    """A nurse looks before, in and after a membership."""
    look(world(story), "before", *before).write("team", TEAM, "t")
    look(story, "member", *((PATIENT, DIAGNOSIS) if member else ()))
    return look(story.update("end", TEAM), "after", *after)


@pytest.mark.parametrize(
    ("told", "outcome"),
    [({}, "pass"), ({"before": (PATIENT,)}, "fail"), ({"after": (DIAGNOSIS,)}, "fail"), ({"member": False}, "fail")],
)
def test_membership_gives_and_ends_access(story: Any, told: Json, outcome: str) -> None:
    """Seen by a member, and neither before nor after: pass; seen otherwise, or never: fail."""
    assert team(story, **told).judged("membership_gives_and_ends_access").outcome == outcome


def test_a_team_that_is_refused_says_nothing(story: Any) -> None:
    """Without a team there is nothing to judge: inconclusive."""
    look(world(story), "before").refuse("team", 422)
    assert story.judged("membership_gives_and_ends_access").outcome == "inconclusive"


@pytest.mark.parametrize(
    ("home", "away", "outcome"),
    [((DIAGNOSIS,), (), "pass"), ((DIAGNOSIS,), (OTHER,), "fail"), ((), (), "fail")],
)
def test_home_decides_for_parents(story: Any, home: tuple[Json, ...], away: tuple[Json, ...], outcome: str) -> None:
    """The child at home seen and the other not: pass; both, or neither: fail."""
    story.fact(home=["i-Condition-c"], away=["i-Condition-o"]).read("own", PATIENT)
    story.write("seed", DIAGNOSIS, "c").write("seed", OTHER, "o")
    for place in ("home", "away"):
        story.update(f"born.{place}", PATIENT).write(f"related.{place}", RELATED, "r")
    look(look(story, "home.diagnoses", *home), "away.diagnoses", *away)
    assert story.judged("home_decides_for_parents").outcome == outcome


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({}, "pass"),
        ({"without": (PATIENT,)}, "fail"),
        ({"beside": (OTHER,)}, "fail"),
        ({"after": (DIAGNOSIS,)}, "fail"),
        ({"log": ()}, "fail"),
        ({"with": ()}, "fail"),
    ],
)
def test_a_ticket_opens_one_record_for_a_while(story: Any, told: Json, outcome: str) -> None:
    """One record, while it lasts, with the reason in the log: pass; anything more or less: fail."""
    seen: Json = {"without": (), "with": (PATIENT, DIAGNOSIS), "beside": (), "after": (), "log": (EVENT,)} | told
    look(world(story), "without", *seen["without"]).write("ticket", TICKET, "t")
    look(look(story, "with", *seen["with"]), "beside", *seen["beside"]).update("end", TICKET)
    look(look(story, "after", *seen["after"]), "log", *seen["log"])
    assert story.judged("tickets_open_one_record_for_a_while").outcome == outcome
