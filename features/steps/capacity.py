"""Steps on beds and places: who has which, after moves and discharges."""

from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.study import Resident
from features.telling import step
from simulator.streams import derived_id

WARD: Final = "ohd.nurse"
STAYS, MOVES, LEAVES = 6, 12, 3
"""Stays on the ward, moves in each, and every which of them ends with going home."""


def _in(place: str) -> dict[str, Any]:
    return step(WARD, "place", channel="ward", place=place)


@given("residents on the municipal emergency ward (ØHD), who move between its rooms many times, and some go home")
def on_the_ward(example: Example) -> None:
    """Each is in other rooms first, as drawn by name, and ends in a room of their own or at home."""
    occupied = []
    for number in range(1, STAYS + 1):
        resident = example.meet(record_Patient=1)
        rooms = [_in(f"rom {_drawn(resident, move)}") for move in range(MOVES)]
        leaves = number % LEAVES == 0
        last = step(WARD, "discharge", channel="ward") if leaves else _in(f"rom {number}")
        told = example.tell(step(WARD, "admission", channel="ward"), *rooms, last, about=resident)
        example.record("move", told)
        if not leaves:
            place = told[-1][-1].resource["location"][-1]["location"]["reference"]
            occupied.append((place.removeprefix("urn:uuid:"), resident))
    example.know(occupied=_pairs(occupied), ward=[told[0][0].resource["serviceProvider"]["reference"]])


def _drawn(resident: Resident, move: int) -> int:
    return 1 + int(derived_id("room", resident.patient.id, move)[:4], 16) % STAYS


def _pairs(occupied: list[tuple[str, Resident]]) -> list[list[str]]:
    return [[place, resident.patient.id] for place, resident in occupied]


@when("legevakt opens the overview of the ward to find a free room")
def open_overview(example: Example) -> None:
    """Everybody who is on the ward now."""
    (ward,) = example.facts["ward"]
    example.search("Encounter", "overview", service_provider=ward, status="in-progress", actor="legevakt.nurse")


@then("each room is shown with the person who has it, and no other")
def rooms_are_true(example: Example) -> None:
    """As it is."""
    example.holds("R-ADM-03")
