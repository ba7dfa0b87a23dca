"""The laboratory and the hub for home measurements: what they take, and what they send."""

from typing import Any
from uuid import uuid4

from tests.ecosystem.conftest import Bench, Server
from tests.ecosystem.test_reseptformidleren import FNR, message

Json = dict[str, Any]
ORDER = "https://journalbenk.example/fhir/sid/laboratory-order"
LOINC = "http://loinc.org"


def order(person: str) -> Json:
    """An order of HbA1c."""
    return {
        "resourceType": "ServiceRequest",
        "identifier": [{"system": ORDER, "value": str(uuid4())}],
        "code": {"coding": [{"system": LOINC, "code": "59261-8"}]},
        "subject": {"identifier": {"system": FNR, "value": person}},
    }


def send(bench: Bench, resource: Json, number: str = "") -> str:
    """Sends an order; gives the receipt's code."""
    answer = bench.say("POST", "/laboratorium/$process-message", message("REQ_LAB", resource, number))
    return str(answer["entry"][0]["resource"]["response"]["code"])


def test_an_order_is_taken_once(bench: Bench) -> None:
    """The same message counts once; another about the same order, and one that names no test, are refused."""
    person, number = uuid4().hex, str(uuid4())
    ordered = order(person)
    assert [send(bench, ordered, number) for _ in range(2)] == ["ok", "ok"]
    assert send(bench, ordered) == "fatal-error"
    assert send(bench, order(person) | {"code": {}}) == "fatal-error"
    found = bench.say("POST", "/facts/laboratorium/orders", {"person": person})["orders"]
    assert [one["code"] for one in found] == ["59261-8"]


def test_an_order_is_told_by_the_code_that_makes_it_one(bench: Bench) -> None:
    """By LOINC, though the sender's own code, or a coding without any, stands before it."""
    person = uuid4().hex
    codings = [{"system": "urn:oid:2.16.578.1.12.4.1.1.7280", "code": "NPU27300"}, {"display": "HbA1c"}]
    ordered = order(person)
    assert send(bench, ordered | {"code": {"coding": codings + ordered["code"]["coding"]}}) == "ok"
    found = bench.say("POST", "/facts/laboratorium/orders", {"person": person})["orders"]
    assert [one["code"] for one in found] == ["59261-8"]


def test_an_answer_and_its_correction_write_the_same(bench: Bench, mailbox: Server) -> None:
    """Both by what identifies them, the correction issued later; a correction of nothing is refused."""
    bench.say("PUT", "/candidate", {"base_url": mailbox.address})
    ordered = order(uuid4().hex)
    send(bench, ordered)
    told = {"order": ordered["identifier"][0]["value"], "value": 97, "unit": "mmol/mol"}
    number = bench.say("POST", "/facts/laboratorium/answers", told)["answer"]
    bench.say("POST", "/facts/laboratorium/corrections", {"answer": number, "value": 47})
    first, second = ([entry["resource"] for entry in body["entry"]] for body in mailbox.bodies)
    assert [one["status"] for one in (*first, *second)] == ["final", "final", "corrected", "corrected"]
    assert first[0]["issued"] < second[0]["issued"]
    urls = {entry["request"]["url"] for body in mailbox.bodies for entry in body["entry"]}
    assert len(urls) == 2
    assert first[0]["basedOn"][0]["identifier"]["value"] == told["order"]
    bench.say("POST", "/facts/laboratorium/corrections", {"answer": "nobody's", "value": 1}, status=409)


def test_a_copy_answers_no_order(bench: Bench, mailbox: Server) -> None:
    """Without basedOn, about somebody by number; an answer to an order that never came is refused."""
    bench.say("PUT", "/candidate", {"base_url": mailbox.address})
    person = {"system": FNR, "value": uuid4().hex}
    copy = {"person": person, "code": {"system": LOINC, "code": "15074-8"}, "value": 5.1, "unit": "mmol/L"}
    bench.say("POST", "/facts/laboratorium/answers", copy)
    assert "basedOn" not in mailbox.bodies[0]["entry"][0]["resource"]
    bench.say("POST", "/facts/laboratorium/answers", {"order": "nobody's", "value": 1, "unit": "1"}, status=409)


def test_the_hub_sends_a_batch(bench: Bench, mailbox: Server) -> None:
    """Observations only, each made once, the person by number; the other way round when asked to."""
    bench.say("PUT", "/candidate", {"base_url": mailbox.address})
    person = {"system": FNR, "value": uuid4().hex}
    measured = [
        {"id": str(n), "person": person, "code": {"code": "8480-6"}, "value": n, "unit": "mm[Hg]", "at": "2026-01-12"}
        for n in (1, 2)
    ]
    bench.say("POST", "/facts/hjemmemaling/measurements", {"measurements": measured})
    [batch] = mailbox.bodies
    assert (batch["type"], [entry["request"]["method"] for entry in batch["entry"]]) == ("batch", ["POST", "POST"])
    assert [entry["resource"]["subject"] for entry in batch["entry"]] == [{"identifier": person}] * 2
    bench.say("PUT", "/behaviour/hjemmemaling", {"out_of_order": True})
    bench.say("POST", "/facts/hjemmemaling/measurements", {"measurements": measured})
    bench.say("DELETE", "/behaviour/hjemmemaling", status=204)
    values = [[entry["resource"]["valueQuantity"]["value"] for entry in one["entry"]] for one in mailbox.bodies]
    assert values == [[1, 2], [2, 1]]
    bench.say("POST", "/facts/hjemmemaling/measurements", {"measurements": [{}]}, status=400)
    bench.say("POST", "/facts/laboratorium/answers", True, status=400)
    deep = bench.session.post(f"{bench.address}/facts/laboratorium/answers", "[" * 3000, timeout=10)
    assert deep.status_code == 400
