"""Messages taken in: each acknowledged as what it is, kept once, and making what its type makes."""

from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.journal.lives import Lives
from simulator.journal.messages.stays import RANK, Told, stays
from tests.journal.messaging import ENH, EVENTS, HOME_CARE, HOSPITAL, HTEST, ORDER, Post, errors, fresh_number, status
from tests.journal.securing import FNR, Callers, attest

NURSE = ("13817204078", "9144900", "SP")


@pytest.fixture
def post(client: Any) -> Post:
    """Messages about a resident of the shared journal."""
    return Post(client.send)


def test_a_message_is_in_the_record_with_its_receipt(post: Post) -> None:
    """A message that is taken in is answered by APPREC with ok, and is a Communication of the patient."""
    message = post.message("LOG_INNLAGT")
    receipt = post.post(message)
    header = receipt["entry"][0]["resource"]
    assert header["eventCoding"]["code"] == "APPREC"
    assert header["response"] == {"identifier": message["entry"][0]["resource"]["id"], "code": "ok"}
    assert header["destination"][0]["endpoint"] == "https://hospital.example/messages"
    (kept,) = post.record("Communication")
    assert kept["category"][0]["coding"][0] == {
        "system": EVENTS,
        "code": "LOG_INNLAGT",
        "display": "Melding om innlagt pasient",
    }
    assert kept["sent"] == "2026-01-05T10:00:00+01:00"
    assert kept["payload"] == [{"contentString": "Meldingens tekst."}]
    assert kept["sender"]["identifier"]["value"] == "8094001"
    assert kept["recipient"][0]["reference"].startswith("Organization/")


