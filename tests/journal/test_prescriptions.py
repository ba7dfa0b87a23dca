"""Prescriptions beside Reseptformidleren: passed on once, recalled, renewed, and dispensing taken in."""

import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.journal.conftest import Client, Running, Store, start
from tests.signing import Signer, start_neighbours

Json = dict[str, Any]
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
NUMBERS = count(20_000)


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    """The neighbours."""
    folder: Path = tmp_path_factory.mktemp("neighbours")
    with start_neighbours(folder) as found:
        yield found


@pytest.fixture(scope="module")
def beside(signer: Signer, store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of a journal beside them."""
    data: Path = tmp_path_factory.mktemp("beside")
    running = start(*store.options(str(data)), "--neighbours", signer.issuer)
    found = Client(running.base)
    yield found
    found.session.close()
    assert running.stop() == 0
    assert running.process.stdout is not None
    running.process.stdout.close()


@pytest.fixture
def exchange(signer: Signer, beside: Client) -> "Exchange":
    """What the bench says to Reseptformidleren."""
    return Exchange(signer, beside.base)


class Exchange:
    """Tells Reseptformidleren what is so, and looks at what it holds."""

    def __init__(self, signer: Signer, base: str) -> None:
        self.signer = signer
        self.say("PUT", "/candidate", {"base_url": base})

    def say(self, method: str, path: str, body: Json) -> Any:
        """One request."""
        answer = self.signer.session.request(method, self.signer.issuer + path, json=body, timeout=10)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def behave(self, **how: Any) -> None:
        """Asks it to behave so."""
        self.say("PUT", "/behaviour/reseptformidleren", how)

    def held(self, patient: Json) -> list[Json]:
        """How somebody's prescriptions stand."""
        person = patient["identifier"][0]["value"]
        told = self.say("POST", "/facts/reseptformidleren/prescriptions", {"person": person})
        return list(told["prescriptions"])

    def settled(self, patient: Json, *statuses: str) -> list[Json]:
        """The prescriptions once they stand so."""
        wanted = list(statuses)
        found: list[Json] = until(lambda: self.held(patient), lambda held: [one["status"] for one in held] == wanted)
        return found


def until(look: Callable[[], Any], there: Callable[[Any], bool]) -> Any:
    """What is seen once it is there; fails when it never is."""
    for _ in range(200):
        if there(found := look()):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def person(client: Client) -> Json:
    """Somebody new."""
    number = f"138172{next(NUMBERS):05d}"
    return client.create({"resourceType": "Patient", "identifier": [{"system": FNR, "value": number}]})


def order(patient: Json, dosage: str = "5 mg morgen", **more: Any) -> Json:
    """An active order."""
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"coding": [{"system": "http://www.whocc.no/atc", "code": "C08CA01"}]},
        "subject": {"reference": f"Patient/{patient['id']}"},
        "dosageInstruction": [{"text": dosage}],
    } | more


def test_an_active_order_becomes_one_prescription(beside: Client, exchange: Exchange) -> None:
    """A proposal, a draft and what is given in the institution do not; a change of something else sends nothing."""
    patient = person(beside)
    inside = [{"coding": [{"code": "inpatient"}]}]
    beside.create(order(patient, intent="proposal"))
    beside.create(order(patient, status="draft"))
    beside.create(order(patient, category=inside))
    made = beside.create(order(patient))
    exchange.settled(patient, "active")
    changed = made | {"reasonCode": [{"text": "Høyt blodtrykk"}]}
    assert beside.send("PUT", f"MedicationRequest/{made['id']}", changed).status_code == 200
    time.sleep(0.3)
    assert len(exchange.held(patient)) == 1


def test_a_changed_dosage_is_a_new_prescription(beside: Client, exchange: Exchange) -> None:
    """The old one is recalled; a patch counts as well as an update, and a delete recalls the last."""
    patient = person(beside)
    made = beside.create(order(patient))
    exchange.settled(patient, "active")
    steps = [{"op": "replace", "path": "/dosageInstruction/0/text", "value": "10 mg morgen"}]
    path = f"MedicationRequest/{made['id']}"
    patched = beside.send("PATCH", path, steps, Content_Type="application/json-patch+json")
    assert patched.status_code == 200
    found = exchange.settled(patient, "cancelled", "active")
    assert found[-1]["dosage"] == "10 mg morgen"
    assert beside.send("DELETE", path).status_code == 204
    exchange.settled(patient, "cancelled", "cancelled")


def test_a_renewal_recalls_the_one_before(beside: Client, exchange: Exchange) -> None:
    """Also inside a transaction."""
    patient = person(beside)
    made = beside.create(order(patient))
    exchange.settled(patient, "active")
    renewal = order(patient, priorPrescription={"reference": f"MedicationRequest/{made['id']}"})
    entry = {"resource": renewal, "request": {"method": "POST", "url": "MedicationRequest"}}
    assert beside.transact(entry).status_code == 200
    exchange.settled(patient, "cancelled", "active")


