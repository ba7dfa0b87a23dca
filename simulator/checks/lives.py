"""Checks of lives: referrals, tasks and appointments take the steps there are and never go back; one holder a time."""

from typing import Any

from simulator.checks.evidence import (
    answered,
    describe,
    fact,
    finding,
    listed,
    not_refused,
    observed,
    read_back,
)
from simulator.checks.races import one_free_time, winners
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding

REFUSALS = (400, 405, 409, 412, 422)


@check("referral_does_not_go_back", rule="R-SAM-08B")
def referral_does_not_go_back(history: History) -> Finding:
    """A referral goes its way from sent to returned or withdrawn, and is not taken up again as if nothing was."""
    return _lives(history)


@check("task_does_not_go_back", rule="R-SAM-10B")
def task_does_not_go_back(history: History) -> Finding:
    """A task goes its way until it is done or called off, and is not opened again."""
    return _lives(history)


@check("appointment_does_not_go_back", rule="R-INN-05B")
def appointment_does_not_go_back(history: History) -> Finding:
    """An appointment goes from proposed to kept, missed or called off; who came was not absent."""
    return _lives(history)


def _lives(history: History) -> Finding:
    """Every step that there is was taken; every other was refused, and left the state as it was."""
    problems: list[str] = []
    evidence: list[Exchange] = []
    lives: list[dict[str, Any]] = fact(history, "lives")
    for number, life in enumerate(lives, start=1):
        problems += _taken(history, number, life["steps"])
        problems += _refused(history, number, life)
        evidence += [*history.labelled(f"life.{number}"), *history.labelled(f"attempt.{number}")]
        evidence += history.labelled(f"after.{number}")
    steps, attempts = (sum(len(life[part]) for life in lives) for part in ("steps", "attempts"))
    return finding(problems, f"{steps} steps were taken, and {attempts} that there are not were refused.", evidence)


def _taken(history: History, number: int, steps: list[str]) -> list[str]:
    """The first step that was not taken; those after it rest on it."""
    for place, step in enumerate(steps, start=1):
        exchange = answered(history, f"life.{number}.{place}")
        if exchange.outcome != "ok":
            return [f"It could not become '{step}': {describe(exchange)}"]
    return []


def _refused(history: History, number: int, life: dict[str, Any]) -> list[str]:
    problems = []
    state = life["steps"][-1]
    for place, wanted in enumerate(life["attempts"], start=1):
        why = f"from '{state}' there is no step to '{wanted}'"
        problems += not_refused(answered(history, f"attempt.{number}.{place}"), REFUSALS, why)
        now = read_back(history, f"after.{number}.{place}").get("status")
        if now != state:
            problems.append(f"It was '{state}', and after the attempt at '{wanted}' it is '{now}'")
    return problems


@check("slot_has_one_holder", rule="R-INN-05C")
def slot_has_one_holder(history: History) -> Finding:
    """A free time that several book at once, with no condition, is one's; called off, it is the next one's."""
    return one_free_time(history, _held)


def _held(history: History, number: str) -> list[str]:
    race = history.labelled(f"booking.{number}")
    won = [e for e in race if e.outcome == "ok"]
    problems = winners(race, won)
    lost = [e for e in race if e not in won and e.response is not None]
    problems += [text for e in lost for text in not_refused(e, REFUSALS, "somebody else has the time")]
    holders = listed(history, f"holders.{number}")
    if len(holders) > 1 or (won and not holders):
        problems.append(f"{len(holders)} appointments stand on one time, expected one")
    if won:
        observed(history, f"cancelled.{number}")
        again = answered(history, f"again.{number}")
        if again.outcome != "ok":
            problems.append(f"The time was called off and could not be booked again: {describe(again)}")
    return problems
