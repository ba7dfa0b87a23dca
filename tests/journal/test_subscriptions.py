"""Topic-based subscriptions: handshake, events, heartbeats, failures, restarts, and what is never told."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journal.receiving import BACKPORT, TOPIC, Receiver, events, receiving, subscription, told

Json = dict[str, Any]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An endpoint of the test's own."""
    with receiving() as found:
        yield found


@pytest.fixture
def subscribed(client: Any, receiver: Receiver, patient: Json) -> tuple[Json, Json]:
    """A patient, and a Subscription to the start of contacts with him that has become active."""
    who = client.create(patient)
    asked = subscription("encounter-start", receiver.url, f"Encounter?patient=Patient/{who['id']}")
    return who, active(client, asked)


def active(client: Any, asked: Json) -> Json:
    """The Subscription once it is active."""
    made = client.create(asked)
    end = time.monotonic() + 20
    while (found := client.get(f"Subscription/{made['id']}").json())["status"] == "requested":
        assert time.monotonic() < end
        time.sleep(0.02)
    assert found["status"] == "active", found
    stood: Json = found
    return stood


def contact(patient: Json, status: str = "in-progress") -> Json:
    """A contact with a patient."""
    about = {"reference": f"Patient/{patient['id']}"}
    return {"resourceType": "Encounter", "status": status, "class": {"code": "AMB"}, "subject": about}


def test_a_handshake_comes_before_everything(receiver: Receiver, subscribed: tuple[Json, Json]) -> None:
    """The endpoint is asked first, with its header; then the Subscription is active, its header hidden."""
    _, made = subscribed
    (first,) = receiver.got
    assert told(first)["type"] == "handshake"
    assert told(first)["subscription"].endswith(f"Subscription/{made['id']}")
    assert receiver.headers[0]["x-purpose"] == "test"
    assert made["channel"]["header"] == ["X-Purpose: ***"]


def test_events_are_numbered_without_gaps_and_only_those_asked_for(
    client: Any, receiver: Receiver, subscribed: tuple[Json, Json], patient: Json
) -> None:
    """Contacts that begin are told by reference, in order; other people's, and other changes, are not."""
    who, _ = subscribed
    client.create(contact(client.create(patient)))
    first = client.create(contact(who, "planned"))
    begun = client.send("PUT", f"Encounter/{first['id']}", first | {"status": "arrived"}).json()
    client.send("PUT", f"Encounter/{first['id']}", begun | {"status": "in-progress"})
    rest = [client.create(contact(who)) for _ in range(3)]
    receiver.wait(lambda r: len(r.numbers()) == 4)
    foci = [event["focus"] for bundle in receiver.of("event-notification") for event in events(bundle)]
    assert receiver.numbers() == [1, 2, 3, 4]
    assert foci == [f"{client.base}/Encounter/{one['id']}" for one in (first, *rest)]
    last = receiver.of("event-notification")[-1]
    assert (last["type"], told(last)["events-since-subscription-start"]) == ("history", "4")
    assert all("resource" not in entry for entry in last["entry"][1:])


def test_how_it_stands_and_what_came_before_can_be_asked(
    client: Any, receiver: Receiver, subscribed: tuple[Json, Json]
) -> None:
    """$status tells state and count, $events the events from a number to a number once more."""
    who, made = subscribed
    for _ in range(3):
        client.create(contact(who))
    receiver.wait(lambda r: len(r.numbers()) == 3)
    where = f"Subscription/{made['id']}"
    for answer in (client.get(f"{where}/$status"), client.get(f"Subscription/$status?id={made['id']}&status=active")):
        (entry,) = answer.json()["entry"]
        found = {p["name"]: p for p in entry["resource"]["parameter"]}
        assert found["status"]["valueCode"] == "active"
        assert found["events-since-subscription-start"]["valueString"] == "3"
    again = client.get(f"{where}/$events?eventsSinceNumber=2&eventsUntilNumber=3").json()
    assert [event["event-number"] for event in events(again)] == ["2", "3"]
    asked = [{"name": "eventsSinceNumber", "valueString": "3"}]
    posted = client.send("POST", f"{where}/$events", {"resourceType": "Parameters", "parameter": asked}).json()
    assert [event["event-number"] for event in events(posted)] == ["3"]
    assert client.get("Subscription/never-was/$events").status_code == 404


