"""Checks of what other systems write of their own accord: late, again and in mixed order, yet taken in once (SAM)."""

from typing import Any, Final

from simulator.checks.content import instant
from simulator.checks.evidence import fact, finding, listed
from simulator.checks.receipts import kept, receipt_in, unlike_taken_in
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding

TIMES: Final = 2
"""How often the examples have each message sent."""


def _acknowledged(history: History) -> list[str]:
    """What is wrong with the answers to messages that were sent more than once."""
    answers, problems = fact(history, "answers"), []
    for message in fact(history, "written"):
        problems += _answers(message["kind"], message["id"], answers[message["id"]])
    return problems


def _answers(kind: str, identity: str, answers: list[dict[str, Any]]) -> list[str]:
    problems = [f"{kind} was answered {len(answers)} times, expected {TIMES}"] if len(answers) < TIMES else []
    receipts = [(answer["status"], receipt_in(answer["body"])) for answer in answers]
    for status, found in receipts:
        if found is None:
            problems.append(f"{kind} was answered {status} without a receipt (a message of type APPREC)")
        else:
            problems += unlike_taken_in(kind, found, identity)
    if len({found for _, found in receipts}) > 1:
        problems.append(f"{kind} was answered otherwise when it came again")
    return problems


def _once(history: History) -> list[str]:
    """Which messages are not in the record once."""
    inbox = listed(history, "inbox")
    counts = {message["kind"]: len(kept(inbox, message["identifier"])) for message in fact(history, "written")}
    return [f"{kind} is in the record {count} times, expected once" for kind, count in counts.items() if count != 1]


@check("stays_told_late_come_out_right", rule="R-SAM-02C")
def stays_told_late_come_out_right(history: History) -> Finding:
    """A stay that a hospital's system tells of afterwards, twice and last to first, began and ended as it did."""
    began, ended = instant(fact(history, "admitted")), instant(fact(history, "discharged"))
    problems = [*_acknowledged(history), *_once(history)]
    stays = [e.resource for e in listed(history, "stays")]
    own = [one for one in stays if instant((one.get("period") or {}).get("start")) == began]
    if len(own) != 1:
        problems.append(f"{len(own)} stays began with the admission, expected one")
    for stay in own:
        end = instant((stay.get("period") or {}).get("end"))
        if stay.get("status") != "finished" or end != ended:
            problems.append(f"The stay is {stay.get('status')} until {end}, expected it to have ended {ended}")
    passed = "Each message was acknowledged each time and is in the record once, and the stay is right."
    return finding(problems, passed, [*history.labelled("inbox"), *history.labelled("stays")])


@check("what_systems_send_again_counts_once", rule="R-SAM-03D")
def what_systems_send_again_counts_once(history: History) -> Finding:
    """What other systems send all over again in another order is acknowledged as before, and is in the record once."""
    problems = [*_acknowledged(history), *_once(history)]
    passed = "Each message was acknowledged alike each time, and is in the record once."
    return finding(problems, passed, history.labelled("inbox"))
