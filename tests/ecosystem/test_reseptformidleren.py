"""Reseptformidleren: what it takes, what it refuses, and how it tells of what pharmacies hand out."""

from typing import Any
from uuid import uuid4

import pytest

from simulator.documents import read
from simulator.ecosystem.medicines_list import PLL, Lists, told
from simulator.ecosystem.prescriptions import ATC, Register
from simulator.ecosystem.receipts import RefusedError
from simulator.ecosystem.reseptformidleren import ANSWERS
from simulator.places import REFERENCES
from tests.ecosystem.conftest import Bench, Server

Json = dict[str, Any]
PRESCRIPTION = "https://journalbenk.example/fhir/sid/prescription"
MESSAGES = "urn:oid:2.16.578.1.12.4.1.1.8279"
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"


def prescription(person: str, **more: Any) -> Json:
    """An order with an identifier of its own."""
    coded = {"coding": [{"system": "http://www.whocc.no/atc", "code": "C08CA01"}]}
    return {
        "resourceType": "MedicationRequest",
        "identifier": [{"system": PRESCRIPTION, "value": str(uuid4())}],
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": coded,
        "subject": {"identifier": {"system": FNR, "value": person}},
        "dosageInstruction": [{"text": "5 mg morgen"}],
    } | more


def message(event: str, resource: Json, number: str = "") -> Json:
    """A message about a resource."""
    header = {"resourceType": "MessageHeader", "eventCoding": {"system": MESSAGES, "code": event}}
    return {
        "resourceType": "Bundle",
        "type": "message",
        "identifier": {"value": number or str(uuid4())},
        "entry": [{"resource": header}, {"resource": resource}],
    }


@pytest.fixture
def person() -> str:
    """Somebody of this test alone; no person number, which the register does not look into."""
    return uuid4().hex


def send(bench: Bench, event: str, resource: Json, number: str = "") -> Json:
    """Sends a message; gives the receipt's response and what came with it."""
    answer = bench.say("POST", "/reseptformidleren/$process-message", message(event, resource, number))
    header, *rest = [entry["resource"] for entry in answer["entry"]]
    return {"code": header["response"]["code"], "event": header["eventCoding"]["code"], "rest": rest}


def held(bench: Bench, person: str) -> list[Json]:
    """How the person's prescriptions stand."""
    found: list[Json] = bench.say("POST", "/facts/reseptformidleren/prescriptions", {"person": person})["prescriptions"]
    return found


def test_a_message_is_about_its_focus(bench: Bench, person: str) -> None:
    """Wherever in the Bundle that stands, by its fullUrl or its name; without a focus it comes second."""
    for name, url in ((f"urn:uuid:{uuid4()}", ""), ("MedicationRequest/m1", "http://x/fhir/MedicationRequest/m1")):
        order = prescription(person, id="m1")
        told = message("ERM1", {"resourceType": "Patient"})
        told["entry"][0]["resource"]["focus"] = [{"reference": name}]
        told["entry"].append({"fullUrl": url or name, "resource": order})
        answer = bench.say("POST", "/reseptformidleren/$process-message", told)
        assert answer["entry"][0]["resource"]["response"]["code"] == "ok"
    assert len(held(bench, person)) == 2


NONSENSE = [1, "x", [], None, {"identifier": [1]}, {"identifier": "x"}, {"identifier": {"system": 1}}]


@pytest.mark.parametrize("where", ["reseptformidleren", "laboratorium", "arkiv", "fiks", "okonomi"])
def test_nonsense_is_refused(bench: Bench, where: str) -> None:
    """What has no form gets an answer that whoever sent it can act upon, and is not sent again for ever."""
    told = [message("ERM1", one) for one in NONSENSE] + [message("ERM1", {}, number=[]), message([], {})]  # type: ignore[arg-type]
    answers = [bench.session.post(f"{bench.address}/{where}/$process-message", json=one, timeout=10) for one in told]
    assert {answer.status_code for answer in answers} <= {200, 400}
    receipts = [answer.json()["entry"][0]["resource"]["response"]["code"] for answer in answers if answer.ok]
    assert set(receipts) <= {"fatal-error"}


