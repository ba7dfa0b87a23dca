"""The lives of tasks, requests and appointments: legal steps are taken, others refused by name, times given once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from threading import Barrier
from typing import Any

import pytest

from simulator.journal.definitions import types
from simulator.journal.errors import FhirError
from simulator.journal.lives import HOLDING, STEPS, Lives

Json = dict[str, Any]
PATCH = "application/json-patch+json"
ENDS = {"completed", "failed", "cancelled", "rejected", "revoked", "fulfilled", "noshow"}
LIVES = Lives(None, None)  # type: ignore[arg-type]  # steps need no searches


@pytest.mark.parametrize("kind", sorted(STEPS))
def test_every_state_of_r4_has_its_steps(kind: str) -> None:
    """The table knows every status of R4's value set but entered-in-error, and leads to no other."""
    codes = types()[kind].elements["status"].codes
    assert codes is not None
    assert STEPS[kind].keys() | {"entered-in-error"} == codes
    assert {after for steps in STEPS[kind].values() for after in steps.split()} <= codes


def legal(kind: str, before: str, after: str) -> bool:
    try:
        LIVES.check_step(kind, before, after)
    except FhirError:
        return False
    return True


@pytest.mark.parametrize("kind", sorted(STEPS))
def test_ends_are_ends_and_mistakes_are_not_undone(kind: str) -> None:
    """From an end leads nothing but entered-in-error, and from that nothing; every open state reaches an end."""
    states = [*STEPS[kind], "entered-in-error"]
    for before, after in product(states, states):
        if before == after:
            assert legal(kind, before, after)
        elif before in ENDS:
            assert legal(kind, before, after) is (after == "entered-in-error")
        elif before == "entered-in-error":
            assert not legal(kind, before, after)
        else:
            assert legal(kind, before, "entered-in-error")
            assert any(legal(kind, before, end) for end in ENDS & set(states))


def task(status: str) -> Json:
    return {"resourceType": "Task", "status": status, "intent": "order"}


def test_a_task_goes_its_way_and_not_back(client: Any) -> None:
    """Requested, received, accepted, completed; a task that is done is not opened again, by update, patch or bundle."""
    stored = client.create(task("requested"))
    at = f"Task/{stored['id']}"
    for status in ("received", "accepted", "completed"):
        assert client.send("PUT", at, stored | {"status": status}).status_code == 200
    again = client.send("PUT", at, stored | {"status": "requested"})
    assert again.status_code == 409
    issue = again.json()["issue"][0]
    assert (issue["code"], issue["expression"]) == ("business-rule", ["Task.status"])
    assert "completed cannot become requested" in issue["diagnostics"]
    assert "task.html#statemachine" in issue["diagnostics"]
    step = [{"op": "replace", "path": "/status", "value": "in-progress"}]
    assert client.send("PATCH", at, step, Content_Type=PATCH).status_code == 409
    entry = {"resource": stored | {"status": "requested"}, "request": {"method": "PUT", "url": at}}
    assert client.transact(entry).status_code == 409
    assert client.transact(entry, kind="batch").json()["entry"][0]["response"]["status"] == "409 Conflict"
    assert client.get(at).json()["status"] == "completed"
    noted = stored | {"status": "completed", "description": "gjort"}
    assert client.send("PUT", at, noted).status_code == 200


def appointment(status: str, slot: str = "") -> Json:
    made = {"resourceType": "Appointment", "status": status, "participant": [{"status": "accepted"}]}
    return made | ({"slot": [{"reference": slot}]} if slot else {})


@pytest.fixture
def slot(client: Any) -> str:
    """A free time."""
    schedule = client.create({"resourceType": "Schedule", "actor": [{"reference": "Practitioner/x"}]})
    at = {"start": "2026-01-15T10:00:00Z", "end": "2026-01-15T10:20:00Z", "status": "free"}
    made = client.create({"resourceType": "Slot", "schedule": {"reference": f"Schedule/{schedule['id']}"}} | at)
    return f"Slot/{made['id']}"


