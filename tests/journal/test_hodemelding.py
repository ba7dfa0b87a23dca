"""Messages at the edge, in XML: read and written without loss, without trust, and answered with an AppRec."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from simulator.journal.errors import FhirError
from simulator.journal.hodemelding import apprec
from simulator.journal.hodemelding.content import LOGISTIC, REPORTS
from simulator.journal.hodemelding.head import Head, read_head
from simulator.journal.hodemelding.kith import OSLO, read
from simulator.journal.hodemelding.translation import from_bundle, to_bundle
from simulator.journal.messages.receipt import Fault, Receipt, bundle
from simulator.journal.messages.settling import receipt_in
from tests.journal.messaging import HOSPITAL, Post, fresh_number, hodemelding

Json = dict[str, Any]
XML = "application/xml"
HEAD_NS = "http://www.kith.no/xmlstds/msghead/2006-05-24"


def document(post: Post, event: str = "LOG_INNLAGT", **more: Any) -> str:
    """A message about the resident as a hospital sends it."""
    return hodemelding(more.pop("number", post.number), event, **more)


@pytest.fixture
def post(client: Any) -> Post:
    """A resident of the shared journal."""
    return Post(client.send)


@pytest.fixture
def deliver(client: Any) -> Any:
    """Sends XML; gives the answer."""

    def run(body: str | bytes, media: str = XML) -> Any:
        data = body.encode() if isinstance(body, str) else body
        fields = {"Content-Type": media, "Accept": XML}
        return client.session.post(f"{client.base}/hodemelding", data=data, headers=fields, timeout=20)

    return run


def told(answer: Any) -> tuple[str, list[str], str]:
    """Status, errors and the message answered of an AppRec."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == XML
    root = read(answer.content)
    response, errors = receipt_in(apprec.to_bundle(root))
    status = root.find("{*}Status")
    assert status is not None
    return str(status.get("V")), list(errors), str(response["identifier"])


def test_a_hodemelding_is_taken_in_and_answered_with_an_apprec(post: Post, deliver: Any) -> None:
    """The message is in the record with its time in Norway, and the stay begins when the event happened."""
    assert told(deliver(document(post, identity="m-1", at="2026-01-05")))[:2] == ("1", [])
    (kept,) = post.record("Communication")
    assert (kept["sent"], kept["payload"]) == ("2026-01-05T10:11:12+01:00", [{"contentString": "Slik gikk det."}])
    assert kept["sender"]["identifier"]["value"] == HOSPITAL
    (stay,) = post.record("Encounter")
    assert stay["period"] == {"start": "2026-01-05T08:00:00+01:00"}


def test_the_chain_in_xml_ends_the_stay(post: Post, deliver: Any) -> None:
    """Admission, ready and discharge, each acknowledged."""
    for day, event in enumerate(("LOG_INNLAGT", "LOG_UTSKRIVNINGSKLAR", "LOG_AVMELDING", "LOG_UTSKREVET"), start=5):
        made = f"2026-01-0{day}T10:00:00"
        assert told(deliver(document(post, event, made=made, at=made)))[0] == "1"
    (stay,) = post.record("Encounter")
    assert (stay["status"], stay["period"]["end"]) == ("finished", "2026-01-08T10:00:00+01:00")


def test_the_same_message_again_gets_the_same_apprec(post: Post, deliver: Any) -> None:
    """To the letter; and it is kept once."""
    message = document(post)
    assert deliver(message).content == deliver(message).content
    assert len(post.record("Communication")) == 1


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"number": ""}, "E30"),
        ({"number": "01834010000"}, "E31"),
        ({"receiver": "77"}, "E21"),
        ({"event": "LOG_UKJENT"}, "T10"),
        ({"element": "MeldingOmUtskrevetPasient"}, "T02"),
        ({"event": "LOG_UTSKREVET", "element": "MeldingOmUtskrevetPasient", "code": "2", "at": "i går"}, "T02"),
        ({"made": "i dag"}, "T02"),
        ({"identity": "id med mellomrom"}, "E10"),
    ],
)
def test_a_refusal_tells_the_error(post: Post, deliver: Any, more: Json, error: str) -> None:
    """Status 2, the code of Volven 8221, and the id of the message that was refused."""
    message = {"identity": f"m-{uuid4()}"} | more
    status, errors, identity = told(deliver(document(post, **message)))
    assert (status, errors, identity) == ("2", [error], message["identity"])
    assert post.record("Communication") == []


