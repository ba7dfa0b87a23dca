"""Steps on log analysis: a service at work, a few who are curious, and what the data-protection officer is shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pytest_bdd import given, then, when

from features.callers import NURSE, Nurse, authorise, data_protection_officer, employed, signed_in
from features.example import Example
from features.steps.access import REASON
from features.study import Resident
from simulator.documents import read
from simulator.places import REFERENCES

ANALYSIS: Final = "AuditEvent/$unusual-access"
HOUSE: Final = re.compile(r"\s+\d+\s*[A-Za-z]?$")


@dataclass(frozen=True, slots=True)
class Service:
    """A home-care service: the organisation by the interaction that writes it, and nurses with their Practitioner."""

    place: str
    nurses: list[tuple[Nurse, str]]


def _figure(name: str) -> float:
    return float(read(REFERENCES / "snooping.yaml").data[name]["value"])


@given("a home-care service whose nurses live among those it serves", target_fixture="service")
def service(example: Example) -> Service:
    """Nurses who are residents with records of their own; all of them could open every record of the service."""
    episode = example.meet(record_EpisodeOfCare=1).written("EpisodeOfCare", phase="record")[0]
    example.seed([episode])
    place = episode.resource["managingOrganization"]["reference"].removeprefix("urn:uuid:")
    employer = employed(example, place).employer
    nurses = []
    for _ in range(int(_figure("nurses"))):
        nurse = Nurse(example.meet(_has_home, record_Patient=1), employer)
        authorise(example, nurse, NURSE)
        example.seed([nurse.person.patient])
        _serve(example, place, nurse.person)
        known = example.send("create", "Practitioner", "seed", body=nurse.resource())
        nurses.append((nurse, known.interaction))
    example.know(least_recall=_figure("least_recall"), least_precision=_figure("least_precision"))
    return Service(place, nurses)


def _has_home(resident: Resident) -> bool:
    return bool(resident.patient.resource.get("address"))


def _serve(example: Example, place: str, resident: Resident) -> None:
    """The resident gets the service, which is a relation of everybody who works there."""
    episode = {
        "resourceType": "EpisodeOfCare",
        "status": "active",
        "patient": {"reference": f"urn:uuid:{resident.patient.id}"},
        "managingOrganization": {"reference": f"urn:uuid:{place}"},
    }
    example.send("create", "EpisodeOfCare", "seed", body=episode)


def _patient(example: Example, service: Service, address: Mapping[str, Any] | None = None) -> Resident:
    """Somebody whom the service serves, living where it is said."""
    resident = example.meet(record_Patient=1)
    example.seed([resident.patient])
    _serve(example, service.place, resident)
    if address is not None:
        example.change(resident.patient, "seed", {"address": [dict(address)]})
    return resident


def _look(example: Example, nurse: Nurse, patient: Resident, label: str, **how: Any) -> dict[str, Any]:
    """The nurse opens the record; what is remembered of it."""
    with signed_in(example, nurse.caller(patient, "BTG", **how) if how else nurse.caller(patient)):
        example.send("read", "Patient", label, target=patient.patient.id)
        example.chart("Condition", f"{label}.chart", patient)
    return {"hpr": nurse.hpr, "patient": patient.patient.id}


@when(
    "nurses look up those they visit, and a few look up themselves, a colleague, a housemate, a neighbour, "
    "or a stranger in an emergency that never was"
)
def look_ups(example: Example, service: Service) -> None:
    """Lawful ones first; one of those who are visited lives in the nurse's street."""
    lawful = [
        _visit(example, nurse, known, _patient(example, service, _next_door(nurse, 2) if not number else None))
        for nurse, known in service.nurses
        for number in range(int(_figure("patients")))
    ]
    (first, known), (second, _), (third, _) = service.nurses[:3]
    lawful.append(_visit(example, first, known, _stranger(example), **REASON))
    curious = [
        _look(example, first, first.person, "curious.own"),
        _look(example, second, first.person, "curious.colleague"),
        _look(example, second, _patient(example, service, _home(second)), "curious.household"),
        _look(example, third, _patient(example, service, _next_door(third, 40)), "curious.neighbour"),
        _look(example, third, _stranger(example), "curious.override", **REASON),
    ]
    example.know(lawful=lawful, curious=curious)


def _home(nurse: Nurse) -> dict[str, Any]:
    found: dict[str, Any] = nurse.person.patient.resource["address"][0]
    return found


def _next_door(nurse: Nurse, number: int) -> dict[str, Any]:
    """Another house in the street of a nurse."""
    home = _home(nurse)
    return {**home, "line": [f"{HOUSE.sub('', home['line'][0])} {number + 100}"]}


def _stranger(example: Example) -> Resident:
    """Somebody whom the service does not know."""
    resident = example.meet(record_Patient=1)
    example.seed([resident.patient])
    return resident


def _visit(example: Example, nurse: Nurse, known: str, patient: Resident, **how: Any) -> dict[str, Any]:
    """The nurse opens the record and visits the patient."""
    found = _look(example, nurse, patient, "lawful", **how)
    visit = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "HH"},
        "subject": {"reference": f"urn:uuid:{patient.patient.id}"},
        "participant": [{"individual": {"reference": f"urn:uuid:{known}"}}],
    }
    example.send("create", "Encounter", "visit", body=visit)
    return found


@when("the data-protection officer asks the log for unusual look-ups")
def ask(example: Example, service: Service) -> None:
    """A nurse asks too, who may not know."""
    url = f"{example.session.running.base_url}/{ANALYSIS}"
    nurse, _ = service.nurses[0]
    with signed_in(example, nurse.caller(nurse.person)):
        example.keep(example.session.follow(url, label="nurse"))
    with signed_in(example, data_protection_officer(example.meet())):
        example.keep(example.session.follow(url, label="officer"))


@then("the officer is shown the curious ones, and hardly anybody else")
def found(example: Example) -> None:
    """Within the limits."""
    example.holds("R-TIL-03")