def test_an_independent_model_of_r4_accepts_a_receipt(post: Post) -> None:
    """Receipts of all three kinds are valid by the fhir.resources package."""
    bundles = pytest.importorskip("fhir.resources.R4B.bundle")
    for message in (
        post.message("LOG_INNLAGT"),
        post.message("LOG_INNLAGT", number=""),
        post.message("LOG_INNLAGT", parts=[{"resourceType": "Observation"}]),
    ):
        bundles.Bundle.model_validate(post.post(message))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"number": ""}, "E30"),
        ({"number": "01834010000"}, "E31"),
        ({"number": "unknown"}, "E35"),
        ({"resident": {"name": [{"family": "Hansen", "given": ["Per"]}]}}, "E31"),
        ({"to": "8099999"}, "E21"),
        ({"event": "LOG_UKJENT"}, "T10"),
        ({"event": "EPIKRISE", "content": {"payload": None}}, "T02"),
        ({"content": {"status": "sent"}}, "T02"),
        ({"sent": "0001-01-01T00:00:00+14:00"}, "T02"),
        ({"sent": "9999-12-31T23:59:59-14:00"}, "T02"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_with_its_code(post: Post, more: dict[str, Any], code: str) -> None:
    """A refused message is answered with fatal-error and the error of Volven 8221, and leaves nothing behind."""
    more = dict(more)
    if more.get("number") == "unknown":
        more["number"] = fresh_number()
    message = post.message(more.pop("event", "LOG_INNLAGT"), **more)
    content = message["entry"][1]["resource"]
    message["entry"][1]["resource"] = {name: value for name, value in content.items() if value is not None}
    receipt = post.post(message)
    assert (status(receipt), errors(receipt)) == ("fatal-error", [code])
    assert post.record("Communication") == []
    identity = message["entry"][0]["resource"]["id"]
    assert post.send("GET", f"MessageHeader/{identity}", None).status_code == 404


def test_a_message_without_a_sender_is_refused(post: Post) -> None:
    """Nobody can be answered who does not say who he is."""
    message = post.message("LOG_INNLAGT")
    del message["entry"][0]["resource"]["sender"]
    assert errors(post.post(message)) == ["E20"]


def test_a_refused_message_is_judged_anew_when_it_comes_again(post: Post) -> None:
    """When what was lacking is there, the same message is taken in."""
    number = fresh_number()
    message = post.message("LOG_INNLAGT", number=number)
    assert status(post.post(message)) == "fatal-error"
    other = Post(post.send, number=number)
    assert status(post.post(message)) == "ok"
    assert len(other.record("Communication")) == 1


def test_a_part_that_is_not_sound_is_left_out_and_told_of(post: Post) -> None:
    """A message with a faulty part is taken in without it: ok, with the error of the part (status 3)."""
    good = {"resourceType": "Observation", "status": "final", "code": {"text": "Puls"}}
    receipt = post.tell("EPIKRISE", parts=[good, {"resourceType": "Observation", "status": "final"}])
    assert (status(receipt), errors(receipt)) == ("ok", ["T02"])
    assert len(post.record("Observation")) == 1
    assert len(post.record("Communication")) == 1


def test_the_same_message_again_gets_the_same_receipt(post: Post) -> None:
    """A message sent again is not kept again, and is answered as before to the letter."""
    message = post.message("DIALOG_FORESPORSEL")
    assert post.post(message) == post.post(message)
    assert len(post.record("Communication")) == len(post.record("Task")) == 1


def test_another_message_under_a_known_id_is_refused(post: Post) -> None:
    """An id belongs to one message."""
    message = post.message("DIALOG_FORESPORSEL")
    post.post(message)
    message["entry"][0]["resource"]["eventCoding"]["code"] = "DIALOG_HELSEFAGLIG"
    assert errors(post.post(message)) == ["E10"]


def test_a_message_that_comes_many_times_at_once_is_kept_once(post: Post, race: Any) -> None:
    """Repetitions that overtake their own receipt make one message, and are all answered alike."""
    message = post.message("LOG_INNLAGT")
    answers = race(6, lambda client, _: client.send("POST", "$process-message", message).text)
    assert len(set(answers)) == 1
    assert len(post.record("Communication")) == 1


def test_an_id_like_a_person_number_is_answered_and_not_served(post: Post) -> None:
    """A message whose id holds eleven digits in a row is taken in, and the id stands in no address."""
    identity = f"0f0f0f0f-0000-4000-8000-{'1' * 11}a"
    message = post.message("LOG_INNLAGT", identity=identity)
    receipt = post.post(message)
    assert receipt["entry"][0]["resource"]["response"]["identifier"] == identity
    assert post.post(message) == receipt
    assert len(post.record("Communication")) == 1


def test_a_test_message_never_enters_a_chart(post: Post) -> None:
    """A test message is answered as if it were real, is known by its id, and leaves nothing in the record."""
    message = post.message("DIALOG_FORESPORSEL")
    message["entry"][0]["resource"]["meta"] = {"tag": [HTEST]}
    receipt = post.post(message)
    assert status(receipt) == "ok"
    assert post.post(message) == receipt
    assert post.record("Communication") == post.record("Task") == []
    kept = post.send("GET", f"MessageHeader/{message['entry'][0]['resource']['id']}", None).json()
    assert kept["meta"]["tag"][0]["code"] == "HTEST"
    assert "focus" not in kept


def test_a_request_for_an_answer_is_a_task_until_it_is_answered(post: Post) -> None:
    """DIALOG_FORESPORSEL makes a Task with an owner and a deadline, and its answer completes it."""
    question = post.message("DIALOG_FORESPORSEL")
    post.post(question)
    (task,) = post.record("Task")
    assert (task["status"], task["restriction"]["period"]["end"]) == ("requested", "2026-01-08T09:00:00Z")
    assert task["owner"]["reference"].startswith("Organization/")
    asked = {"identifier": {"value": question["entry"][0]["resource"]["id"]}}
    receipt = post.tell("DIALOG_SVAR", "2026-01-06T10:00:00+01:00", content={"inResponseTo": [asked]})
    assert errors(receipt) == []
    assert post.record("Task")[0]["status"] == "completed"
    answer = post.record("Communication")[-1]
    assert answer["inResponseTo"] == [task["focus"]]


def test_an_answer_to_nothing_known_is_taken_in_with_a_fault(post: Post) -> None:
    """A DIALOG_SVAR that answers nothing here is kept, and its sender is told."""
    receipt = post.tell("DIALOG_SVAR")
    assert (status(receipt), errors(receipt)) == ("ok", ["X99"])
    assert len(post.record("Communication")) == 1


def test_an_epikrise_is_found_among_the_documents(post: Post) -> None:
    """The text of a clinical message is a document of its type."""
    post.tell("EPIKRISE")
    (document,) = post.record("DocumentReference")
    assert document["type"]["coding"][0]["code"] == "A03-2"


CHAIN = (
    ("LOG_INNLAGT", "2026-01-05T10:00:00+01:00"),
    ("LOG_UTSKRIVNINGSKLAR", "2026-01-07T10:00:00+01:00"),
    ("LOG_AVMELDING", "2026-01-08T10:00:00+01:00"),
    ("LOG_UTSKRIVNINGSKLAR", "2026-01-09T10:00:00+01:00"),
    ("LOG_UTSKREVET", "2026-01-10T10:00:00+01:00"),
)


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (1, 4, 0, 3, 2)])
def test_a_stay_comes_out_the_same_in_any_order(post: Post, order: tuple[int, ...]) -> None:
    """The chain gives one finished stay, one task done and one withdrawn, however its messages arrive."""
    for place in order:
        assert status(post.tell(*CHAIN[place])) == "ok"
    (stay,) = post.record("Encounter")
    assert (stay["status"], stay["period"]) == ("finished", {"start": CHAIN[0][1], "end": CHAIN[4][1]})
    tasks = [t for t in post.record("Task") if t["description"].startswith("Ta imot")]
    standing = [(t["authoredOn"], t["status"]) for t in tasks if t["status"] != "entered-in-error"]
    assert sorted(standing) == [(CHAIN[1][1], "cancelled"), (CHAIN[3][1], "completed")]
    told = post.record("Communication", "&_sort=sent")
    assert {m["encounter"]["reference"] for m in told} == {f"Encounter/{stay['id']}"}
    late = {m["sent"] for m in told if any(t["code"] == "out-of-order" for t in m["meta"].get("tag", ()))}
    overtaken = {CHAIN[p][1] for n, p in enumerate(order) if any(earlier > p for earlier in order[:n])}
    assert late == overtaken