def test_silence_is_broken_by_heartbeats(client: Any, receiver: Receiver) -> None:
    """When nothing happens for the period that was asked for, a heartbeat says how many events there were."""
    active(client, subscription("encounter-end", receiver.url, heartbeat=1))
    receiver.wait(lambda r: len(r.of("heartbeat")) >= 2)
    assert told(receiver.of("heartbeat")[0])["events-since-subscription-start"] == "0"


def test_a_notification_tells_of_no_more_events_than_asked(client: Any, receiver: Receiver, patient: Json) -> None:
    """Ten events of one transaction come in notifications of at most four."""
    who = client.create(patient)
    active(client, subscription("encounter-start", receiver.url, f"patient=Patient/{who['id']}", count=4))
    entry = {"resource": contact(who), "request": {"method": "POST", "url": "Encounter"}}
    assert client.transact(*[entry] * 10).status_code == 200
    receiver.wait(lambda r: len(r.numbers()) == 10)
    assert receiver.numbers() == list(range(1, 11))
    assert max(len(events(bundle)) for bundle in receiver.of("event-notification")) == 4


def test_no_person_number_is_in_a_notification(client: Any, receiver: Receiver, patient: Json) -> None:
    """A whole resource is told with every eleven-digit number blotted out, and marked as not whole."""
    who = client.create(patient)
    active(client, subscription("message-received", receiver.url, content="full-resource"))
    message = {
        "resourceType": "Communication",
        "status": "completed",
        "subject": {"reference": f"Patient/{who['id']}"},
        "payload": [{"contentString": "Gjelder 13817204078, ring tilbake"}],
    }
    client.create(message)
    receiver.wait(lambda r: any(e["focus"] for b in r.of("event-notification") for e in events(b)))
    shown = receiver.of("event-notification")[0]["entry"][1]["resource"]
    assert shown["payload"][0]["contentString"] == "Gjelder ***********, ring tilbake"
    assert shown["meta"]["tag"][0]["code"] == "SUBSETTED"


def test_an_empty_notification_names_nothing(client: Any, receiver: Receiver, patient: Json) -> None:
    """With content empty an event is a number and a time."""
    who = client.create(patient)
    active(client, subscription("encounter-start", receiver.url, f"patient=Patient/{who['id']}", content="empty"))
    client.create(contact(who))
    receiver.wait(Receiver.numbers)
    (bundle,) = receiver.of("event-notification")
    assert len(bundle["entry"]) == 1
    assert set(events(bundle)[0]) == {"event-number", "timestamp"}


