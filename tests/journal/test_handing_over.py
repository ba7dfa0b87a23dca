"""What the municipality's own systems are handed by the journal beside them."""

from typing import Any

from tests.journal.conftest import Client
from tests.journal.test_prescriptions import Exchange, person, until
from tests.journal.test_prescriptions import beside as beside  # noqa: PLC0414  a fixture
from tests.journal.test_prescriptions import exchange as exchange  # noqa: PLC0414  a fixture
from tests.journal.test_prescriptions import signer as signer  # noqa: PLC0414  a fixture

Json = dict[str, Any]
STORES = ["sqlite"]
TYPE = "urn:oid:2.16.578.1.12.4.1.1.9602"
IPLOS = "urn:oid:2.16.578.1.12.4.1.1.9151"


def held(exchange: Exchange, office: str, patient: Json) -> list[Json]:
    """What an office has about somebody."""
    number = patient["identifier"][0]["value"]
    return list(exchange.say("POST", f"/facts/{office}/held", {"person": number})["held"])


def document(patient: Json, code: str = "I02-2", **more: Any) -> Json:
    """A document of a kind."""
    attachment = {"contentType": "text/plain", "data": "VmVkdGFr"}
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"coding": [{"system": TYPE, "code": code}]},
        "subject": {"reference": f"Patient/{patient['id']}"},
        "content": [{"attachment": attachment}],
    } | more


def test_letters_go_to_archive_and_letter_box(beside: Client, exchange: Exchange) -> None:
    """Finished letters only, once each; what is written otherwise of the same letter is no new letter."""
    patient = person(beside)
    beside.create(document(patient, "B02-2"))
    beside.create(document(patient, docStatus="preliminary"))
    made = beside.create(document(patient))
    for office in ("arkiv", "fiks"):
        [one] = until(lambda office=office: held(exchange, office, patient), bool)  # type: ignore[misc]
        assert (one["data"], one["taken"]) == ("VmVkdGFr", 1)
    tagged = made | {"meta": {"tag": [{"code": "lest"}]}}
    assert beside.send("PUT", f"DocumentReference/{made['id']}", tagged).status_code == 200
    beside.create(document(patient))
    found = until(lambda: held(exchange, "arkiv", patient), lambda some: len(some) == 2)
    assert [one["taken"] for one in found] == [1, 1]


def test_services_go_to_the_accounts(beside: Client, exchange: Exchange) -> None:
    """From when they are active until they end, as one; a planned one does not."""
    patient = person(beside)
    episode = {
        "resourceType": "EpisodeOfCare",
        "status": "planned",
        "type": [{"coding": [{"system": IPLOS, "code": "15"}]}],
        "patient": {"reference": f"Patient/{patient['id']}"},
        "period": {"start": "2026-01-12"},
    }
    made = beside.create(episode)
    path = f"EpisodeOfCare/{made['id']}"
    assert beside.send("PUT", path, made | {"status": "active"}).status_code == 200
    [one] = until(lambda: held(exchange, "okonomi", patient), bool)
    assert (one["status"], one["taken"]) == ("active", 1)
    ended = made | {"status": "finished", "period": {"start": "2026-01-12", "end": "2026-01-16"}}
    assert beside.send("PUT", path, ended).status_code == 200
    [one] = until(lambda: held(exchange, "okonomi", patient), lambda some: some[0]["status"] == "finished")
    assert one["end"] == "2026-01-16"


def test_a_refused_letter_is_a_task(beside: Client, exchange: Exchange) -> None:
    """A letter without its document is refused by both, and somebody is told."""
    patient = person(beside)
    beside.create(document(patient, content=[{"attachment": {"url": "http://127.0.0.1/gone"}}]))
    tasks = until(
        lambda: beside.get(f"Task?patient={patient['id']}").json().get("entry", []), lambda some: len(some) == 2
    )
    assert {task["resource"]["code"]["text"] for task in tasks} == {"Arkivet avviste brevet", "Brevet ble ikke sendt"}
    assert held(exchange, "arkiv", patient) == []