@pytest.mark.parametrize(
    "medication", [[], {"entry": [{"resource": "x"}]}, {"entry": [{"resource": {"identifier": 1}}]}]
)
def test_nonsense_is_no_list(bench: Bench, person: str, medication: Any) -> None:
    """400 for what is not Parameters of a list."""
    patient = {"name": "patient", "valueIdentifier": {"system": FNR, "value": person}}
    parts = [patient, {"name": "version", "valueString": "0"}, {"name": "medication", "resource": medication}]
    bench.say("POST", "/reseptformidleren/Patient/$getMedication", {"parameter": parts})
    bench.say("POST", "/reseptformidleren/Patient/$sendMedication", {"parameter": parts}, status=400)


def test_a_prescription_is_taken_listed_and_recalled(bench: Bench, person: str) -> None:
    """M1, M9.5 and M5, each with the message that answers it."""
    order = prescription(person)
    assert send(bench, "ERM1", order)["code"] == "ok"
    listed = send(bench, "ERM95", {"resourceType": "Patient", "subject": order["subject"]})
    assert (listed["event"], [one["status"] for one in listed["rest"]]) == ("ERM96", ["active"])
    assert send(bench, "ERM5", order)["event"] == "ERM52"
    assert [one["status"] for one in held(bench, person)] == ["cancelled"]


def test_the_same_message_counts_once(bench: Bench, person: str) -> None:
    """Sent again it gets the same receipt; a new message about the same prescription is refused."""
    order, number = prescription(person), str(uuid4())
    assert [send(bench, "ERM1", order, number)["code"] for _ in range(2)] == ["ok", "ok"]
    assert send(bench, "ERM1", order)["code"] == "fatal-error"
    assert len(held(bench, person)) == 1


@pytest.mark.parametrize(
    "lacking", ["dosageInstruction", "subject", "medicationCodeableConcept", "identifier", "status"]
)
def test_an_incomplete_prescription_is_refused(bench: Bench, person: str, lacking: str) -> None:
    """A receipt that says why, and nothing held."""
    order = prescription(person)
    del order[lacking]
    found = send(bench, "ERM1", order)
    assert (found["code"], found["rest"][0]["resourceType"]) == ("fatal-error", "OperationOutcome")
    assert held(bench, person) == []


def test_what_a_pharmacy_has_is_not_recalled(bench: Bench, person: str) -> None:
    """Neither while it hands out nor afterwards; what is handed out can be asked for."""
    order = prescription(person)
    send(bench, "ERM1", order)
    number = order["identifier"][0]["value"]
    bench.say("POST", "/facts/reseptformidleren/reservations", {"prescription": number})
    assert send(bench, "ERM5", order)["code"] == "fatal-error"
    bench.say("POST", "/facts/reseptformidleren/dispenses", {"prescription": number})
    assert send(bench, "ERM5", order)["code"] == "fatal-error"
    assert send(bench, "ERM97", order)["rest"][0]["resourceType"] == "MedicationDispense"
    bench.say("POST", "/facts/reseptformidleren/dispenses", {"prescription": number}, status=409)


def test_the_prescriber_is_told_of_dispensing(bench: Bench, person: str, mailbox: Server) -> None:
    """As a transaction that makes the dispense only once, twice when asked to."""
    bench.say("PUT", "/candidate", {"base_url": mailbox.address})
    order = prescription(person)
    send(bench, "ERM1", order)
    bench.say("PUT", "/behaviour/reseptformidleren", {"duplicate": True})
    told = {"prescription": order["identifier"][0]["value"], "last": False}
    bench.say("POST", "/facts/reseptformidleren/dispenses", told)
    bench.say("DELETE", "/behaviour/reseptformidleren", status=204)
    first, second = mailbox.bodies
    assert first == second
    [entry] = first["entry"]
    assert entry["request"]["ifNoneExist"].startswith("identifier=")
    assert entry["resource"]["extension"][0]["valueCode"] == "active"


