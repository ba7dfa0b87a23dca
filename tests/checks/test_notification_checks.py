"""Checks of notifications, each given histories that keep its rule and histories that break it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.checks.conftest import BASE, NOON

Json = dict[str, Any]
SUBSCRIPTION = {"resourceType": "Subscription", "id": "s", "status": "requested"}
CONTACTS = ["a", "b", "c"]


def note(kind: str, *events: tuple[int, str], count: int | None = None, at: float = NOON + 5) -> Json:
    """A notification as the bench's endpoint keeps it."""
    parameters: list[Json] = [
        {"name": "subscription", "valueReference": {"reference": f"{BASE}/Subscription/s"}},
        {"name": "type", "valueCode": kind},
        {"name": "events-since-subscription-start", "valueString": str(count or (events[-1][0] if events else 0))},
    ]
    for number, focus in events:
        part: list[Json] = [{"name": "event-number", "valueString": str(number)}]
        part.append({"name": "focus", "valueReference": {"reference": f"{BASE}/{focus}"}})
        parameters.append({"name": "notification-event", "part": part})
    status = {"resource": {"resourceType": "Parameters", "parameter": parameters}}
    body = {"resourceType": "Bundle", "type": "history", "entry": [status]}
    return {"at": at, "path": "/varsel", "subscriber": "tavle", "body": body}


SOUND = [
    note("handshake"),
    note("event-notification", (1, "Encounter/a")),
    note("event-notification", (2, "Encounter/b"), (3, "Encounter/c")),
    note("heartbeat", count=3),
    note("heartbeat", count=3),
]


def board(story: Any, notes: list[Json], *, status: int = 201) -> Any:
    """Three contacts that a board subscribes to."""
    story.fact(expected=[f"i-Encounter-{name}" for name in CONTACTS], subscriber="tavle", heartbeat_s=1, quiet_s=2.6)
    story.fact(notifications=notes, limit_s=5)
    story.write("subscribe.id-only", SUBSCRIPTION, "s", status=status)
    for number, name in enumerate(CONTACTS, start=1):
        story.write(f"contact.{number}", {"resourceType": "Encounter", "id": name}, name)
    return story


def test_events_in_order_after_a_handshake(story: Any) -> None:
    """Asked first, each once and in order, heartbeats afterwards: pass."""
    assert board(story, SOUND).judged("events_are_told_in_order").outcome == "pass"


