"""Answers that come twice, late or by number alone; orders that go to the laboratory once."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journal.conftest import Client
from tests.journal.test_prescriptions import Exchange, person, until
from tests.journal.test_prescriptions import beside as beside  # noqa: PLC0414  a fixture
from tests.journal.test_prescriptions import exchange as exchange  # noqa: PLC0414  a fixture
from tests.journal.test_prescriptions import signer as signer  # noqa: PLC0414  a fixture

Json = dict[str, Any]
STORES = ["sqlite"]
HBA1C = {"coding": [{"system": "http://loinc.org", "code": "59261-8"}]}


@pytest.fixture
def lab(exchange: Exchange) -> Iterator[Exchange]:
    """What the bench says to the laboratory, which behaves well afterwards."""
    yield exchange
    exchange.say("PUT", "/behaviour/laboratorium", {})


def order(client: Client, patient: Json) -> Json:
    """An order of HbA1c."""
    subject = {"reference": f"Patient/{patient['id']}"}
    made = {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "code": HBA1C, "subject": subject}
    return client.create(made)


def number(patient: Json) -> Json:
    """The patient's person number."""
    found: Json = patient["identifier"][0]
    return found


def ordered(lab: Exchange, patient: Json) -> str:
    """The laboratory's number of the patient's one order."""
    look = {"person": number(patient)["value"]}
    [one] = until(lambda: lab.say("POST", "/facts/laboratorium/orders", look)["orders"], bool)
    return str(one["id"])


def shown(client: Client, patient: Json, kind: str = "Observation") -> list[Json]:
    """The patient's answers."""
    bundle = client.get(f"{kind}?patient={patient['id']}").json()
    return [entry["resource"] for entry in bundle.get("entry", [])]


def test_a_late_answer_does_not_hide_its_correction(beside: Client, lab: Exchange) -> None:
    """In the wrong order and twice: the correction stands, in one version, with its order, which is completed."""
    patient = person(beside)
    made = order(beside, patient)
    lab.say("PUT", "/behaviour/laboratorium", {"out_of_order": True, "duplicate": True})
    told = {"order": ordered(lab, patient), "value": 97, "unit": "mmol/mol"}
    answer = lab.say("POST", "/facts/laboratorium/answers", told)["answer"]
    lab.say("POST", "/facts/laboratorium/corrections", {"answer": answer, "value": 47})
    [found], [report] = shown(beside, patient), shown(beside, patient, "DiagnosticReport")
    assert (found["status"], found["valueQuantity"]["value"], report["status"]) == ("corrected", 47, "corrected")
    assert found["basedOn"][0]["reference"] == f"ServiceRequest/{made['id']}"
    assert beside.get(f"ServiceRequest/{made['id']}").json()["status"] == "completed"


def test_a_correction_in_time_replaces_the_answer(beside: Client, lab: Exchange) -> None:
    """The first answer stays in the history."""
    patient = person(beside)
    order(beside, patient)
    told = {"order": ordered(lab, patient), "value": 97, "unit": "mmol/mol"}
    answer = lab.say("POST", "/facts/laboratorium/answers", told)["answer"]
    lab.say("POST", "/facts/laboratorium/corrections", {"answer": answer, "value": 47})
    [found] = shown(beside, patient)
    first = beside.get(f"Observation/{found['id']}/_history/1").json()
    assert (first["valueQuantity"]["value"], found["valueQuantity"]["value"]) == (97, 47)


def test_measurements_are_filed_by_number(beside: Client, lab: Exchange) -> None:
    """Known people's are theirs, once; a stranger's is refused by itself."""
    patient, stranger = person(beside), {"system": number(person(beside))["system"], "value": "13817299999"}
    measured = [
        {"id": f"m-{n}", "person": who, "code": {"code": "8480-6"}, "value": n, "unit": "mm[Hg]", "at": "2026-01-12"}
        for n, who in ((141, number(patient)), (180, stranger), (138, number(patient)))
    ]
    for statuses in (["201", "422", "201"], ["200", "422", "200"]):
        told = lab.say("POST", "/facts/hjemmemaling/measurements", {"measurements": measured})
        assert told["statuses"] == [statuses]
    assert [one["valueQuantity"]["value"] for one in shown(beside, patient)] == [141, 138]


def test_a_measurement_finds_who_was_merged(beside: Client, lab: Exchange) -> None:
    """A Patient that was replaced by another keeps its number, and what is measured is the other's."""
    patient = person(beside)
    link = [{"other": {"reference": f"Patient/{patient['id']}"}, "type": "replaced-by"}]
    beside.create({"resourceType": "Patient", "active": False, "link": link, "identifier": [number(patient)]})
    measured = {"id": "merged", "person": number(patient), "code": {"code": "8480-6"}, "value": 120, "unit": "mm[Hg]"}
    told = lab.say("POST", "/facts/hjemmemaling/measurements", {"measurements": [measured | {"at": "2026-01-12"}]})
    assert told["statuses"] == [["201"]]
    assert len(shown(beside, patient)) == 1


def test_an_update_by_id_is_the_writers_own(beside: Client, lab: Exchange) -> None:
    """Who changes an answer by its id means it, whenever it was issued."""
    patient = person(beside)
    copy = {"person": number(patient), "code": HBA1C["coding"][0], "value": 5, "unit": "mmol/L"}
    lab.say("POST", "/facts/laboratorium/answers", copy)
    [found] = shown(beside, patient)
    earlier = found | {"issued": "2020-01-01T10:00:00Z", "status": "entered-in-error"}
    assert beside.send("PUT", f"Observation/{found['id']}", earlier).json()["status"] == "entered-in-error"
