"""Checks of what the citizen gets through Helsenorge: the case and its moves, the record, and who has looked (INN)."""

from typing import Any, Final

import orjson

from simulator.checks.evidence import accepted, fact, finding, inconclusive, listed, mentions
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding

TAKEN: Final = range(200, 300)
HELSENORGE: Final = "helsenorge"


@check("applicant_is_told_through_helsenorge", rule="R-INN-04C")
def applicant_is_told_through_helsenorge(history: History) -> Finding:
    """One application sent twice is one case; Helsenorge hears that it moved, not of what, and shows how it stands."""
    watched, sent = fact(history, "watched"), fact(history, "sent")
    if not sent["statuses"] or not all(sent["statuses"]):
        inconclusive("Helsenorge's application was not answered.", attribution="environment")
    problems = (
        [f"Helsenorge's wish to be told was answered {watched['status']}"] if watched["status"] not in TAKEN else []
    )
    refused = [status for status in sent["statuses"] if status not in TAKEN]
    problems += [f"Helsenorge's application was answered {status}, expected it to be taken" for status in refused]
    case = fact(history, "case")
    if not case and not refused:
        problems.append("Helsenorge's application was taken in without saying what it was stored as")
    if case and not refused:
        problems += _followed(history, case)
    return finding(problems, "The case is there once, and Helsenorge was told of each move.", history.labelled("cases"))


def _followed(history: History, case: str) -> list[str]:
    """What is wrong with the case, with what Helsenorge was told of it, and with what it shows."""
    accepted(history, "decided")
    cases = [entry.name for entry in listed(history, "cases")]
    problems = [] if cases.count(case) == len(cases) == 1 else [f"{len(cases)} cases came of one application"]
    notices = [one for one in fact(history, f"received.{HELSENORGE}") if one["direction"] == "in"]
    bodies = [orjson.dumps(one["body"]).decode() for one in notices]
    told = sum(mentions(body, case) for body in bodies)
    if told < 2:
        problems.append(f"Helsenorge was told of {told} moves of the case, expected 2")
    said = {word for word in fact(history, "secret") for body in bodies if word in body}
    problems += [f"A notice says what is applied for: '{word}'" for word in sorted(said)]
    for wanted, shown in zip(("active", "completed"), fact(history, "seen"), strict=False):
        if shown != wanted:
            problems.append(f"Helsenorge shows the applicant '{shown}', expected '{wanted}'")
    return problems


@check("citizen_sees_who_looked_through_helsenorge", rule="R-INN-01B")
def citizen_sees_who_looked_through_helsenorge(history: History) -> Finding:
    """Through Helsenorge the citizen sees the own record and who has looked, by name alone; a stranger sees nothing."""
    own = {entry.name for entry in listed(history, "nurse")}
    shown: dict[str, Any] = fact(history, "shown")
    name, *numbers = fact(history, "nurse")
    if not own:
        inconclusive("The nurse saw nothing, so there is nothing to be shown.", *history.labelled("nurse"))
    problems = [f"{one} is not shown to the citizen" for one in sorted(own - _names(shown["own"]))]
    log = orjson.dumps(shown["log"]["resources"]).decode()
    if name not in log:
        problems.append("The citizen does not see who has looked")
    problems += ["The log shows the citizen a number of the nurse" for number in numbers if f'"{number}"' in log]
    problems += [f"A stranger is shown {one}" for one in sorted(_names(shown["strange"]))]
    problems += [f"A stranger is shown {one} of the log" for one in sorted(_names(shown["strange-log"]))]
    return finding(
        problems, "The citizen sees the record and who has looked; a stranger sees neither.", history.labelled("nurse")
    )


def _names(look: dict[str, Any]) -> set[str]:
    shown = [one for one in look["resources"] if one.get("resourceType") != "OperationOutcome"]
    return {f"{one.get('resourceType')}/{one.get('id')}" for one in shown}