def test_a_time_is_booked_once(client: Any, slot: str, race: Callable[..., list[Any]]) -> None:
    """Of twelve who book one slot at once one gets it; when that is cancelled the next one does."""
    statuses = race(12, lambda mine, _: mine.send("POST", "Appointment", appointment("booked", slot)).status_code)
    assert sorted(statuses) == [201] + [409] * 11
    (holder,) = client.ids(f"Appointment?slot={slot}&status={','.join(HOLDING)}")
    waiting = client.create(appointment("proposed", slot))
    at = f"Appointment/{waiting['id']}"
    refused = client.send("PUT", at, waiting | {"status": "booked"})
    assert (refused.status_code, refused.json()["issue"][0]["code"]) == (409, "conflict")
    mine = client.get(f"Appointment/{holder}").json()
    assert client.send("PUT", f"Appointment/{holder}", mine | {"status": "arrived"}).status_code == 200
    assert client.send("PUT", f"Appointment/{holder}", mine | {"status": "cancelled"}).status_code == 200
    assert client.send("PUT", at, waiting | {"status": "booked"}).status_code == 200
    entries = [
        {"resource": appointment("booked", f"{slot}x"), "request": {"method": "POST", "url": "Appointment"}}
        for _ in range(2)
    ]
    assert client.transact(*entries).status_code == 409
    assert client.ids(f"Appointment?slot={slot}x") == []


def test_an_appointment_that_began_is_no_absence(client: Any) -> None:
    """Who has arrived did not stay away, what is fulfilled is not cancelled, and nobody arrives at what is proposed."""
    for before, after in (("arrived", "noshow"), ("fulfilled", "cancelled"), ("proposed", "arrived")):
        stored = client.create(appointment(before))
        answer = client.send("PUT", f"Appointment/{stored['id']}", stored | {"status": after})
        assert answer.status_code == 409
        assert "appointment.html" in answer.json()["issue"][0]["diagnostics"]


def test_a_slot_named_by_odd_text_is_no_search(client: Any) -> None:
    """A reference with commas and bars in it is one reference, and none is none."""
    odd = r"urn:x,y|z$\w"
    assert client.send("POST", "Appointment", appointment("booked", odd)).status_code == 201
    assert client.send("POST", "Appointment", appointment("booked", "urn:x")).status_code == 201
    assert client.send("POST", "Appointment", appointment("booked", odd)).status_code == 409
    nameless = appointment("booked") | {"slot": [{"display": "kl. 10"}]}
    assert [client.send("POST", "Appointment", nameless).status_code for _ in range(2)] == [201, 201]


def meeting(start: str, end: str, *actors: str, required: str = "required", **more: Any) -> Json:
    """A booked appointment that cannot do without some."""
    present = [{"actor": {"reference": actor}, "required": required, "status": "accepted"} for actor in actors]
    at = {"start": f"2026-01-15T{start}:00Z", "end": f"2026-01-15T{end}:00Z"}
    return {"resourceType": "Appointment", "status": "booked", "participant": present} | at | more


@pytest.mark.parametrize("kind", ["Practitioner", "PractitionerRole", "Location", "Device", "Patient"])
def test_who_must_be_present_is_so_at_one_place(client: Any, kind: str, mark: str) -> None:
    """An appointment that overlaps one with the same required participant is refused; what only touches it is not."""
    one, other = f"{kind}/{mark}", f"{kind}/{mark}-b"
    held = client.create(meeting("10:00", "10:30", one))
    for start, end in (("10:00", "10:30"), ("09:45", "10:01"), ("10:29", "11:00"), ("09:00", "12:00")):
        refused = client.send("POST", "Appointment", meeting(start, end, other, f"{client.base}/{one}"))
        issue = refused.json()["issue"][0]
        assert (refused.status_code, issue["code"]) == (409, "conflict")
        assert issue["expression"] == ["Appointment.participant"]
        assert kind in issue["diagnostics"]
        assert mark not in issue["diagnostics"]
    for start, end, actor in (("09:30", "10:00", one), ("10:30", "11:00", one), ("10:00", "10:30", other)):
        client.create(meeting(start, end, actor))
    moved = held | {"end": "2026-01-15T10:40:00Z"}
    assert client.send("PUT", f"Appointment/{held['id']}", moved).status_code == 409
    assert client.send("PUT", f"Appointment/{held['id']}", held | {"status": "cancelled"}).status_code == 200
    client.create(meeting("10:00", "10:30", one))


