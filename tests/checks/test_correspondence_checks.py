"""Checks of what other systems send late, again and in mixed order, on histories written by hand."""

from typing import Any

from tests.checks.conftest import Story
from tests.checks.tables import test_what_is_right_passes, test_what_is_wrong_fails  # noqa: F401  run from here

BEGAN, ENDED = "2026-01-05T10:00:00+01:00", "2026-01-09T10:00:00+01:00"
ERRORS = "urn:oid:2.16.578.1.12.4.1.1.8221"
Json = dict[str, Any]


def receipt(number: str, code: str = "ok", *errors: str, kind: str = "APPREC") -> Json:
    """What came back to a system, as its own log has it."""
    response = {"identifier": number, "code": code}
    header = {"resourceType": "MessageHeader", "eventCoding": {"code": kind}, "response": response}
    issues = [{"details": {"coding": [{"system": ERRORS, "code": error}]}} for error in errors]
    outcome = [{"resource": {"resourceType": "OperationOutcome", "issue": issues}}] if issues else []
    return {
        "status": 200,
        "body": {"resourceType": "Bundle", "type": "message", "entry": [{"resource": header}, *outcome]},
    }


def told(s: Story, shown: str = "12", **answers: Any) -> Story:
    """Two messages, each sent twice; ``answers`` are other ones to the first (``first``); what the record shows."""
    written = [{"id": f"m-{n}", "kind": f"KIND_{n}", "identifier": [{"system": "urn:m", "value": n}]} for n in "12"]
    right = {f"m-{n}": [receipt(f"m-{n}")] * 2 for n in "12"}
    s.fact(written=written, answers=right | ({"m-1": answers["first"]} if "first" in answers else {}))
    inbox = [
        {"resourceType": "Communication", "id": f"{at}", "identifier": [{"system": "urn:m", "value": n}]}
        for at, n in enumerate(shown)
    ]
    return s.search("inbox", *inbox)


def stay(s: Story, number: int = 1, status: str = "finished", end: str = ENDED) -> Story:
    """The stay that the messages tell of, as the record shows it beside an older one."""
    s.fact(admitted=BEGAN, discharged=ENDED)
    now = {"resourceType": "Encounter", "status": status, "period": {"start": BEGAN, "end": end}}
    other = {"resourceType": "Encounter", "id": "0", "status": "in-progress", "period": {"start": "2025-01-05"}}
    return told(s).search("stays", other, *({**now, "id": str(n)} for n in range(1, number + 1)))


RIGHT: dict[str, Any] = {"stays_told_late_come_out_right": stay, "what_systems_send_again_counts_once": told}
STAY, AGAIN = RIGHT
WRONG = [
    (STAY, "still in hospital", lambda s: stay(s, status="in-progress")),
    (STAY, "ended late", lambda s: stay(s, end="2026-01-10T10:00:00+01:00")),
    (STAY, "two", lambda s: stay(s, 2)),
    (STAY, "none", lambda s: stay(s, 0)),
    (AGAIN, "kept twice", lambda s: told(s, "112")),
    (AGAIN, "not kept", lambda s: told(s, "2")),
    (AGAIN, "not answered", lambda s: told(s, first=[])),
    (AGAIN, "nobody there", lambda s: told(s, first=[{"status": 0, "body": {}}] * 2)),
    (AGAIN, "no receipt", lambda s: told(s, first=[receipt("m-1", kind="x")] * 2)),
    (AGAIN, "another's", lambda s: told(s, first=[receipt("m-9")] * 2)),
    (AGAIN, "refused again", lambda s: told(s, first=[receipt("m-1"), receipt("m-1", "fatal-error", "E10")])),
    (AGAIN, "refused", lambda s: told(s, first=[receipt("m-1", "fatal-error", "E10")] * 2)),
    (AGAIN, "otherwise", lambda s: told(s, first=[receipt("m-1"), receipt("m-1", "ok", "E36")])),
]
