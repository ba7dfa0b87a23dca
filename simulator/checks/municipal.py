"""Checks of what the municipality's own systems are handed: archive, letter box, accounts, roster (ADM-05)."""

from typing import Any

from simulator.checks.content import differences
from simulator.checks.evidence import Entry, accepted, fact, finding, listed
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding

Held = dict[str, Any]


@check("letter_is_archived_once", rule="R-ADM-05A")
def letter_is_archived_once(history: History) -> Finding:
    """The archive has the decision letter once, with its document, although it was down when the letter was written."""
    return _letter(history, "The archive")


@check("letter_is_sent_once", rule="R-ADM-05B")
def letter_is_sent_once(history: History) -> Finding:
    """One letter is in the letter box, with its document, although the receipt was lost on the way."""
    return _letter(history, "The letter box")


def _letter(history: History, where: str) -> Finding:
    write, held = accepted(history, "letter"), fact(history, "held")
    problems = [] if len(held) == 1 else [f"{where} has {len(held)} letters, expected one"]
    problems += [f"{where} has the letter without its document" for one in held if one["data"] != fact(history, "data")]
    problems += [f"{where} got the letter {one['taken']} times" for one in held if one["taken"] != 1]
    return finding(problems, f"{where} has the letter once, with its document.", [write])


@check("services_reach_the_accounts", rule="R-ADM-05C")
def services_reach_the_accounts(history: History) -> Finding:
    """The accounts know a service when it is granted, and when it ended, as one."""
    changes = [accepted(history, "granted"), accepted(history, "ended")]
    before, held = fact(history, "before"), fact(history, "held")
    problems = [] if before else ["The accounts did not hear of the service when it was granted"]
    if len(held) != 1:
        problems.append(f"The accounts have {len(held)} services, expected one")
    wanted = {"service": fact(history, "service"), "status": "finished", "start": fact(history, "start")}
    for one in held:
        told = {"resourceType": "Service", **wanted, "end": fact(history, "end")}
        shown = {**one, "resourceType": "Service"}
        problems += [f"The accounts have it otherwise: {d}" for d in differences(told, shown)]
    return finding(problems, "The accounts have the service once, with its beginning and its end.", changes)


@check("roster_and_record_agree", rule="R-ADM-05D")
def roster_and_record_agree(history: History) -> Finding:
    """A shift of the roster stands once in the record, as it was told last, with the schedule that belongs to it."""
    roles, schedules = listed(history, "shifts.PractitionerRole"), listed(history, "shifts.Schedule")
    problems = []
    for shown, element in ((roles, "period"), (schedules, "planningHorizon")):
        if len(shown) != 1:
            problems.append(f"{len(shown)} shifts are in the record, expected one")
        problems += _elsewhen(shown, element, fact(history, "moved_to"))
    names = {role.name for role in roles}
    actors = [str(actor.get("reference")) for one in schedules for actor in one.resource.get("actor") or ()]
    problems += [f"The schedule is of {actor}" for actor in actors if not any(actor.endswith(name) for name in names)]
    return finding(problems, "The shift stands once, as it was moved.", history.labelled("shifts"))


def _elsewhen(shown: list[Entry], element: str, moved_to: str) -> list[str]:
    """How shifts differ from what was told last."""
    wanted = {"resourceType": "Shift", "start": moved_to}
    found = [{"resourceType": "Shift", **(one.resource.get(element) or {})} for one in shown]
    return [f"The shift is not as it was moved: {d}" for one in found for d in differences(wanted, one)]
