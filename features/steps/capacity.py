"""Steps on beds and places: who has which, after moves and discharges."""

from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.study import Resident
from features.telling import step

WARD: Final = "ohd.nurse"


def _in(place: str) -> dict[str, Any]:
    return step(WARD, "place", channel="ward", place=place)


@given("four residents on the municipal emergency ward (ØHD), who move between its rooms and go home")
def on_the_ward(example: Example) -> None:
    """One stays where she is, one moves, one goes home, one gets the room that was left."""
    arrived = step(WARD, "admission", channel="ward")
    stays = (
        [arrived, _in("rom 1")],
        [arrived, _in("rom 2"), _in("rom 3")],
        [arrived, _in("rom 4"), step(WARD, "discharge", channel="ward")],
        [arrived, _in("rom 2")],
    )
    occupied = []
    for stay in stays:
        resident = example.meet(record_Patient=1)
        told = example.tell(*stay, about=resident)
        example.record("move", told)
        last = told[-1][-1].resource["location"][-1]
        if last["status"] == "active":
            occupied.append((last["location"]["reference"].removeprefix("urn:uuid:"), resident))
    example.know(occupied=_pairs(occupied), ward=[told[0][0].resource["serviceProvider"]["reference"]])


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
