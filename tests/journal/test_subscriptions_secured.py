"""Subscriptions in a secured journal: who may be told of what, at the moment of telling."""

import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from tests.journal.receiving import Receiver, events, receiving, subscription
from tests.journal.securing import ENH, FNR, HOME_CARE, NURSE, Callers, attest

Json = dict[str, Any]
NUMBERS = count(40_000)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An endpoint of the test's own."""
    with receiving() as found:
        yield found


def of(patient: Json) -> str:
    """The patient's person number."""
    return str(patient["identifier"][0]["value"])


def ref(resource: Json) -> Json:
    """A reference to a stored resource."""
    return {"reference": f"{resource['resourceType']}/{resource['id']}"}


def person() -> Json:
    """A Patient with a number of its own."""
    identifier = [{"system": FNR, "value": f"138172{next(NUMBERS):05d}"}]
    return {"resourceType": "Patient", "identifier": identifier, "birthDate": "1950-01-01"}


def contact(patient: Json) -> Json:
    """A contact that has begun."""
    return {"resourceType": "Encounter", "status": "in-progress", "class": {"code": "AMB"}, "subject": ref(patient)}


def foci(receiver: Receiver) -> list[str]:
    """What the events received are about, as ``Type/id``; empty where none is named."""
    told = [event for bundle in receiver.of("event-notification") for event in events(bundle)]
    return ["/".join(event.get("focus", "").split("/")[-2:]) for event in told]


@pytest.fixture
def served(callers: Callers) -> tuple[Json, Json]:
    """A patient whom the nurse's home care serves, and the service."""
    place = {"resourceType": "Organization", "identifier": [{"system": ENH, "value": HOME_CARE}]}
    home_care, patient = callers.put_in(place, person())
    episode = {"resourceType": "EpisodeOfCare", "status": "active", "patient": ref(patient)}
    return patient, callers.put_in(episode | {"managingOrganization": ref(home_care)})[0]


@pytest.fixture
def follow(callers: Callers, receiver: Receiver) -> Callable[..., Json]:
    """Subscribes to the contacts of some patients, and waits for the handshake to be answered."""

    def run(token: str, *patients: Json) -> Json:
        wanted = "patient=" + ",".join(f"Patient/{patient['id']}" for patient in patients)
        asked = subscription("encounter-start", receiver.url, wanted)
        answer = callers.send(token, "POST", "Subscription", asked)
        assert answer.status_code == 201, answer.text
        made: Json = answer.json()
        where = f"Subscription/{made['id']}"
        receiver.wait(lambda _: callers.get(token, where).json()["status"] == "active")
        return made

    return run


def test_a_nurse_is_told_of_her_patient_until_the_service_ends(
    callers: Callers, receiver: Receiver, served: tuple[Json, Json], follow: Callable[..., Json]
) -> None:
    """While home care serves the patient she is told; when it ends, the Subscription is switched off by itself."""
    patient, episode = served
    made = follow(callers.person(NURSE, attest(NURSE, of(patient))), patient)
    first = callers.put_in(contact(patient))[0]
    receiver.wait(Receiver.numbers)
    callers.send(callers.system(), "PUT", f"EpisodeOfCare/{episode['id']}", episode | {"status": "finished"})
    callers.put_in(contact(patient))
    time.sleep(1.0)
    assert foci(receiver) == [f"Encounter/{first['id']}"]
    log = callers.get(callers.system(), f"AuditEvent?patient=Patient/{patient['id']}&_count=100").json()["entry"]
    told = [e["resource"] for e in log if e["resource"]["subtype"][0]["display"] == "$notify"]
    assert [event["agent"][0]["name"] for event in told] == ["Kari Nordmann"]
    assert made["meta"]["tag"]


def test_who_loses_the_authorisation_is_told_no_more(
    callers: Callers, receiver: Receiver, served: tuple[Json, Json], follow: Callable[..., Json]
) -> None:
    """HPR is asked at the moment of telling."""
    patient, _ = served
    follow(callers.person(NURSE, attest(NURSE, of(patient))), patient)
    callers.signer.authorise(NURSE[1])
    time.sleep(1.2)
    callers.put_in(contact(patient))
    time.sleep(1.0)
    callers.signer.authorise(NURSE[1], NURSE[2])
    assert foci(receiver) == []


def test_what_a_patient_has_blocked_is_never_told(
    callers: Callers, receiver: Receiver, follow: Callable[..., Json]
) -> None:
    """A system is told of a patient's contacts, and of none after he has blocked them; numbers have no gap."""
    patient, other = callers.put_in(person(), person())
    follow(callers.system(), patient, other)
    first = callers.put_in(contact(patient))[0]
    receiver.wait(Receiver.numbers)
    consent = {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "category": [{"coding": [{"code": "INFAO"}]}],
        "patient": ref(patient),
        "policyRule": {"coding": [{"code": "OPTOUT"}]},
        "provision": {"type": "deny", "class": [{"code": "Encounter"}]},
    }
    callers.put_in(consent, contact(patient))
    last = callers.put_in(contact(other))[0]
    receiver.wait(lambda r: len(r.numbers()) > 1)
    assert foci(receiver) == [f"Encounter/{first['id']}", f"Encounter/{last['id']}"]
    assert receiver.numbers() == [1, 2]


def test_nobody_subscribes_to_more_than_he_sees(
    callers: Callers, receiver: Receiver, served: tuple[Json, Json]
) -> None:
    """A nurse names one patient, whom she sees; nobody gets whole resources; a system needs the scope of the type."""
    patient, _ = served
    stranger = callers.put_in(person())[0]
    nurse = callers.person(NURSE, attest(NURSE, of(patient)))
    everybody = subscription("encounter-start", receiver.url)
    other = subscription("encounter-start", receiver.url, f"patient=Patient/{stranger['id']}")
    whole = subscription("encounter-start", receiver.url, f"patient=Patient/{patient['id']}", content="full-resource")
    narrow = callers.system("system/Subscription.cruds system/Task.rs")
    for token, asked, status in (
        (nurse, everybody, 403),
        (nurse, other, 403),
        (nurse, whole, 422),
        (callers.system(), whole, 422),
        (narrow, everybody, 403),
    ):
        assert callers.send(token, "POST", "Subscription", asked).status_code == status
    assert receiver.got == []


def test_a_subscription_is_its_own_clients_alone(
    callers: Callers, served: tuple[Json, Json], follow: Callable[..., Json]
) -> None:
    """Another caller neither reads, finds, changes nor asks after it, whatever tag he sends."""
    patient, _ = served
    nurse = callers.person(NURSE, attest(NURSE, of(patient)))
    mine = follow(nurse, patient)
    system, where = callers.system(), f"Subscription/{mine['id']}"
    for path in (where, f"{where}/$status", f"{where}/$events", f"{where}/_history"):
        assert callers.get(nurse, path).status_code == 200, path
        assert callers.get(system, path).status_code == 404, path
    assert callers.get(nurse, f"Subscription?_id={mine['id']}").json()["total"] == 1
    assert callers.get(system, f"Subscription?_id={mine['id']}").json()["total"] == 0
    assert callers.get(system, f"Subscription/$status?id={mine['id']}").json()["total"] == 0
    assert callers.send(system, "PUT", where, mine | {"status": "off"}).status_code == 403
    assert callers.send(system, "DELETE", where).status_code == 403
