"""Steps on work between people: applications, referrals, tasks and the services decided on."""

from typing import Any

from pytest_bdd import given, then, when

from features.example import Example
from features.study import NobodyError, Written

REFERRAL_STEPS = ("requested", "received", "accepted", "completed")


def _owners(example: Example) -> tuple[Written, Written]:
    """Two organisations that meet the resident."""
    found = example.study.organisations(example.resident)
    if len(found) < 2:
        raise NobodyError("The resident meets fewer than two organisations.")
    example.seed([example.resident.patient, *found[:2]])
    return found[0], found[1]


def _task(example: Example, owner: Written, **more: Any) -> dict[str, Any]:
    """A task about the resident, owned by an organisation of the study."""
    asked = max(event["at"] for event in example.resident.events).isoformat(timespec="seconds")
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "description": "Følg opp pasienten",
        "for": {"reference": f"urn:uuid:{example.resident.patient.id}"},
        "authoredOn": asked,
        "owner": {"reference": f"urn:uuid:{owner.id}"},
        "restriction": {"period": {"end": asked}},
        **more,
    }


def _assign(example: Example, body: dict[str, Any]) -> str:
    """Create the example's task; the id to speak of it by."""
    interaction = example.interaction("create", "Task", body=body)
    example.keep(example.session.send(interaction, label="task"))
    return interaction.id


@given("a resident for whom the hospital applies for municipal services")
def applied_for(example: Example) -> None:
    """Somebody with an application in the study."""
    example.meet(care_ServiceRequest=1)


@when("the intake office receives, accepts and completes the application")
def handle(example: Example) -> None:
    """Each step is written by the intake office and looked up by the hospital."""
    application = example.resident.written("ServiceRequest", phase="care")[0]
    example.write(application, "referral")
    owner, _ = _owners(example)
    body = _task(example, owner, focus={"reference": f"urn:uuid:{application.id}"})
    example.know(steps=list(REFERRAL_STEPS))
    task = _assign(example, body)
    for number, status in enumerate(REFERRAL_STEPS, start=1):
        if number > 1:
            changed = {**body, "status": status}
            example.send("update", "Task", f"step.{number}", target=task, body=changed, actor="intake.case-officer")
        example.chart("Task", f"seen.{number}", actor="hospital.nurse")
    example.send("history", "Task", "history", target=task, actor="hospital.nurse")


@then("the hospital sees each step as it happens, and all of them afterwards")
def followed(example: Example) -> None:
    """Every step, at once and afterwards."""
    example.holds("R-SAM-08")


@given("a resident whom the fastlege asks home care to follow up by tomorrow")
def asked_to_follow_up(example: Example) -> None:
    """Somebody with diagnoses and services."""
    example.meet(record_EpisodeOfCare=1, care_Encounter=1)


@when("home care looks at its open tasks, does the task, and looks again")
def do_task(example: Example) -> None:
    """The owner's list before, and both lists after."""
    owner, _ = _owners(example)
    body = _task(example, owner)
    task = _assign(example, body)
    mine: dict[str, Any] = {"owner": f"urn:uuid:{owner.id}"}
    example.search("Task", "open", status="requested", actor="home-care.nurse", **mine)
    example.send("update", "Task", "done", target=task, body={**body, "status": "completed"}, actor="home-care.nurse")
    example.search("Task", "open-after", status="requested", actor="home-care.nurse", **mine)
    example.search("Task", "done-after", status="completed", actor="home-care.nurse", **mine)


@then("the task was open with its deadline, and is done")
def task_is_done(example: Example) -> None:
    """Seen by its owner until done."""
    example.holds("R-SAM-10")


@given("a resident with a task that one team has")
def team_has_task(example: Example) -> None:
    """Somebody who meets two organisations."""
    example.meet(record_EpisodeOfCare=1, care_Encounter=1)


@when("the task is handed to another team")
def hand_over(example: Example) -> None:
    """The lists of both teams are read around the handover."""
    giver, taker = _owners(example)
    body = _task(example, giver)
    task = _assign(example, body)
    example.search("Task", "giver-before", owner=f"urn:uuid:{giver.id}")
    taken = {**body, "owner": {"reference": f"urn:uuid:{taker.id}"}}
    example.send("update", "Task", "handover", target=task, body=taken)
    example.search("Task", "giver-after", owner=f"urn:uuid:{giver.id}")
    example.search("Task", "taker-after", owner=f"urn:uuid:{taker.id}")
    example.send("read", "Task", "current", target=task)
    example.send("history", "Task", "history", target=task)


@then("it is on the list of exactly one team at every moment")
def never_between(example: Example) -> None:
    """One team, always."""
    example.holds("R-ADM-04")


@given("a resident with one decision in force and another that ends")
def two_decisions(example: Example) -> None:
    """The study's decisions, and one more of the same kind that ends."""
    resident = example.meet(record_EpisodeOfCare=1)
    decisions = resident.written("EpisodeOfCare")
    example.seed(decisions)
    short = example.interaction("create", "EpisodeOfCare", body=decisions[0].resource)
    example.keep(example.session.send(short, label="seed"))
    ended = {**decisions[0].resource, "status": "finished"}
    ended["period"] = {**ended.get("period", {}), "end": max(e["at"] for e in resident.events).isoformat()}
    example.send("update", "EpisodeOfCare", "ending", target=short.id, body=ended, actor="intake.case-officer")
    example.know(active=[d.id for d in decisions], ended=[short.id])


@when("somebody opens the overview of services")
def open_overview(example: Example) -> None:
    """Services in force."""
    example.chart("EpisodeOfCare", "overview", status="active", actor="home-care.nurse")


@then("it shows exactly the decisions in force")
def overview_is_right(example: Example) -> None:
    """Those, and no others."""
    example.holds("R-SAM-15")


@given("a resident whose application for home care was decided during the week")
def decided(example: Example) -> None:
    """Somebody with both in the study."""
    resident = example.meet(care_ServiceRequest=1, care_EpisodeOfCare=1)
    application = resident.written("ServiceRequest", phase="care")
    decision = resident.written("EpisodeOfCare", phase="care")
    example.know(application=[w.id for w in application], decision=[w.id for w in decision])


@when("the application and the decision are recorded")
def record_decision(example: Example) -> None:
    """In the study's order."""
    for number, written in enumerate(
        example.resident.written("ServiceRequest", "EpisodeOfCare", phase="care"), start=1
    ):
        example.write(written, f"care.{number}")


@when("a relative asks what became of the application")
def ask_what_became(example: Example) -> None:
    """Everything of the case."""
    for kind in ("ServiceRequest", "EpisodeOfCare"):
        example.chart(kind, f"case.{kind}", actor="intake.case-officer")


@then("the application and the decision it led to are found together")
def found_together(example: Example) -> None:
    """From one to the other."""
    example.holds("R-ADM-01")