def test_a_test_in_xml_never_enters_a_chart(post: Post, deliver: Any) -> None:
    """ProcessingStatus D is acknowledged and kept apart."""
    assert told(deliver(document(post, status='<ProcessingStatus V="D" DN="Test"/>')))[0] == "1"
    assert post.record("Communication") == post.record("Encounter") == []


def test_a_message_that_takes_back_another_undoes_what_it_made(post: Post, deliver: Any) -> None:
    """A Kansellering takes back the message it names, with its stay and what was to be done."""
    deliver(document(post, identity=f"first-{post.number[:6]}"))
    back = f"<ConversationRef><RefToParent>first-{post.number[:6]}</RefToParent><RefToConversation/></ConversationRef>"
    assert told(deliver(document(post, reference=back, dispatch="C", made="2026-01-05T11:00:00")))[:2] == ("1", [])
    assert {m["status"] for m in post.record("Communication")} == {"entered-in-error"}
    assert [stay["status"] for stay in post.record("Encounter")] == ["entered-in-error"]
    assert [task["status"] for task in post.record("Task")] == ["cancelled"]


def test_a_message_that_takes_back_nothing_known_is_told_so(post: Post, deliver: Any) -> None:
    """It is taken in with a fault, and makes no stay."""
    assert told(deliver(document(post, dispatch="C")))[:2] == ("3", ["X99"])
    assert post.record("Encounter") == []


BOMB = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>'
STEAL = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (BOMB, 400),
        (STEAL, 400),
        (STEAL.encode("utf-16"), 400),
        ('<?xml version="1.0" encoding="UTF-7"?><a/>', 400),
        ("ikke xml", 400),
        ("<a>", 400),
        ("", 400),
        ("<a/>", 422),
        (f'<MsgHead xmlns="{HEAD_NS}"><MsgInfo/></MsgHead>', 422),
        ("<a>" * 400 + "</a>" * 400, 400),
    ],
)
def test_what_cannot_be_answered_is_refused_as_a_request(deliver: Any, body: str | bytes, status: int) -> None:
    """No document type, no entity, no other encoding, no missing id; and nothing of it is told."""
    answer = deliver(body)
    assert answer.status_code == status, answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert "root:" not in answer.text


def test_xml_says_that_it_is_xml(post: Post, deliver: Any, client: Any) -> None:
    """Another media type is a 415, another method a 405, and no path below it is served."""
    assert deliver(document(post), "application/fhir+json").status_code == 415
    assert client.get("hodemelding").status_code == 405
    assert client.send("POST", "hodemelding/x").status_code == 404


def test_latin_1_is_read_too(post: Post, deliver: Any) -> None:
    """Older systems write ISO-8859-1."""
    assert told(deliver(document(post, encoding="ISO-8859-1").encode("latin-1")))[0] == "1"


START = datetime(2020, 1, 1, tzinfo=OSLO)
WORDS = st.text("abcæøåÆØÅ 0123456789.,-&<>\"'", min_size=1, max_size=30).map(str.strip).filter(bool)
NUMBERS = st.integers(1, 9_999_999).map(str)
MOMENTS = st.integers(0, 300_000_000).map(lambda s: (START + timedelta(seconds=s)).isoformat())
PARTIES = st.lists(
    st.builds(
        lambda name, her: {
            "resourceType": "Organization",
            "name": name,
            "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.2", "value": her}],
        },
        WORDS,
        NUMBERS,
    ),
    min_size=1,
    max_size=2,
).map(tuple)


