"""The checks of what agencies write, given histories that keep their rules and histories that break them."""

from base64 import b64encode
from typing import Any

import pytest

Json = dict[str, Any]
NAV = "https://nav.example/sykmelding"
SICK_NOTE = {"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.9602", "code": "J01-2"}]}


def note(identity: str = "d", number: str = "n-1", **more: Any) -> Json:
    """A sick note in the record."""
    return {
        "resourceType": "DocumentReference",
        "id": identity,
        "identifier": [{"system": NAV, "value": number}],
        "type": SICK_NOTE,
        "subject": {"reference": "Patient/1"},
    } | more


def sick(story: Any, *documents: Json, broken: int = 400, text: str = "Sykmelding", elsewhere: Any = ()) -> Any:
    """A note sent twice and half of another, and what the record then holds."""
    sent = [{"direction": "out", "status": status} for status in (200, 200, broken)]
    story.fact(**{"received.nav": sent}, number="n-1", text="Sykmelding", patient=["i-Patient-1"])
    story.write("seed", {"resourceType": "Patient"}, "1").search("documents", *documents)
    story.search("elsewhere", *elsewhere)
    data = b64encode(text.encode()).decode()
    return story.read("bytes", {"resourceType": "Binary", "id": "b", "data": data})


def test_a_sick_note_that_stands_once(story: Any) -> None:
    """One note with its bytes, beside another document, and nothing of the broken one: pass."""
    other = {"resourceType": "DocumentReference", "id": "x"}
    assert sick(story, note(), other).judged("sick_note_is_kept_once").outcome == "pass"


@pytest.mark.parametrize(
    ("documents", "more"),
    [
        ([], {}),
        ([note(), note("e")], {}),
        ([note(), note("e", "n-2")], {}),
        ([note(subject={"reference": "Patient/2"})], {}),
        ([note(type={})], {}),
        ([note()], {"broken": 201}),
        ([note()], {"broken": 500}),
        ([note()], {"text": "Syk"}),
        ([note()], {"elsewhere": [note("f")]}),
    ],
)
def test_a_sick_note_gone_wrong(story: Any, documents: list[Json], more: Json) -> None:
    """Missing, twice, half, of another, untyped, taken though broken, broken down, cut, or with somebody else: fail."""
    assert sick(story, *documents, **more).judged("sick_note_is_kept_once").outcome == "fail"


CONCERN: Json = {"resourceType": "Communication", "id": "c", "recipient": [{"reference": "Organization/9"}]}
ANSWER: Json = {
    "resourceType": "Communication",
    "id": "a",
    "inResponseTo": [{"reference": "Communication/c"}],
    "payload": [{"contentString": "Mottatt"}],
}


def worried(story: Any, inbox: list[Json], *centre: Json, status: int = 200) -> Any:
    """A concern, what child welfare got, and what the child health centre then has."""
    story.write("message", {"resourceType": "Communication"}, "c")
    allowed = ["resourceType", "id", "recipient"]
    story.fact(concern=["i-Communication-c"], office="Organization/9", allowed=allowed, answer="Mottatt")
    return story.fact(taken={"status": status, "inbox": inbox}).search("centre", *centre)


def test_an_answer_that_comes_back(story: Any) -> None:
    """The concern alone, and one answer to it beside another message: pass."""
    other = {"resourceType": "Communication", "id": "o"}
    assert worried(story, [CONCERN], ANSWER, other).judged("answer_to_a_concern_comes_back").outcome == "pass"


@pytest.mark.parametrize(
    ("inbox", "centre"),
    [
        ([], [ANSWER]),
        ([CONCERN, {**CONCERN, "id": "x", "recipient": []}], [ANSWER]),
        ([{**CONCERN, "about": []}], [ANSWER]),
        ([CONCERN], []),
        ([CONCERN], [ANSWER, {**ANSWER, "id": "b"}]),
        ([CONCERN], [{**ANSWER, "payload": []}]),
        ([CONCERN], [{**ANSWER, "inResponseTo": []}]),
    ],
)
def test_an_answer_gone_wrong(story: Any, inbox: list[Json], centre: list[Json]) -> None:
    """Nothing fetched, too much fetched or shown, no answer, two of them, an empty or an unlinked one: fail."""
    assert worried(story, inbox, *centre).judged("answer_to_a_concern_comes_back").outcome == "fail"


def test_an_inbox_that_cannot_be_opened(story: Any) -> None:
    """A candidate that lets child welfare see nothing passes nothing."""
    found = worried(story, [], status=403).judged("answer_to_a_concern_comes_back")
    assert found.outcome == "inconclusive"


STATEMENT: Json = {
    "resourceType": "DocumentReference",
    "id": "d",
    "type": {"coding": [{"code": "J01-2"}]},
    "subject": {"reference": "Patient/1"},
    "content": [{"attachment": {"contentType": "text/plain", "data": "RXJrbMOmcmluZw=="}}],
}
MESSAGE: Json = {"resourceType": "Communication", "id": "m", "identifier": [{"system": "s", "value": "1"}]}
BOX = "/meldingstjener/nav"


def sent_to_nav(
    story: Any,
    *also: Json,
    address: str = BOX,
    document: Json | None = STATEMENT,
    status: str = "completed",
    **who: Any,
) -> Any:
    """A statement written, sent, and what the message server received; ``who`` is more of the patient."""
    patient: Json = {"resourceType": "Patient", "identifier": [{"value": "1"}], "name": [{"family": "Ness"}]}
    resources = [
        {"resourceType": "MessageHeader", "id": "h"},
        MESSAGE,
        patient | who,
        *([document] if document else []),
    ]
    body = {"resourceType": "Bundle", "type": "message", "entry": [{"resource": r} for r in (*resources, *also)]}
    came = [{"direction": "in", "address": address, "at": "2026-01-12T11:00:05+00:00", "status": 200, "body": body}]
    story.fact(box=BOX, limit_s=5, **{"received.meldingstjener": came if address else []})
    story.write("statement", STATEMENT, "d").write("written", MESSAGE, "m")
    story.read("send", {"resourceType": "Task", "id": "t", "status": "requested"}, verb="operation")
    return story.read("task", {"resourceType": "Task", "id": "t", "status": status})


def test_a_statement_that_reaches_nav(story: Any) -> None:
    """The document, who sends it and whom it is about, acknowledged: pass."""
    assert sent_to_nav(story).judged("statement_reaches_nav_alone").outcome == "pass"


@pytest.mark.parametrize(
    ("also", "more"),
    [
        ((), {"address": ""}),
        ((), {"address": "/meldingstjener/annen"}),
        ((), {"document": None}),
        ((), {"document": STATEMENT | {"content": []}}),
        ((STATEMENT | {"id": "e"},), {}),
        (({"resourceType": "Condition", "id": "c"},), {}),
        ((), {"telecom": [{"value": "99999999"}]}),
        ((), {"status": "requested"}),
    ],
)
def test_a_statement_gone_wrong(story: Any, also: tuple[Json, ...], more: Json) -> None:
    """Nowhere, elsewhere, without its document, cut, with others, with a diagnosis, a telephone, or unknown: fail."""
    found = sent_to_nav(story, *also, **more).judged("statement_reaches_nav_alone")
    assert (found.outcome, found.attribution) == ("fail", "candidate"), found.message


def test_a_journal_that_sends_nothing_fails(story: Any) -> None:
    """Who does not offer to send a message has not told NAV."""
    story.write("statement", STATEMENT, "d").write("written", MESSAGE, "m").refuse("send", 404, verb="operation")
    assert story.judged("statement_reaches_nav_alone").outcome == "fail"
