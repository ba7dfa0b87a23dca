"""Checks of messages that a candidate sends, on histories written by hand."""

from typing import Any

from tests.checks.conftest import BASE, Story
from tests.checks.tables import test_what_is_right_passes, test_what_is_wrong_fails  # noqa: F401  run from here

OLD, NEW = "/meldingstjener/a", "/meldingstjener/b"
AT = "2026-01-12T11:00:06+00:00"


def message(number: str) -> dict[str, Any]:
    """A message as it is written."""
    return {"resourceType": "Communication", "identifier": [{"system": "urn:m", "value": number}]}


def entry(number: str, address: str, at: str = AT, status: int = 200) -> dict[str, Any]:
    """A message that came to the message server."""
    body = {"resourceType": "Bundle", "entry": [{"resource": message(number)}]}
    return {"direction": "in", "address": address, "at": at, "body": body, "status": status}


def moved(s: Story, *entries: dict[str, Any], status: int = 202, limit: float = 5) -> Story:
    """Two messages written and sent; what came."""
    for number, label in (("1", "first"), ("2", "second")):
        s.write(f"written.{label}", message(number), number)
        s.add(f"send.{label}", "operation", f"{BASE}/Communication/{number}/$send-message", answer=(status, {}, {}))
    s.fact(limit_s=limit, boxes={"first": OLD, "second": NEW})
    return s.fact(**{"received.meldingstjener": list(entries)})


def task(status: str, why: str = "") -> dict[str, Any]:
    """A Task that tells how far a message has come."""
    return {"resourceType": "Task", "id": "7", "status": status, "statusReason": {"text": why}}


def followed(
    s: Story, refused: Any = None, waiting: str = "requested", arrived: str = "completed", **more: Any
) -> Story:
    """A refused message, and one that waited."""
    for number, label in (("1", "refused"), ("2", "lost")):
        s.write(f"written.{label}", message(number), number)
        s.add(f"send.{label}", "operation", f"{BASE}/Communication/{number}/$send-message", answer=(202, {}, {}))
    if more.get("told", True):
        s.read("task.refused", refused or task("failed", "E36"))
        s.read("task.waiting", task(waiting)).read("task.arrived", task(arrived))
    came = [entry("2", OLD, status=503), *([entry("2", OLD)] if more.get("came", True) else [])]
    return s.fact(refusal="E36", **{"received.meldingstjener": came})


RIGHT: dict[str, Any] = {
    "messages_go_to_the_address_that_holds": lambda s: moved(s, entry("1", OLD), entry("2", NEW)),
    "unacknowledged_messages_are_followed_up": followed,
}
WRONG = [
    ("messages_go_to_the_address_that_holds", "nowhere", lambda s: moved(s, entry("1", OLD))),
    ("messages_go_to_the_address_that_holds", "the old one", lambda s: moved(s, entry("1", OLD), entry("2", OLD))),
    (
        "messages_go_to_the_address_that_holds",
        "another too",
        lambda s: moved(s, entry("1", OLD), entry("2", NEW), entry("2", "/meldingstjener/c")),
    ),
    (
        "messages_go_to_the_address_that_holds",
        "late",
        lambda s: moved(s, entry("1", OLD, "2026-01-12T11:01:00+00:00"), entry("2", NEW)),
    ),
    (
        "messages_go_to_the_address_that_holds",
        "not sent",
        lambda s: moved(s, entry("1", OLD), entry("2", NEW), status=404),
    ),
    ("unacknowledged_messages_are_followed_up", "no task", lambda s: followed(s, told=False)),
    ("unacknowledged_messages_are_followed_up", "refusal unseen", lambda s: followed(s, task("completed"))),
    ("unacknowledged_messages_are_followed_up", "no error", lambda s: followed(s, task("failed"))),
    ("unacknowledged_messages_are_followed_up", "done too early", lambda s: followed(s, waiting="completed")),
    ("unacknowledged_messages_are_followed_up", "lost", lambda s: followed(s, came=False)),
    ("unacknowledged_messages_are_followed_up", "still open", lambda s: followed(s, arrived="requested")),
]