def test_a_late_message_opens_no_task_again(post: Post) -> None:
    """A task that a late message shows to have ended by mistake is entered in error, and another takes its place."""
    for place in (1, 4, 2):
        assert status(post.tell(*CHAIN[place])) == "ok"
    found = [t for t in post.record("Task") if t["description"].startswith("Ta imot")]
    assert sorted(t["status"] for t in found) == ["cancelled", "entered-in-error"]
    for task in found:
        steps = post.send("GET", f"Task/{task['id']}/_history", None).json()["entry"]
        states = [step["resource"]["status"] for step in reversed(steps)]
        for before, after in pairwise(states):
            Lives(None, None).check_step("Task", before, after)  # type: ignore[arg-type]  # steps need no searches
    first, second = sorted(found, key=lambda t: t["status"] == "cancelled")
    assert first["statusReason"]["text"] == "Meldinger kom i feil rekkefølge"
    assert first["focus"] == second["focus"]


def test_withdrawing_after_the_discharge_does_not_reopen(post: Post) -> None:
    """LOG_AVMELDING after LOG_UTSKREVET is taken in, marked as without effect, and the stay stays finished."""
    for event, sent in (CHAIN[0], CHAIN[4], ("LOG_AVMELDING", "2026-01-11T10:00:00+01:00")):
        assert status(post.tell(event, sent)) == "ok"
    (stay,) = post.record("Encounter")
    assert stay["status"] == "finished"
    last = post.record("Communication", "&_sort=sent")[-1]
    assert [tag["code"] for tag in last["meta"]["tag"] if tag["system"] == ORDER] == ["no-effect"]


def test_an_admission_after_a_discharge_is_a_stay_of_its_own(post: Post) -> None:
    """A patient who comes back has two stays."""
    for event, sent in (CHAIN[0], CHAIN[4], ("LOG_INNLAGT", "2026-02-01T10:00:00+01:00")):
        post.tell(event, sent)
    assert [stay["status"] for stay in post.record("Encounter")] == ["finished", "in-progress"]


