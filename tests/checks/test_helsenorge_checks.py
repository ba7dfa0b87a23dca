"""The checks of what the citizen gets through Helsenorge, given histories that keep their rules and that break them."""

from typing import Any

import pytest

Json = dict[str, Any]
CASE = "ServiceRequest/9"
NOTICE = {"direction": "in", "body": {"focus": CASE}}
HANDSHAKE: Json = {"direction": "in", "body": {}}


def applied(story: Any, **more: Any) -> Any:
    """An application sent twice, decided, told of and shown; ``more`` are facts that are otherwise."""
    facts: Json = {
        "watched": {"status": 201},
        "sent": {"statuses": [200, 200]},
        "case": CASE,
        "received.helsenorge": [HANDSHAKE, NOTICE, NOTICE],
        "secret": ["Hjemmesykepleie"],
        "seen": ["active", "completed"],
        "cases": [CASE],
    } | more
    cases = facts.pop("cases")
    story.fact(**facts).update("decided", {"resourceType": "ServiceRequest", "id": "9"})
    return story.search("cases", *({"resourceType": "ServiceRequest", "id": c.partition("/")[2]} for c in cases))


def test_one_case_that_is_told_of(story: Any) -> None:
    """Once, told of twice without content, shown as it stood: pass."""
    assert applied(story).judged("applicant_is_told_through_helsenorge").outcome == "pass"


@pytest.mark.parametrize(
    "more",
    [
        {"watched": {"status": 422}},
        {"sent": {"statuses": [200, 500]}},
        {"cases": [CASE, "ServiceRequest/10"]},
        {"cases": ["ServiceRequest/10"]},
        {"received.helsenorge": [HANDSHAKE, NOTICE]},
        {"received.helsenorge": [NOTICE, NOTICE, {"direction": "in", "body": {"code": "Hjemmesykepleie"}}]},
        {"seen": ["active", "active"]},
        {"seen": ["", "completed"]},
        {"case": ""},
        {"received.helsenorge": [HANDSHAKE, *[{"direction": "in", "body": {"focus": f"{CASE}9"}}] * 2]},
    ],
)
def test_a_case_gone_wrong(story: Any, more: Json) -> None:
    """Unwatched, refused, twice, another, untold, told too much, shown otherwise, or without a name: fail."""
    assert applied(story, **more).judged("applicant_is_told_through_helsenorge").outcome == "fail"


def test_an_application_without_an_answer(story: Any) -> None:
    """Nobody knows what became of it: inconclusive."""
    found = applied(story, sent={"statuses": [0, 200]}).judged("applicant_is_told_through_helsenorge")
    assert found.outcome == "inconclusive"


def look(*resources: Json) -> Json:
    """What Helsenorge showed."""
    return {"status": 200, "resources": list(resources)}


OWN: Json = {"resourceType": "Condition", "id": "c"}


def seen(story: Any, log: str = "Kari", own: Json = OWN, strange: Json | None = None, nurse: Json = OWN) -> Any:
    """What the nurse looked at, and what Helsenorge showed the citizen and a stranger."""
    shown = {"own": look(own), "log": look({"resourceType": "AuditEvent", "agent": log})}
    shown |= {"strange": look(*([strange] if strange else [])), "strange-log": look()}
    story.fact(shown=shown, nurse=["Kari", "9144900", "13817204078"])
    return story.search("nurse", nurse)


def test_who_looked_is_seen_by_name(story: Any) -> None:
    """Record and name for the citizen, nothing for a stranger: pass."""
    assert seen(story).judged("citizen_sees_who_looked_through_helsenorge").outcome == "pass"


@pytest.mark.parametrize(
    "more",
    [{"log": "somebody"}, {"own": {"resourceType": "Condition", "id": "x"}}, {"strange": OWN}],
)
def test_who_looked_is_not_seen(story: Any, more: Json) -> None:
    """No name, another record, or something for a stranger: fail."""
    assert seen(story, **more).judged("citizen_sees_who_looked_through_helsenorge").outcome == "fail"


@pytest.mark.parametrize("number", ["9144900", "13817204078"])
def test_a_number_of_the_nurse(story: Any, number: str) -> None:
    """The log may not hold any number of who looked: fail."""
    found = seen(story)
    found.facts["shown"]["log"]["resources"][0] |= {"value": number, "agent": "Kari"}
    assert found.judged("citizen_sees_who_looked_through_helsenorge").outcome == "fail"


def test_a_nurse_who_saw_nothing(story: Any) -> None:
    """A candidate that shows nobody anything passes nothing."""
    found = story.fact(shown={}, nurse=["Kari"]).search("nurse").judged("citizen_sees_who_looked_through_helsenorge")
    assert found.outcome == "inconclusive"