def test_what_is_no_message_is_a_bad_request(bench: Bench) -> None:
    """400 with the reason."""
    bench.say("POST", "/reseptformidleren/$process-message", {"resourceType": "Bundle"}, status=400)
    bench.say("POST", "/facts/reseptformidleren/dispenses", {"prescription": "nobody's"}, status=409)
    for facts in ("dispenses", "prescriptions"):
        bench.say("POST", f"/facts/reseptformidleren/{facts}", {}, status=400)


def parameters(person: str, version: str = "", *statements: Json) -> Json:
    """What ``$getMedication`` and ``$sendMedication`` are asked."""
    parts: list[Json] = [{"name": "patient", "valueIdentifier": {"system": FNR, "value": person}}]
    if version:
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in statements]}
        parts += [{"name": "version", "valueString": version}, {"name": "medication", "resource": bundle}]
    return {"resourceType": "Parameters", "parameter": parts}


def statement(number: str, dosage: str = "5 mg") -> Json:
    """A medicine on a list."""
    pll = [{"system": "https://journalbenk.example/fhir/sid/pll", "value": number}]
    return {"resourceType": "MedicationStatement", "identifier": pll, "status": "active", "dosage": [{"text": dosage}]}


GET, SEND = (f"/reseptformidleren/Patient/${name}Medication" for name in ("get", "send"))


def test_the_list_is_one(bench: Bench, person: str) -> None:
    """Who has seen the version that stands replaces it; a second one, who has not, hears of the conflict."""
    bench.say("POST", SEND, parameters(person, "0", statement("a")), status=422)
    got = bench.say("POST", GET, parameters(person))
    assert got["parameter"][0]["valueString"] == "0"
    sent = bench.say("POST", SEND, parameters(person, "0", statement("a"), statement("b")))
    assert sent["parameter"][0]["valueString"] == "1"
    bench.say("POST", SEND, parameters(person, "0", statement("c")), status=409)
    bench.say("POST", SEND, parameters(person, "1", statement("a")), status=422)
    bench.say(
        "POST", "/facts/reseptformidleren/changes", {"person": person, "id": "a", "statement": {"status": "stopped"}}
    )
    bench.say("POST", SEND, parameters(person, "1", statement("a"), statement("b")), status=409)
    found = bench.say("POST", "/facts/reseptformidleren/lists", {"person": person})["medicines"]
    assert [(one["id"], one["status"]) for one in found] == [("a", "stopped"), ("b", "active")]
    bench.say("POST", GET, {"resourceType": "Parameters"}, status=400)


def test_a_list_is_sent_back_within_four_hours() -> None:
    """Later it must be fetched again."""
    now = [0.0]
    lists = Lists(lambda: now[0])
    lists.fetch("somebody")
    now[0] = 4 * 3600 + 1
    with pytest.raises(RefusedError, match="four hours"):
        lists.send("somebody", 0, [])


SENT, AS_OPERATION = {"ERM6", *ANSWERS.values()}, {"ERM251"}
MESSAGES_LISTED: list[Json] = read(REFERENCES / "eprescription.yaml").data["messages"]


@pytest.mark.parametrize("listed", MESSAGES_LISTED, ids=lambda one: one["number"])
def test_the_list_of_messages_says_what_is_tried(listed: Json) -> None:
    """What is marked as tried is taken, sent, or an operation; everything else is refused as not supported."""
    code = ""
    try:
        Register().act(listed["code"], {})
    except RefusedError as error:
        code = error.code
    taken = code != "not-supported"
    assert listed["tried"] == (taken or listed["code"] in SENT | AS_OPERATION)


def test_a_medicine_is_told_by_its_atc_code() -> None:
    """Whatever else it is coded by, and wherever that stands."""
    codings = [{"system": "urn:oid:2.16.578.1.12.4.1.1.7423", "code": "ID1"}, {"system": ATC, "code": "C08CA01"}]
    statement = {"identifier": [{"system": PLL, "value": "p-1"}], "medicationCodeableConcept": {"coding": codings}}
    assert told(statement)["atc"] == "C08CA01"