def test_a_refused_transaction_prescribes_nothing(beside: Client, exchange: Exchange) -> None:
    """What is undone is not sent."""
    patient = person(beside)
    sound = {"resource": order(patient), "request": {"method": "POST", "url": "MedicationRequest"}}
    changed = {"method": "PUT", "url": "MedicationRequest/a", "ifMatch": 'W/"9"'}
    stale = {"resource": order(patient, id="a"), "request": changed}
    assert beside.transact(sound, stale).status_code == 412
    time.sleep(0.3)
    assert exchange.held(patient) == []


def test_nothing_is_lost_or_doubled_while_the_exchange_is_down(beside: Client, exchange: Exchange) -> None:
    """Prescriptions wait while it is down; one whose receipt was cut off is known again."""
    patient = person(beside)
    exchange.behave(down=True)
    beside.create(order(patient, "en"))
    beside.create(order(patient, "to"))
    time.sleep(0.3)
    exchange.behave(wrong=True)
    until(lambda: exchange.held(patient), lambda found: len(found) == 1)
    exchange.behave()
    beside.create(order(patient, "tre"))
    found = exchange.settled(patient, "active", "active", "active")
    assert [one["dosage"] for one in found] == ["en", "to", "tre"]


def test_a_crash_loses_no_prescription(
    signer: Signer, exchange: Exchange, launch: Callable[..., Running], connect: Callable[[str], Client], tmp_path: Path
) -> None:
    """What was acknowledged and not yet sent is sent after the next start, once."""
    exchange.behave(down=True)
    running = launch("--neighbours", signer.issuer, data=tmp_path / "crashed")
    patient = person(one := connect(running.base))
    one.create(order(patient))
    running.kill()
    exchange.behave()
    launch("--neighbours", signer.issuer, data=tmp_path / "crashed")
    exchange.settled(patient, "active")
    time.sleep(0.3)
    assert len(exchange.held(patient)) == 1


def test_dispensing_completes_the_order_when_nothing_is_left(beside: Client, exchange: Exchange) -> None:
    """A part leaves it active, the rest completes it; reports that come twice are stored once."""
    patient = person(beside)
    made = beside.create(order(patient))
    [one] = exchange.settled(patient, "active")
    exchange.behave(duplicate=True)
    for last, status in ((False, "active"), (True, "completed")):
        exchange.say("POST", "/facts/reseptformidleren/dispenses", {"prescription": one["id"], "last": last})
        assert beside.get(f"MedicationRequest/{made['id']}").json()["status"] == status
    exchange.behave()
    found = beside.get(f"MedicationDispense?patient={patient['id']}").json()
    links = [e["resource"]["authorizingPrescription"][0]["reference"] for e in found["entry"]]
    assert links == [f"MedicationRequest/{made['id']}"] * 2


def test_a_refused_recall_is_a_task(beside: Client, exchange: Exchange) -> None:
    """What the pharmacy is handing out is not recalled, and whoever stopped it is told."""
    patient = person(beside)
    made = beside.create(order(patient))
    [one] = exchange.settled(patient, "active")
    exchange.say("POST", "/facts/reseptformidleren/reservations", {"prescription": one["id"]})
    stopped = made | {"status": "stopped"}
    assert beside.send("PUT", f"MedicationRequest/{made['id']}", stopped).status_code == 200
    [task] = until(lambda: beside.get(f"Task?patient={patient['id']}").json().get("entry", []), bool)
    assert task["resource"]["focus"]["reference"] == f"MedicationRequest/{made['id']}"
    assert "handing it out" in task["resource"]["description"]


def test_an_order_for_somebody_without_a_number_is_told(beside: Client) -> None:
    """Reseptformidleren refuses it, and the prescriber hears why."""
    patient = beside.create({"resourceType": "Patient", "birthDate": "2026-01-01"})
    beside.create(order(patient))
    [task] = until(lambda: beside.get(f"Task?patient={patient['id']}").json().get("entry", []), bool)
    assert "fødselsnummer" in task["resource"]["description"]


def test_what_is_passed_on_is_in_the_access_log(beside: Client, exchange: Exchange) -> None:
    """The patient can see that Reseptformidleren got the prescription, and that its report completed the order."""
    patient = person(beside)
    made = beside.create(order(patient))
    [one] = exchange.settled(patient, "active")
    exchange.say("POST", "/facts/reseptformidleren/dispenses", {"prescription": one["id"]})
    events = beside.get(f"AuditEvent?entity=MedicationRequest/{made['id']}&_count=50").json()["entry"]
    told = [event["resource"]["subtype"][0]["code"] for event in events]
    assert sorted(told) == ["create", "create", "operation"]
