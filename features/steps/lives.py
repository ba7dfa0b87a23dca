"""Steps on lives: referrals, tasks and appointments that are taken further, and back, and times that several want."""

from collections.abc import Sequence
from typing import Any, Final

import orjson
from pytest_bdd import given, then, when

from features.appointments import appointment, taken_by, unnumbered, wanting_times
from features.example import Example
from features.steps.work import _owners, _task
from features.study import Resident
from simulator.domain.interaction import Interaction

BOOKERS: Final = 6
ROUNDS: Final = 2
Json = dict[str, Any]


def _live(example: Example, body: Json, steps: Sequence[str], attempts: Sequence[str]) -> None:
    """Something is made in its first state, taken through the others, and then where no step leads."""
    lives: list[Json] = [*example.facts.get("lives", []), {"steps": [*steps], "attempts": [*attempts]}]
    number, kind = len(lives), body["resourceType"]
    made = example.send("create", kind, f"life.{number}.1", body={**body, "status": steps[0]})
    for place, status in enumerate(steps[1:], start=2):
        changed = {**body, "status": status}
        example.send("update", kind, f"life.{number}.{place}", target=made.interaction, body=changed)
    for place, status in enumerate(attempts, start=1):
        changed = {**body, "status": status}
        example.send("update", kind, f"attempt.{number}.{place}", target=made.interaction, body=changed)
        example.send("read", kind, f"after.{number}.{place}", target=made.interaction)
    example.know(lives=lives)


@given("a resident with a referral that the hospital receives and returns")
def returned(example: Example) -> None:
    """Somebody with an application or referral in the study."""
    example.meet(care_ServiceRequest=1)


@when("somebody takes the returned referral up again, and one that was withdrawn")
def take_up_again(example: Example) -> None:
    """The Task that carries it is returned; the request itself is withdrawn in another life."""
    request = example.resident.written("ServiceRequest", phase="care")[0]
    owner, _ = _owners(example)
    example.seed([request])
    body = _task(example, owner, focus={"reference": f"urn:uuid:{request.id}"})
    _live(example, body, ("requested", "received", "rejected"), ("accepted", "completed", "requested"))
    _live(example, request.resource, ("active", "on-hold", "active", "revoked"), ("active", "completed"))


@then("it is refused, and whoever sent it still sees what became of it")
def stays_returned(example: Example) -> None:
    """Returned is returned."""
    example.holds("R-SAM-08B")


@given("a resident with tasks that home care does and calls off")
def tasks(example: Example) -> None:
    """Somebody who meets two organisations."""
    example.meet(record_EpisodeOfCare=1, care_Encounter=1)


@when("somebody opens what is done and what was called off")
def open_again(example: Example) -> None:
    """One task is done, another called off."""
    owner, _ = _owners(example)
    body = _task(example, owner)
    _live(example, body, ("requested", "accepted", "in-progress", "completed"), ("requested", "in-progress"))
    _live(example, body, ("requested", "accepted", "cancelled"), ("accepted", "completed"))


@then("the tasks stay done and called off")
def stay_done(example: Example) -> None:
    """Done is done."""
    example.holds("R-SAM-10B")


@given("a resident with an appointment (time) at the fastlege")
def appointed(example: Example) -> None:
    """Somebody with an appointment in the study."""
    example.meet(care_Appointment=1)


@when("the resident comes, stays away, or calls off, and somebody says otherwise afterwards")
def say_otherwise(example: Example) -> None:
    """Three appointments, each to its end."""
    written = appointment(example.resident)
    example.seed([written], leaving_out=[written])
    body = unnumbered(example.resident)
    _live(example, body, ("proposed", "booked", "arrived"), ("noshow", "booked"))
    _live(example, body, ("booked", "arrived", "fulfilled"), ("cancelled", "noshow", "booked"))
    _live(example, body, ("booked", "noshow"), ("arrived", "fulfilled"))
    _live(example, body, ("booked", "cancelled"), ("booked", "arrived"))


@then("what happened stands")
def what_happened_stands(example: Example) -> None:
    """It does not change afterwards."""
    example.holds("R-INN-05B")


@given("residents who see the same free times (ledige timer) in a fastlege's calendar")
def free_slots(example: Example) -> None:
    """Residents with appointments in the study, whose times are put up as free slots."""
    wanting_times(example, BOOKERS, "start")


@when("all of them book each free time at the same moment, and the one who got it calls off")
def book_slots(example: Example) -> None:
    """None of them books on a condition: keeping a time to one is the journal's part."""
    doctor = appointment(example.resident).resource["participant"][1]["actor"]
    schedule = example.send("create", "Schedule", "schedule", body={"resourceType": "Schedule", "actor": [doctor]})
    for number, host in enumerate(example.residents[:ROUNDS], start=1):
        slot = example.send("create", "Slot", f"slot.{number}", body=_slot(host, schedule.interaction))
        bookings = [_booking(example, host, resident, slot.interaction) for resident in example.residents]
        raced = example.together(bookings, f"booking.{number}", actor="citizen")
        place = f"urn:uuid:{slot.interaction}"
        example.search("Appointment", f"holders.{number}", slot=place, status="booked")
        winner = next((e for e in raced if e.outcome == "ok"), None)
        if winner is not None:
            _call_off(example, number, winner.interaction, bookings)


def _slot(host: Resident, schedule: str) -> Json:
    """A free time as long as the host's appointment."""
    given = appointment(host).resource
    times = {"start": given["start"], "end": given["end"]}
    return {"resourceType": "Slot", "schedule": {"reference": f"urn:uuid:{schedule}"}, "status": "free", **times}


def _booking(example: Example, host: Resident, resident: Resident, slot: str) -> Interaction:
    """A resident's booking of a slot."""
    given = unnumbered(host)
    body = given | {"status": "booked", "participant": taken_by(resident, given)}
    body["slot"] = [{"reference": f"urn:uuid:{slot}"}]
    return example.interaction("create", "Appointment", body=body)


def _body(interaction: Interaction) -> Json:
    """The resource that an interaction carries."""
    body: Json = orjson.loads(interaction.body or b"{}")
    return body


def _call_off(example: Example, number: int, winner: str, bookings: Sequence[Interaction]) -> None:
    """The one who got the time calls off, and the next one books it."""
    won = next(booking for booking in bookings if booking.id == winner)
    body = _body(won) | {"status": "cancelled"}
    example.send("update", "Appointment", f"cancelled.{number}", target=winner, body=body, actor="citizen")
    other = next(booking for booking in bookings if booking.id != winner)
    example.send("create", "Appointment", f"again.{number}", body=_body(other), actor="citizen")


@then("each time has one holder, and then the next")
def one_holder(example: Example) -> None:
    """One at a time."""
    example.holds("R-INN-05C")