@st.composite
def heads(draw: st.DrawFn) -> Head:
    """Heads of messages."""
    name = {
        "family": draw(WORDS),
        "given": draw(st.lists(WORDS.filter(lambda w: " " not in w), min_size=1, max_size=2)),
    }
    numbers = [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": fresh_number()}]
    patient = {"resourceType": "Patient", "identifier": numbers, "name": [name]}
    patient |= {"gender": draw(st.sampled_from(["male", "female"])), "birthDate": "1950-02-03"}
    event = draw(st.sampled_from([*LOGISTIC, *REPORTS]))
    answers = draw(st.one_of(st.just(""), st.uuids().map(str)))
    identity, made, test = str(draw(st.uuids())), draw(MOMENTS), draw(st.booleans())
    return Head(identity, event, made, test, answers, draw(PARTIES), draw(PARTIES), patient)


@settings(max_examples=60, deadline=None)
@given(heads(), st.lists(WORDS, min_size=1, max_size=2), MOMENTS, st.booleans())
def test_a_message_comes_back_as_it_went(head: Head, texts: list[str], happened: str, withdrawn: bool) -> None:
    """XML written from a Bundle gives that Bundle, and the XML written from it again is the same to the byte."""
    first = from_bundle(_bundle(head, texts, happened, withdrawn=withdrawn))
    root = read(first)
    assert read_head(root) == head
    again = to_bundle(root, read_head(root))
    content = again["entry"][1]["resource"]
    assert [part["contentString"] for part in content["payload"]] == texts
    assert content["status"] == ("entered-in-error" if withdrawn else "completed")
    assert from_bundle(again) == first


def _bundle(head: Head, texts: list[str], happened: str, *, withdrawn: bool) -> Json:
    """A Bundle as the outbox makes it, of what a head and some texts say."""
    empty = read(from_bundle(_plain(head, texts, happened, withdrawn=withdrawn)))
    return to_bundle(empty, read_head(empty))


def _chain(role: str, parties: tuple[Json, ...]) -> list[Json]:
    """Entries of a service and of what it is part of."""
    above = [{"partOf": {"reference": f"urn:uuid:{role}{n + 1}"}} for n in range(len(parties) - 1)]
    inner = zip(reversed(parties), [*above, {}], strict=True)
    return [{"fullUrl": f"urn:uuid:{role}{n}", "resource": party | part} for n, (party, part) in enumerate(inner)]


def _plain(head: Head, texts: list[str], happened: str, *, withdrawn: bool) -> Json:
    sender, receiver = _chain("s", head.sender), _chain("r", head.receiver)
    url = "https://journalbenk.example/fhir/StructureDefinition/event-time"
    content: Json = {
        "resourceType": "Communication",
        "status": "entered-in-error" if withdrawn else "completed",
        "subject": {"reference": "urn:uuid:p"},
        "sent": head.made,
        "payload": [{"contentString": words} for words in texts],
    }
    content |= {"extension": [{"url": url, "valueDateTime": happened}]} if head.event in LOGISTIC else {}
    content |= {"inResponseTo": [{"identifier": {"value": head.answers}}]} if head.answers else {}
    tag = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
    header: Json = {
        "resourceType": "MessageHeader",
        "id": head.identity,
        "eventCoding": {"system": "urn:oid:2.16.578.1.12.4.1.1.8279", "code": head.event},
        "source": {"endpoint": "urn:x"},
        "destination": [{"endpoint": "urn:x", "receiver": {"reference": "urn:uuid:r0"}}],
        "sender": {"reference": "urn:uuid:s0"},
        "focus": [{"reference": "urn:uuid:c"}],
    }
    header |= {"meta": {"tag": [tag]}} if head.test else {}
    others = [{"fullUrl": "urn:uuid:c", "resource": content}, {"fullUrl": "urn:uuid:p", "resource": head.patient}]
    return {
        "resourceType": "Bundle",
        "type": "message",
        "entry": [{"fullUrl": "urn:uuid:h", "resource": header}, *others, *sender, *receiver],
    }


@pytest.mark.parametrize(
    ("status", "faults"), [(1, ()), (2, (Fault("E31", "feil"),)), (3, (Fault("T02", "en"), Fault("E32", "to")))]
)
def test_an_apprec_comes_back_as_it_went(status: int, faults: tuple[Fault, ...]) -> None:
    """What a receipt says is the same after XML; the parties have changed places."""
    head = Head("m-1", "LOG_INNLAGT", "2026-01-05T10:00:00+01:00", False, "", ({"name": "A"},), ({"name": "B"},), {})
    sent = bundle(Receipt("m-1", status, faults).header(), "2026-01-05T09:00:00Z")
    written = apprec.to_xml(sent, head, "2026-01-05T09:00:00Z")
    root = etree.fromstring(written)
    assert receipt_in(apprec.to_bundle(root))[1] == tuple(fault.code for fault in faults)
    assert [root.findtext(f"{{*}}{role}//{{*}}Name") for role in ("Sender", "Receiver")] == ["B", "A"]
    response, _ = receipt_in(apprec.to_bundle(root))
    assert (response["identifier"], response["code"]) == ("m-1", "fatal-error" if status == 2 else "ok")


def test_a_document_type_hidden_behind_a_mark_is_seen() -> None:
    """A byte order mark changes nothing."""
    with pytest.raises(FhirError):
        read(b"\xef\xbb\xbf" + BOMB.encode())