def test_a_death_ends_the_stay(post: Post) -> None:
    """LOG_DOD ends the stay with the disposition that says so."""
    for event, sent in (CHAIN[0], ("LOG_DOD", CHAIN[4][1])):
        post.tell(event, sent)
    (stay,) = post.record("Encounter")
    assert stay["hospitalization"]["dischargeDisposition"]["coding"][0]["code"] == "exp"


@given(st.lists(st.tuples(st.sampled_from(sorted(RANK)), st.integers(0, 9)), max_size=4))
def test_stays_do_not_depend_on_the_order_of_arrival(messages: list[tuple[str, int]]) -> None:
    """Any order of any messages tells the same stays."""
    told = [Told(f"m{n}", says, sent, str(sent)) for n, (says, sent) in enumerate(messages)]
    first = stays(told)
    assert all(stays(list(other)) == first for other in permutations(told))
    assert sum(len(stay.messages) for stay in first) == len(told)


@pytest.mark.parametrize(
    "body",
    [
        {"resourceType": "Patient"},
        {"resourceType": "Bundle", "type": "transaction"},
        {"resourceType": "Bundle", "type": "message"},
        {"resourceType": "Bundle", "type": "message", "entry": [{"resource": {"resourceType": "Patient"}}]},
        {"resourceType": "Bundle", "type": "message", "entry": [7]},
        {"resourceType": "Bundle", "type": "message", "entry": 7},
        {"resourceType": "Bundle", "type": "message", "entry": [{"resource": {"resourceType": "MessageHeader"}}]},
    ],
)
def test_what_is_no_message_is_no_message(client: Any, body: Any) -> None:
    """What has no envelope to answer to is refused as a request, with an OperationOutcome."""
    answer = client.send("POST", "$process-message", body)
    assert answer.status_code in {400, 422}
    assert answer.json()["resourceType"] == "OperationOutcome"


def nested(depth: int) -> Any:
    """An extension in an extension in an extension."""
    found: Any = {"url": "urn:x"}
    for _ in range(depth):
        found = {"url": "urn:x", "extension": [found]}
    return found


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [
        (1, "sender", "x"),
        (1, "recipient", {"reference": 7}),
        (1, "subject", []),
        (1, "inResponseTo", "x"),
        (1, "category", [{"coding": "x"}]),
        (1, "extension", [nested(400)]),
        (2, "identifier", "x"),
        (2, "identifier", [{"value": 7}]),
        (2, "name", {"family": 7}),
    ],
)
def test_odd_content_is_refused_and_not_fallen_over(post: Post, place: int, name: str, value: Any) -> None:
    """What is not sound R4 in a message that can be answered is T02, whatever it is."""
    message = post.message("LOG_INNLAGT")
    message["entry"][place]["resource"][name] = value
    receipt = post.post(message)
    assert (status(receipt), errors(receipt)) == ("fatal-error", ["T02"])


@pytest.mark.parametrize(
    ("name", "value"), [("eventCoding", "x"), ("sender", []), ("destination", {"endpoint": 7}), ("focus", "x")]
)
def test_an_odd_envelope_is_no_message(client: Any, post: Post, name: str, value: Any) -> None:
    """A MessageHeader that is not sound R4 cannot be answered, and is refused as a request."""
    message = post.message("LOG_INNLAGT")
    message["entry"][0]["resource"][name] = value
    assert client.send("POST", "$process-message", message).status_code == 422