def test_who_need_not_be_present_may_be_booked_twice(client: Any, mark: str) -> None:
    """A service, whoever declined or is optional, and what is not booked or has no end keep nobody from a time."""
    who = f"Practitioner/{mark}"
    client.create(meeting("10:00", "10:30", who))
    declined = [{"actor": {"reference": who}, "required": "required", "status": "declined"}]
    client.create(meeting("10:00", "10:30", who, required="optional"))
    client.create(meeting("10:00", "10:30", participant=declined))
    client.create(meeting("10:00", "10:30", who, status="proposed"))
    client.create({name: value for name, value in meeting("10:00", "10:30", who).items() if name != "end"})
    service = f"HealthcareService/{mark}"
    for _ in range(2):
        client.create(meeting("10:00", "10:30", service))


def test_who_is_required_for_a_part_is_free_for_the_rest(client: Any, mark: str) -> None:
    """A participant's own period is when he must be there, by instants or by a day; others stay for all of it."""
    one, other = f"Practitioner/{mark}", f"Practitioner/{mark}-b"
    last = {"start": "2026-01-15T10:20:00Z", "end": "2026-01-15T10:29:59Z"}
    for period in (last, {"start": "2026-01-15T10:20:00Z"}):
        held = meeting("10:00", "10:30", one, other)
        held["participant"][0]["period"] = period
        stored = client.create(held)
        assert client.send("POST", "Appointment", meeting("10:10", "10:21", one)).status_code == 409
        assert client.send("POST", "Appointment", meeting("10:00", "10:20", other)).status_code == 409
        free = client.create(meeting("10:00", "10:20", one))
        for kept in (free, stored):
            assert client.send("DELETE", f"Appointment/{kept['id']}").status_code == 204
    elsewhere = meeting("10:00", "10:30", one)
    elsewhere["participant"][0]["period"] = {"start": "2026-01-16", "end": "2026-01-17"}
    assert [client.send("POST", "Appointment", elsewhere).status_code for _ in range(2)] == [201, 201]


def test_a_time_once_given_is_kept_through_later_steps(client: Any, mark: str) -> None:
    """An appointment may be arrived at though another has come to lie over it; a longer time or another room is new."""
    room, other = f"Location/{mark}", f"Location/{mark}-b"
    weeks = {"start": "2026-01-05T00:00:00Z", "end": "2026-01-20T00:00:00Z"}
    course = client.create(meeting("10:00", "10:30", room) | weeks)
    for place in (room, other):
        client.create(meeting("10:00", "10:30", place))
    at, arrived = f"Appointment/{course['id']}", course | {"status": "arrived"}
    assert client.send("PUT", at, arrived).status_code == 200
    assert client.send("PUT", at, arrived | {"end": "2026-01-19T00:00:00Z"}).status_code == 200
    assert client.send("PUT", at, arrived | {"end": "2026-01-21T00:00:00Z"}).status_code == 409
    moved = arrived | {"participant": meeting("", "", room, other)["participant"]}
    assert client.send("PUT", at, moved).status_code == 409


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_time_at_the_end_of_the_calendar_is_a_time(client: Any, mark: str, day: str) -> None:
    """The first and last year that R4 knows are looked through like any other."""
    at = {"start": f"{day}T00:00:00+14:00", "end": f"{day}T23:59:59-12:00"}
    booking = meeting("10:00", "10:30", f"Practitioner/{mark}") | at
    assert [client.send("POST", "Appointment", booking).status_code for _ in range(2)] == [201, 409]


def test_of_many_who_book_one_room_at_once_one_gets_it(
    launch: Callable[..., Any], connect: Callable[[str], Any], mark: str
) -> None:
    """With several processes and 64 clients, alone and in transactions."""
    base = launch("--workers", "2").base
    barrier = Barrier(64)

    def book(number: int) -> int:
        client = connect(base)
        body = meeting("10:00", "10:30", f"Location/{mark}", f"Patient/{number}")
        barrier.wait(timeout=60)
        if number % 2:
            return int(client.send("POST", "Appointment", body).status_code)
        entry = {"resource": body, "request": {"method": "POST", "url": "Appointment"}}
        status = client.transact(entry).status_code
        return 201 if status == 200 else int(status)

    with ThreadPoolExecutor(64) as pool:
        assert sorted(pool.map(book, range(64))) == [201] + [409] * 63