BROKEN: dict[str, list[Json]] = {
    "no handshake": SOUND[1:],
    "a gap": [SOUND[0], SOUND[1], note("event-notification", (3, "Encounter/b"), (4, "Encounter/c")), *SOUND[3:]],
    "repeated": [SOUND[0], SOUND[1], SOUND[1], *SOUND[2:]],
    "one lacks": [SOUND[0], SOUND[1], *SOUND[3:]],
    "something else": [*SOUND[:3], note("event-notification", (4, "Encounter/x")), *SOUND[3:]],
    "wrong count": [
        *SOUND[:2],
        note("event-notification", (2, "Encounter/b"), (3, "Encounter/c"), count=2),
        *SOUND[3:],
    ],
    "silence": SOUND[:3],
    "no header": [{**one, "subscriber": ""} for one in SOUND],
    "no notification": [{**one, "body": {"resourceType": "Bundle", "type": "collection"}} for one in SOUND],
    "nothing": [],
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_told_otherwise_fails(story: Any, what: str) -> None:
    """Each way to be told wrongly: fail."""
    assert board(story, BROKEN[what]).judged("events_are_told_in_order").outcome == "fail"


def test_a_refused_subscription_fails(story: Any) -> None:
    """A candidate that takes no subscription does not keep the rule."""
    assert board(story, [], status=422).judged("events_are_told_in_order").outcome == "fail"


@pytest.mark.parametrize(("text", "outcome"), [("Gjelder ***********", "pass"), ("Gjelder 13817204095", "fail")])
def test_a_person_number_in_a_notification(story: Any, text: str, outcome: str) -> None:
    """A number in the text of what is told: fail."""
    told = note("event-notification", (1, "Communication/m"))
    told["body"]["entry"].append({"resource": {"resourceType": "Communication", "payload": [{"contentString": text}]}})
    story.fact(notifications=[note("handshake"), told]).write("subscribe.full-resource", SUBSCRIPTION, "s")
    story.write("message", {"resourceType": "Communication", "id": "m"}, "m")
    assert story.judged("notification_holds_no_person_number").outcome == outcome


def test_who_tells_nothing_keeps_no_number_secret(story: Any) -> None:
    """The message must have been told: fail without."""
    story.fact(notifications=[note("handshake")]).write("subscribe.id-only", SUBSCRIPTION, "s")
    story.write("message", {"resourceType": "Communication", "id": "m"}, "m")
    assert story.judged("notification_holds_no_person_number").outcome == "fail"


def outage(story: Any, *told: tuple[str, float], kept: tuple[str, ...] = ()) -> Any:
    """Contacts told so many seconds after noon, and those that $events still has."""
    notes = [note("event-notification", (n, f"Encounter/{name}"), at=NOON + at) for n, (name, at) in enumerate(told, 1)]
    board(story, [note("handshake"), *notes])
    answer = note("query-event", *[(n, f"Encounter/{name}") for n, name in enumerate(kept, 1)])["body"]
    return story.add("missed", "search", f"{BASE}/Subscription/s/$events", answer=(200, answer, {}))


def test_what_came_in_the_dark_is_told_or_kept(story: Any) -> None:
    """Told after the outage, or to be asked for: pass."""
    assert outage(story, ("a", 3), ("b", 6), ("c", 6)).judged("no_event_is_lost_in_an_outage").outcome == "pass"


def test_asking_for_what_was_missed_is_enough(story: Any) -> None:
    """Not told again, but in the answer to $events: pass."""
    told = outage(story, ("a", 3), ("c", 6), kept=("a", "b", "c"))
    assert told.judged("no_event_is_lost_in_an_outage").outcome == "pass"


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ((("a", 3), ("c", 6)), ()),
        ((("a", 30), ("b", 6), ("c", 6)), ()),
        ((("a", 3), ("b", 6), ("c", 30)), ()),
        ((("b", 6), ("c", 6)), ("a", "b", "c")),
    ],
)
def test_what_is_lost_or_late_fails(story: Any, told: tuple[tuple[str, float], ...], kept: tuple[str, ...]) -> None:
    """Lost in the dark, late, or not told though the screen was up: fail."""
    assert outage(story, *told, kept=kept).judged("no_event_is_lost_in_an_outage").outcome == "fail"


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ([note("event-notification", (1, "ServiceRequest/1"))], "pass"),
        ([note("event-notification", (1, "ServiceRequest/1"), at=NOON + 60)], "fail"),
        ([note("event-notification", (1, "ServiceRequest/1"), (2, "ServiceRequest/2"))], "fail"),
        ([], "fail"),
    ],
)
def test_an_applicant_is_told_of_one_case(story: Any, told: list[Json], outcome: str) -> None:
    """The own decision within seconds and nobody else's: pass; late, none, or both: fail."""
    for number in ("1", "2"):
        case = {"resourceType": "ServiceRequest", "id": number}
        story.fact(**{f"decision.{number}": [f"i-ServiceRequest-{number}"]}).write(
            f"application.{number}", case, number
        )
    story.fact(limit_s=5, notifications=[note("handshake"), *told]).write("subscribe.id-only", SUBSCRIPTION, "s")
    for number in ("2", "1"):
        story.update(f"decided.{number}", {"resourceType": "ServiceRequest", "id": number, "status": "completed"})
    assert story.judged("applicant_is_told_of_the_own_case").outcome == outcome


BLOCKED: list[tuple[Callable[[], list[Json]], str]] = [
    (lambda: [note("event-notification", (1, "MedicationStatement/a"), (2, "MedicationStatement/c"))], "pass"),
    (lambda: [note("event-notification", (1, "MedicationStatement/a"), (3, "MedicationStatement/c"))], "fail"),
    (lambda: [note("event-notification", *[(n, f"MedicationStatement/{x}") for n, x in enumerate("abc", 1)])], "fail"),
    (lambda: [note("event-notification", (1, "MedicationStatement/a"))], "fail"),
]


def test_a_number_that_only_begins_alike_is_another(story: Any) -> None:
    """Of medicines 1 and 12 the first is blocked and the other told: pass; the first told instead: fail."""
    for told, outcome in (("12", "pass"), ("1", "fail")):
        story.exchanges, names = [], [f"i-MedicationStatement-{n}" for n in ("1", "12")]
        came = note("event-notification", (1, f"MedicationStatement/{told}"))
        story.fact(told=[names[1]], blocked=[names[0]], notifications=[note("handshake"), came])
        story.write("subscribe.id-only", SUBSCRIPTION, "s").write(
            "consent", {"resourceType": "Consent", "id": "k"}, "k"
        )
        for number in ("1", "12"):
            story.write(f"medicine.{number}", {"resourceType": "MedicationStatement", "id": number}, number)
        assert story.judged("blocked_information_is_not_told").outcome == outcome


@pytest.mark.parametrize(("told", "outcome"), BLOCKED)
def test_what_is_blocked_is_not_told(story: Any, told: Callable[[], list[Json]], outcome: str) -> None:
    """The others' told without a gap: pass; the blocked one told, given away by a gap, or nothing told at all: fail."""
    names = [f"i-MedicationStatement-{x}" for x in "abc"]
    story.fact(told=[names[0], names[2]], blocked=[names[1]], notifications=[note("handshake"), *told()])
    story.write("subscribe.id-only", SUBSCRIPTION, "s").write("consent", {"resourceType": "Consent", "id": "k"}, "k")
    for number, name in enumerate("abc", start=1):
        story.write(f"medicine.{number}", {"resourceType": "MedicationStatement", "id": name}, name)
    assert story.judged("blocked_information_is_not_told").outcome == outcome