CHANGES: dict[str, list[Json]] = {
    "encounter-end": [{"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}}],
    "task-assigned": [{"resourceType": "Task", "status": "requested", "intent": "order", "owner": {"display": "?"}}],
    "lab-result": [
        {
            "resourceType": "DiagnosticReport",
            "status": "final",
            "category": [{"coding": [{"code": "LAB"}]}],
            "code": {"text": "CRP"},
        }
    ],
    "referral-state": [{"resourceType": "ServiceRequest", "status": "active", "intent": "order"}],
    "medication-list": [
        {"resourceType": "MedicationStatement", "status": "active", "medicationCodeableConcept": {"text": "Marevan"}},
    ],
    "message-received": [{"resourceType": "Communication", "status": "completed"}],
}


@pytest.mark.parametrize("topic", CHANGES)
def test_each_topic_has_its_event(client: Any, receiver: Receiver, patient: Json, topic: str) -> None:
    """The change that a topic is about is told once, to who filters by the patient."""
    who = client.create(patient)
    about = {"reference": f"Patient/{who['id']}"}
    owner = client.create({"resourceType": "Organization", "name": "Hjemmetjenesten"})
    active(client, subscription(topic, receiver.url, f"patient=Patient/{who['id']}"))
    for resource in CHANGES[topic]:
        key = "for" if resource["resourceType"] == "Task" else "subject"
        told_of = {"owner": {"reference": f"Organization/{owner['id']}"}} if "owner" in resource else {}
        stored = client.create(resource | {key: about} | told_of)
        client.send("PUT", f"{resource['resourceType']}/{stored['id']}", stored)
    receiver.wait(Receiver.numbers)
    client.create({"resourceType": "Basic", "code": {"text": "noe annet"}})
    assert receiver.numbers() == [1]


def test_a_task_that_passes_its_deadline_is_told(client: Any, receiver: Receiver, patient: Json) -> None:
    """An open Task whose deadline passes is an event without any change; one done in time, or due long ago, is none."""
    who = client.create(patient)
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
    task = {"resourceType": "Task", "intent": "order", "for": {"reference": f"Patient/{who['id']}"}}
    task |= {"restriction": {"period": {"end": soon}}}
    client.create(task | {"status": "requested", "restriction": {"period": {"end": "2020-01-01T00:00:00Z"}}})
    active(client, subscription("task-overdue", receiver.url, f"patient=Patient/{who['id']}"))
    late = client.create(task | {"status": "requested"})
    done = client.create(task | {"status": "requested"})
    client.send("PUT", f"Task/{done['id']}", done | {"status": "completed"})
    receiver.wait(Receiver.numbers)
    (event,) = events(receiver.of("event-notification")[0])
    assert event["focus"].endswith(f"Task/{late['id']}")


UNSERVED: list[tuple[str, Callable[[Json], Any]]] = [
    ("topic", lambda s: s.update(criteria="https://example.org/SubscriptionTopic/annet")),
    ("channel", lambda s: s["channel"].update(type="email")),
    ("payload", lambda s: s["channel"].update(payload="application/fhir+xml")),
    ("elsewhere", lambda s: s["channel"].update(endpoint="http://10.0.0.1/told")),
    ("metadata service", lambda s: s["channel"].update(endpoint="http://169.254.169.254/latest")),
    ("name", lambda s: s["channel"].update(endpoint="http://127.0.0.1.nip.io/told")),
    ("scheme", lambda s: s["channel"].update(endpoint="file:///etc/passwd")),
    ("user", lambda s: s["channel"].update(endpoint="http://a:b@127.0.0.1/told")),
    ("header", lambda s: s["channel"].update(header=["Host: example.org"])),
    ("no header", lambda s: s["channel"].update(header=[None])),
    ("no header of one that is off", lambda s: (s.update(status="off"), s["channel"].update(header=[None]))),
    ("no criteria", lambda s: (s.pop("criteria"), s.update(_criteria=_filter("patient=Patient/1")))),
    ("no type", lambda s: s["channel"].update(_type=s["channel"].pop("_payload")) or s["channel"].pop("type")),
    ("header line", lambda s: s["channel"].update(header=["X-A: b\r\nX-C: d"])),
    ("person number", lambda s: s.update(_criteria=_filter("patient=Patient/13817204078"))),
    ("parameter", lambda s: s.update(_criteria=_filter("Encounter?length=5"))),
    ("type", lambda s: s.update(_criteria=_filter("Observation?patient=Patient/1"))),
]


def _filter(text: str) -> Json:
    return {"extension": [{"url": f"{BACKPORT}filter-criteria", "valueString": text}]}


@pytest.mark.parametrize(("what", "change"), UNSERVED, ids=[what for what, _ in UNSERVED])
def test_what_is_not_served_is_refused(
    client: Any, receiver: Receiver, what: str, change: Callable[[Json], Any]
) -> None:
    """A Subscription that could not work, or would reach elsewhere than allowed, is refused and not stored."""
    asked = subscription("encounter-start", receiver.url)
    change(asked)
    answer = client.send("POST", "Subscription", asked)
    assert answer.status_code == 422, what
    assert answer.json()["issue"][0]["expression"][0].startswith("Subscription.")
    assert receiver.got == []


def test_the_topics_are_in_the_capability_statement(client: Any) -> None:
    """Every topic is advertised by its canonical address, with the operations on Subscriptions."""
    rest = client.get("metadata").json()["rest"][0]
    (kind,) = [one for one in rest["resource"] if one["type"] == "Subscription"]
    topics = [one["valueCanonical"] for one in kind["extension"]]
    assert set(topics) == {TOPIC + name for name in (*CHANGES, "encounter-start", "task-overdue")}
    assert {one["name"] for one in kind["operation"]} >= {"status", "events"}


def test_switched_off_or_deleted_is_told_no_more(
    client: Any, receiver: Receiver, subscribed: tuple[Json, Json]
) -> None:
    """After off no event is counted, after a new request it goes on; after a delete nothing is left."""
    who, made = subscribed
    where = f"Subscription/{made['id']}"
    client.send("PUT", where, made | {"status": "off"})
    client.create(contact(who))
    client.send("PUT", where, client.get(where).json() | {"status": "requested"})
    receiver.wait(lambda r: len(r.of("handshake")) == 2 and client.get(where).json()["status"] == "active")
    client.create(contact(who))
    receiver.wait(Receiver.numbers)
    assert receiver.numbers() == [1]
    assert receiver.headers[-1]["x-purpose"] == "test"
    assert client.send("DELETE", where).status_code == 204
    client.create(contact(who))
    assert client.get(f"{where}/$status").status_code == 410
    assert receiver.numbers() == [1]


def test_who_was_told_is_in_the_access_log(client: Any, receiver: Receiver, subscribed: tuple[Json, Json]) -> None:
    """A notification about a patient leaves an AuditEvent in the patient's log; a heartbeat would not."""
    who, _ = subscribed
    client.create(contact(who))
    receiver.wait(Receiver.numbers)

    def found(_: Receiver) -> list[Json]:
        log = client.get(f"AuditEvent?patient=Patient/{who['id']}").json()["entry"]
        return [e["resource"] for e in log if e["resource"]["subtype"][0]["display"] == "$notify"]

    (event,) = receiver.wait(found)
    assert any(entity["what"]["reference"].startswith("Encounter/") for entity in event["entity"])


def test_an_endpoint_that_fails_is_tried_again_and_then_given_up(
    launch: Callable[..., Any], connect: Callable[[str], Any], receiver: Receiver, patient: Json
) -> None:
    """Nothing is lost while an endpoint is down, nor when it is given up: $events has it, and asking anew brings it."""
    client = connect(launch("--notify-tries", "3").base)
    who = client.create(patient)
    made = active(client, subscription("encounter-start", receiver.url))
    where = f"Subscription/{made['id']}"
    receiver.status = 503
    client.create(contact(who))
    time.sleep(0.2)
    receiver.status = 200
    receiver.wait(Receiver.numbers)
    receiver.status = 503
    client.create(contact(who))
    receiver.wait(lambda _: client.get(where).json()["status"] == "error")
    assert "503" in client.get(where).json()["error"]
    client.create(contact(who))
    receiver.wait(lambda _: len(events(client.get(f"{where}/$events").json())) == 3)
    assert receiver.numbers() == [1]
    receiver.status = 200
    client.send("PUT", where, client.get(where).json() | {"status": "requested"})
    receiver.wait(lambda r: r.numbers() == [1, 2, 3])


def test_a_restart_loses_nothing(
    launch: Callable[..., Any], connect: Callable[[str], Any], receiver: Receiver, patient: Json, tmp_path: Path
) -> None:
    """What was stored but not delivered when the journal was killed comes after the restart, with the next number."""
    data = tmp_path / "kept"
    running = launch(data=data)
    client = connect(running.base)
    who = client.create(patient)
    active(client, subscription("encounter-start", receiver.url))
    client.create(contact(who))
    receiver.wait(Receiver.numbers)
    receiver.status = 503
    client.create(contact(who))
    running.kill()
    receiver.status = 200
    second = connect(launch(data=data).base)
    second.create(contact(who))
    receiver.wait(lambda r: len(r.numbers()) >= 3)
    assert receiver.numbers() == [1, 2, 3]


def test_several_processes_deliver_once(
    launch: Callable[..., Any], connect: Callable[[str], Any], receiver: Receiver, patient: Json
) -> None:
    """With three workers each event of writes at all of them is told once, in order."""
    base = launch("--workers", "3").base
    clients = [connect(base) for _ in range(6)]
    who = clients[0].create(patient)
    active(clients[0], subscription("encounter-start", receiver.url))
    for number in range(30):
        clients[number % 6].create(contact(who))
    receiver.wait(lambda r: len(r.numbers()) >= 30)
    assert receiver.numbers() == list(range(1, 31))
