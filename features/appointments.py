"""Appointments of the study as times that several people want."""

from typing import Any

from features.example import Example
from features.study import Resident, Written

Json = dict[str, Any]


def appointment(resident: Resident) -> Written:
    """The first appointment that the study makes for a resident."""
    return resident.written("Appointment", phase="care")[0]


def wanting_times(example: Example, number: int, element: str) -> None:
    """So many residents take part whose appointments have an element; the appointments are not made yet."""
    for _ in range(number):
        example.meet(lambda r: element in appointment(r).resource, care_Appointment=1)
    appointments = [appointment(r) for r in example.residents]
    example.seed([*appointments, *(r.patient for r in example.residents)], leaving_out=appointments)


def unnumbered(host: Resident) -> Json:
    """A resident's appointment without the identifier that the study gave it."""
    return {name: value for name, value in appointment(host).resource.items() if name != "identifier"}


def taken_by(resident: Resident, given: Json) -> list[Json]:
    """Who takes part when a resident is there in the first participant's place."""
    who = {"actor": {"reference": f"urn:uuid:{resident.patient.id}"}, "status": "accepted"}
    return [who, *given["participant"][1:]]
