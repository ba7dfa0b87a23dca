"""Checks of receipts, tests kept apart and stays told by message, on histories written by hand."""

from typing import Any

from tests.checks.conftest import Story
from tests.checks.tables import test_what_is_right_passes, test_what_is_wrong_fails  # noqa: F401  run from here

BASE = "http://127.0.0.1:1/fhir"
ERRORS, TYPES = (f"urn:oid:2.16.578.1.12.4.1.1.{table}" for table in (8221, 8279))
BEGAN, ENDED = "2026-01-05T10:00:00+01:00", "2026-01-09T10:00:00+01:00"


def content(number: str, kind: str = "LOG_INNLAGT") -> dict[str, Any]:
    """A message as a Communication."""
    return {
        "resourceType": "Communication",
        "id": number,
        "identifier": [{"system": "urn:m", "value": number}],
        "category": [{"coding": [{"system": TYPES, "code": kind}]}],
        "sent": BEGAN,
        "payload": [{"contentString": "Innlagt"}],
    }


def send(s: Story, label: str, number: str, code: str = "ok", *errors: str, **more: Any) -> Story:
    """A message and its receipt; ``receipt`` is the type of what comes back, ``answers`` the id it is for."""
    header = {"resourceType": "MessageHeader", "id": number, "eventCoding": {"system": TYPES, "code": "LOG_INNLAGT"}}
    sent = {"resourceType": "Bundle", "entry": [{"resource": header}, {"resource": content(number)}]}
    response = {"identifier": more.get("answers", number), "code": code}
    back = {
        "resourceType": "MessageHeader",
        "eventCoding": {"code": more.get("receipt", "APPREC")},
        "response": response,
    }
    issues = [{"details": {"coding": [{"system": ERRORS, "code": error}]}} for error in errors]
    entries = [back, *([{"resourceType": "OperationOutcome", "issue": issues}] if issues else [])]
    answer = {"resourceType": "Bundle", "type": "message", "entry": [{"resource": r} for r in entries]}
    status = more.get("status", 200)
    return s.add(label, "operation", f"{BASE}/$process-message", sent=sent, answer=(status, answer, {}))


def kept(s: Story, label: str, *numbers: str, **more: Any) -> Story:
    """What the record shows."""
    return s.search(label, *({**content(n), **more} for n in numbers))


def chain(s: Story, *shown: str, limit: float = 5, **more: Any) -> Story:
    """Two messages."""
    s.fact(messages=["1", "2"], limit_s=limit)
    send(s, "message.1", "1", **{k: v for k, v in more.items() if k != "kept"})
    return kept(send(s, "message.2", "2"), "inbox", *shown, **more.get("kept", {}))


def wrong(s: Story, code: str = "fatal-error", error: str = "E30", shown: str = "1", **more: Any) -> Story:
    """A sound message and one without a number."""
    s.fact(sound="1", wrong={"no-number": ["E30"]})
    send(s, "sound", "1")
    send(s, "no-number", "2", code, *([error] if error else []), **more)
    return kept(kept(s, "inbox", *shown), "anywhere", *shown)


def tried(s: Story, shown: str, anywhere: str = "2", code: str = "ok") -> Story:
    """A test (1) and a real message (2)."""
    s.fact(test="1", real="2")
    send(send(s, "test", "1", code), "real", "2")
    return kept(kept(s, "inbox", *shown), "anywhere", *anywhere)


def stay(s: Story, number: int = 1, status: str = "finished", end: str = ENDED) -> Story:
    """Four messages of one stay; what is shown after them."""
    s.fact(admitted=BEGAN, discharged=ENDED)
    for n in "1234":
        send(s, f"message.{n}", n)
    right = {"resourceType": "Encounter", "id": "1", "status": "finished", "period": {"start": BEGAN, "end": ENDED}}
    other = {**right, "id": "0", "status": "in-progress", "period": {"start": "2025-01-05T10:00:00+01:00"}}
    now = {**right, "status": status, "period": {"start": BEGAN, "end": end}}
    s.search("stays.before", right, other)
    return s.search("stays.after", *({**now, "id": str(n)} for n in range(1, number + 1)))


def twice(s: Story, shown: str = "1", code: str = "ok", again: str = "1") -> Story:
    """One message, sent twice."""
    s.fact(message="1", identity="1")
    return kept(send(send(s, "first", "1"), "again", "1", code, answers=again), "inbox", *shown)


RIGHT: dict[str, Any] = {
    "standard_messages_are_acknowledged_and_kept": lambda s: chain(s, "1", "2"),
    "what_cannot_be_taken_in_is_refused": wrong,
    "test_messages_are_kept_apart": lambda s: tried(s, "2"),
    "late_messages_tell_the_right_stay": stay,
    "repeated_message_gets_the_same_receipt": twice,
}
WRONG = [
    ("standard_messages_are_acknowledged_and_kept", "one lost", lambda s: chain(s, "1")),
    ("standard_messages_are_acknowledged_and_kept", "one twice", lambda s: chain(s, "1", "1", "2")),
    ("standard_messages_are_acknowledged_and_kept", "refused", lambda s: chain(s, "1", "2", code="fatal-error")),
    ("standard_messages_are_acknowledged_and_kept", "no receipt", lambda s: chain(s, "1", "2", receipt="LOG_INNLAGT")),
    ("standard_messages_are_acknowledged_and_kept", "another's", lambda s: chain(s, "1", "2", answers="9")),
    ("standard_messages_are_acknowledged_and_kept", "too late", lambda s: chain(s, "1", "2", limit=0.05)),
    ("standard_messages_are_acknowledged_and_kept", "no text", lambda s: chain(s, "1", "2", kept={"payload": []})),
    ("standard_messages_are_acknowledged_and_kept", "no type", lambda s: chain(s, "1", "2", kept={"category": []})),
    ("standard_messages_are_acknowledged_and_kept", "other time", lambda s: chain(s, "1", "2", kept={"sent": ENDED})),
    ("what_cannot_be_taken_in_is_refused", "taken in", lambda s: wrong(s, "ok", "")),
    ("what_cannot_be_taken_in_is_refused", "other code", lambda s: wrong(s, error="T10")),
    ("what_cannot_be_taken_in_is_refused", "no receipt", lambda s: wrong(s, receipt="x")),
    ("what_cannot_be_taken_in_is_refused", "kept", lambda s: wrong(s, shown="12")),
    ("what_cannot_be_taken_in_is_refused", "the sound one not kept", lambda s: wrong(s, shown="")),
    ("test_messages_are_kept_apart", "in the record", lambda s: tried(s, "12")),
    ("test_messages_are_kept_apart", "in another's", lambda s: tried(s, "2", "12")),
    ("test_messages_are_kept_apart", "not acknowledged", lambda s: tried(s, "2", code="fatal-error")),
    ("test_messages_are_kept_apart", "the real one lost", lambda s: tried(s, "", "")),
    ("late_messages_tell_the_right_stay", "reopened", lambda s: stay(s, status="in-progress")),
    ("late_messages_tell_the_right_stay", "ended late", lambda s: stay(s, end="2026-01-10T10:00:00+01:00")),
    ("late_messages_tell_the_right_stay", "two", lambda s: stay(s, 2)),
    ("late_messages_tell_the_right_stay", "none", lambda s: stay(s, 0)),
    ("repeated_message_gets_the_same_receipt", "twice", lambda s: twice(s, "11")),
    ("repeated_message_gets_the_same_receipt", "refused", lambda s: twice(s, code="fatal-error")),
    ("repeated_message_gets_the_same_receipt", "another receipt", lambda s: twice(s, again="2")),
]
