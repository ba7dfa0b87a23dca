"""Checks of work between people: referrals, tasks with owner and deadline, applications and decisions (SAM, ADM)."""

from typing import Any

from simulator.checks.content import OSLO, differences, instant, references
from simulator.checks.evidence import (
    accepted,
    fact,
    finding,
    inconclusive,
    listed,
    name_in,
    names_written,
    read_back,
    repeated,
    sent,
    stored_name,
)
from simulator.checks.lists import last_sent
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding

UNDATED = "9999"


@check("referral_can_be_followed", rule="R-SAM-08")
def referral_can_be_followed(history: History) -> Finding:
    """The referrer sees every step of a referral as it happens, and all of them afterwards."""
    stored_name(accepted(history, "referral"))
    task = stored_name(accepted(history, "task"))
    steps: list[str] = fact(history, "steps")
    problems, evidence = [], list(history.labelled("step"))
    for number, step in enumerate(steps, start=1):
        if number > 1:
            accepted(history, f"step.{number}")
        seen = [e for e in listed(history, f"seen.{number}") if e.name == task]
        status = seen[0].resource.get("status") if seen else "nothing"
        if status != step:
            problems.append(f"After step {number} the referrer sees '{status}', expected '{step}'")
        evidence += history.labelled(f"seen.{number}")
    past = [str(e.resource.get("status")) for e in listed(history, "history")]
    if past[::-1] != steps:
        problems.append(f"The history shows {' > '.join(past[::-1]) or 'nothing'}, expected {' > '.join(steps)}")
    return finding(problems, f"The referrer saw {' > '.join(steps)}.", [*evidence, *history.labelled("history")])


@check("task_has_owner_deadline_and_end", rule="R-SAM-10")
def task_has_owner_deadline_and_end(history: History) -> Finding:
    """A task is seen by its owner with its deadline until it is done, and then no longer as open."""
    write = accepted(history, "task")
    name = stored_name(write)
    problems, seen = [], [e for e in listed(history, "open") if e.name == name]
    if not seen:
        problems.append("The owner does not see the task among the open ones")
    for entry in seen:
        problems += [f"The task is shown otherwise than given: {d}" for d in differences(sent(write), entry.resource)]
    accepted(history, "done")
    if name in {e.name for e in listed(history, "open-after")}:
        problems.append("The task is done and still among the open ones")
    if name not in {e.name for e in listed(history, "done-after")}:
        problems.append("The task is done and not among the completed ones")
    evidence = [write, *history.labelled("open"), *history.labelled("open-after"), *history.labelled("done-after")]
    return finding(problems, "The owner saw the task with its deadline until it was done.", evidence)


@check("task_always_has_an_owner", rule="R-ADM-04")
def task_always_has_an_owner(history: History) -> Finding:
    """A task handed from one team to another is at every moment on the list of exactly one of them."""
    write = accepted(history, "task")
    handover = accepted(history, "handover")
    name = stored_name(write)
    problems = []
    before, after = listed(history, "giver-before"), listed(history, "giver-after")
    if name not in {e.name for e in before}:
        problems.append("Before the handover the task is not on the list of the team that has it")
    if name in {e.name for e in after}:
        problems.append("After the handover the task is still on the list of the team that gave it away")
    if name not in {e.name for e in listed(history, "taker-after")}:
        problems.append("After the handover the task is not on the list of the team that took it")
    current = read_back(history, "current")
    problems += [f"The task is not as handed over: {d}" for d in differences(sent(handover), current)]
    versions = [e.resource for e in listed(history, "history")]
    ownerless = [v for v in versions if not (v.get("owner") or {}).get("reference")]
    problems += [f"{len(ownerless)} of {len(versions)} versions have no owner"] * bool(ownerless)
    if len(versions) != 2:
        problems.append(f"The history holds {len(versions)} versions of the task, expected 2")
    evidence = [write, handover, *history.labelled("giver-after"), *history.labelled("taker-after")]
    return finding(problems, "The task was always on exactly one team's list.", evidence)


@check("services_overview_equals_decisions", rule="R-SAM-15")
def services_overview_equals_decisions(history: History) -> Finding:
    """The overview of services (tjenesteoversikt) is exactly the decisions in force."""
    active, ended = names_written(history, "active"), names_written(history, "ended")
    accepted(history, "ending")
    overview = listed(history, "overview")
    names = {e.name for e in overview}
    problems = [f"{name} is in force and not in the overview" for name in active if name not in names]
    problems += [f"{name} has ended and is still in the overview" for name in ended if name in names]
    problems += [f"{name} is in the overview without a decision" for name in names - active.keys() - ended.keys()]
    problems += [f"{name} stands twice in the overview" for name in repeated(overview)]
    for entry in overview:
        if entry.name in active:
            problems += [f"{entry.name} changed: {d}" for d in differences(sent(active[entry.name]), entry.resource)]
    passed = f"The overview holds the {len(active)} decisions in force and none of {len(ended)} ended."
    return finding(problems, passed, history.labelled("overview"))


@check("application_leads_to_decision", rule="R-ADM-01")
def application_leads_to_decision(history: History) -> Finding:
    """An application for services and the decision that answers it can be followed from one to the other."""
    applications, decisions = names_written(history, "application"), names_written(history, "decision")
    if not applications or not decisions:
        inconclusive("The study holds no application with a decision for this person.", attribution="bench")
    case = {e.name: e.resource for e in listed(history, "case")}
    problems = []
    for name, write in (applications | decisions).items():
        if name not in case:
            problems.append(f"{name} is not found in the case")
        else:
            problems += [f"{name} changed: {d}" for d in differences(last_sent(history, write), case[name])]
    linked = {name_in(r) for n in decisions if n in case for r in references(case[n])}
    if not linked & applications.keys():
        problems.append("No decision refers to the application it answers")
    applied = min(_began(sent(e)) for e in applications.values())
    decided = min(_began(sent(e)) for e in decisions.values())
    shown = min((_began(case[n]) for n in decisions if n in case), default=decided)
    if shown < applied:
        problems.append(f"The decision is dated {shown[:16]}, before the application of {applied[:16]}")
    passed = f"The application of {applied[:16]} and its decision are found together."
    return finding(problems, passed, history.labelled("case"))


def _began(resource: dict[str, Any]) -> str:
    """When it began, by the clock in Norway whatever time zone it is written in."""
    period = resource.get("period") or {}
    text = str(resource.get("authoredOn") or resource.get("created") or period.get("start") or UNDATED)
    moment = instant(text)
    return moment.astimezone(OSLO).isoformat() if moment else text
