"""Steps on access that comes and goes: membership of a team, a parent's home, an operator's ticket."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pytest_bdd import given, then, when

from features.callers import Nurse, citizen, operator, signed_in
from features.example import Example
from features.steps.access import elsewhere, look, read_log
from features.steps.citizens import born, parental
from features.study import Resident
from simulator.domain.codes import FNR, OPERATOR_ACCESS

YOUNG: Final = 8
REASON: Final = "Feilsøking i legemiddelliste, sak 4711"


def _at(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="seconds")


@when("a nurse from another service joins the resident's care team for a while, and looks before, meanwhile and after")
def member_for_a_while(example: Example, nurse: Nurse) -> None:
    """The team is written by the service; the membership's end is set to a minute ago."""
    stranger = elsewhere(example, nurse)
    known = example.send("create", "Practitioner", "seed", body=stranger.resource())
    team = _team(example, known.interaction, {"start": _at(-2)})
    with signed_in(example, stranger.caller(example.resident)):
        look(example, "before")
    made = example.send("create", "CareTeam", "team", body=team)
    with signed_in(example, stranger.caller(example.resident)):
        look(example, "member")
    ended = _team(example, known.interaction, {"start": _at(-2), "end": _at(-1 / 60)})
    example.send("update", "CareTeam", "end", target=made.interaction, body=ended)
    with signed_in(example, stranger.caller(example.resident)):
        look(example, "after")


def _team(example: Example, member: str, period: dict[str, str]) -> dict[str, Any]:
    return {
        "resourceType": "CareTeam",
        "status": "active",
        "name": "Ansvarsgruppe",
        "subject": {"reference": f"urn:uuid:{example.resident.patient.id}"},
        "participant": [{"member": {"reference": f"urn:uuid:{member}"}, "period": period}],
    }


@then("the record is open to the nurse in the time of the membership only")
def only_members(example: Example) -> None:
    """Not before, not after."""
    example.holds("R-ADM-04B")


def _has_home(resident: Resident) -> bool:
    return bool(resident.patient.resource.get("address"))


@given("a parent with two small children, of whom only one lives with a parent")
def two_homes(example: Example) -> None:
    """One child is registered where the parent is, the other where the study has it, which is somewhere else."""
    parent = example.meet(_has_home)
    example.seed([parent.patient])
    home = parent.patient.resource["address"]

    def another(resident: Resident) -> bool:
        address = resident.patient.resource.get("address")
        return bool(address) and address != home

    for place in ("home", "away"):
        child = example.meet(another, record_Condition=1)
        example.seed(child.written("Condition", phase="record"))
        moved = {"address": home} if place == "home" else {}
        example.change(child.patient, f"born.{place}", {"birthDate": born(YOUNG), **moved})
        example.send("create", "RelatedPerson", f"related.{place}", body=parental(parent, child))
        example.know(**{place: [w.id for w in child.written("Condition", phase="record")]})


@when("the parent opens both children's records on Helsenorge")
def parent_opens(example: Example) -> None:
    """The child, and the diagnoses."""
    parent, *children = example.residents
    with signed_in(example, citizen(parent)):
        example.send("read", "Patient", "own", target=parent.patient.id)
        for place, child in zip(("home", "away"), children, strict=True):
            example.send("read", "Patient", f"{place}.child", target=child.patient.id)
            example.chart("Condition", f"{place}.diagnoses", child)


@then("the parent sees the child at home and nothing of the other")
def home_decides(example: Example) -> None:
    """Where a parent is registered."""
    example.holds("R-INN-03B")


@when("an operator looks without a ticket, with one, and when it has ended")
def operator_with_ticket(example: Example) -> None:
    """The ticket is for this resident; somebody else's record is looked for with it too."""
    [own, other] = [example.resident, example.meet(record_Condition=1)]
    example.seed(other.written("Condition", phase="record"))
    example.know(others=[w.id for w in other.written("Condition", phase="record")], reason=REASON)
    runs = example.meet()
    [approver] = example.study.organisations(own)[:1]
    with signed_in(example, operator(runs)):
        look(example, "without")
    made = example.send("create", "Task", "ticket", body=_ticket(example, runs, approver.id))
    with signed_in(example, operator(runs)):
        look(example, "with")
        example.chart("Condition", "beside", other)
    ended = _ticket(example, runs, approver.id) | {"status": "completed"}
    example.send("update", "Task", "end", target=made.interaction, body=ended)
    with signed_in(example, operator(runs)):
        look(example, "after")
    read_log(example, REASON)


def _ticket(example: Example, runs: Resident, approver: str) -> dict[str, Any]:
    """A ticket for an hour: for whom, approved by whom, for which operator, why."""
    system, code, name = OPERATOR_ACCESS
    return {
        "resourceType": "Task",
        "status": "accepted",
        "intent": "order",
        "code": {"coding": [{"system": system, "code": code, "display": name}]},
        "for": {"reference": f"urn:uuid:{example.resident.patient.id}"},
        "requester": {"reference": f"urn:uuid:{approver}"},
        "owner": {"identifier": {"system": FNR, "value": runs.person["person_number"]}},
        "reasonCode": {"text": REASON},
        "restriction": {"period": {"start": _at(-0.1), "end": _at(0.9)}},
    }


@then("the ticket opens that record while it lasts, and the resident sees why")
def ticket_holds(example: Example) -> None:
    """One record, for a while, logged."""
    example.holds("R-TIL-06B")