@pytest.mark.parametrize("outcome", [{"issue": 5}, {"issue": ["x"]}, {"issue": [{"details": [1]}]}])
def test_an_odd_receipt_is_a_receipt(client: Any, post: Post, mark: str, outcome: Any) -> None:
    """What a receipt says of errors is read as far as it can be."""
    kinds = {"system": "https://journalbenk.example/fhir/CodeSystem/journal-task", "code": "send-message"}
    code = {"coding": [kinds | {"display": "Send melding"}]}
    task = {"resourceType": "Task", "id": mark, "status": "requested", "intent": "order", "code": code}
    client.send("PUT", f"Task/{mark}", task | {"priority": "routine", "restriction": {"period": {"end": "2030-01-01"}}})
    header = post.message("APPREC")["entry"][0]["resource"] | {"response": {"identifier": mark, "code": "ok"}}
    resources = [header, {"resourceType": "OperationOutcome"} | outcome]
    entries = [{"fullUrl": f"urn:uuid:{n}", "resource": one} for n, one in enumerate(resources)]
    receipt = {"resourceType": "Bundle", "type": "message", "entry": entries}
    assert client.send("POST", "$process-message", receipt).status_code == 204
    assert client.get(f"Task/{mark}").json()["status"] == "completed"


def test_a_message_finds_who_was_merged(post: Post) -> None:
    """A Patient that was replaced by another keeps its number, and messages go to the other."""
    link = [{"other": {"reference": post.patient}, "type": "replaced-by"}]
    merged = {"resourceType": "Patient", "active": False, "link": link}
    merged |= {"identifier": [{"system": FNR, "value": post.number}]}
    assert post.send("POST", "Patient", merged).status_code == 201
    assert status(post.tell("LOG_INNLAGT")) == "ok"
    assert len(post.record("Encounter")) == 1


def test_an_odd_part_is_left_out(post: Post) -> None:
    """However deep it is, a part that is not sound is told of, and the message taken in."""
    part = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "extension": [nested(400)]}
    assert errors(post.tell("EPIKRISE", parts=[part])) == ["T02"]


def test_an_organisation_number_is_an_address_too(post: Post) -> None:
    """A receiver may be named by its organisation number."""
    post.send("POST", "Organization", {"resourceType": "Organization", "identifier": [{"system": ENH, "value": "1"}]})
    message = post.message("LOG_INNLAGT")
    message["entry"][0]["resource"]["destination"][0]["receiver"] = {"identifier": {"system": ENH, "value": "1"}}
    assert status(post.post(message)) == "ok"


@pytest.fixture
def callers(callers: Callers) -> Callers:
    """Callers of a secured journal, whose address register knows hospital and home care."""
    for her, address in (
        (HOSPITAL, "https://hospital.example/messages"),
        (HOME_CARE, f"{callers.base}/$process-message"),
    ):
        party = {"navn": f"Part {her}", "endepunkt": address}
        place = f"{callers.signer.issuer}/facts/adresseregisteret/kommunikasjonsparter/{her}"
        assert callers.signer.session.put(place, json=party, timeout=10).status_code == 200
    return callers


class TestSecured:
    """Messages to a secured journal."""

    def test_an_integration_may_send_and_is_answered_in_full(self, callers: Callers) -> None:
        """A system whose scopes cover it sends; the receipt is not sifted."""
        token = callers.system("system/*.crus")
        post = Post(lambda method, path, body: callers.send(token, method, path, body))
        assert errors(post.tell("LOG_INNLAGT", number="")) == ["E30"]
        assert status(post.tell("LOG_INNLAGT")) == "ok"
        narrow = callers.system("system/MessageHeader.c")
        assert callers.send(narrow, "POST", "$process-message", post.message("LOG_INNLAGT")).status_code == 403

    def test_a_professional_sends_no_messages(self, callers: Callers) -> None:
        """Messages come from systems; a clinician's token is refused."""
        post = Post(lambda method, path, body: callers.send(callers.system(), method, path, body))
        nurse = callers.person(NURSE, attest(NURSE, post.number))
        assert callers.send(nurse, "POST", "$process-message", post.message("LOG_INNLAGT")).status_code == 403
        assert post.record("Communication") == []

    def test_the_trail_tells_of_the_patient(self, callers: Callers) -> None:
        """What a message makes is in the patient's access log."""
        post = Post(lambda method, path, body: callers.send(callers.system(), method, path, body))
        post.tell("LOG_INNLAGT")
        events = callers.get(callers.system(), f"AuditEvent?entity={post.patient}").json()["entry"]
        assert "$process-message" in [e["resource"]["subtype"][0]["display"] for e in events]
