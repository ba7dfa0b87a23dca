"""The registry of checks: pure functions from a history to a finding, by name and by the rule they speak for."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from simulator.checks.evidence import EarlyFindingError, describe, mask
from simulator.checks.shape import misshapen
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding
from simulator.errors import InputError, nearest

CheckFunction = Callable[[History], Finding]


@dataclass(frozen=True, slots=True)
class Check:
    """One claim about a candidate, in full words, and the function that judges it."""

    name: str
    rule: str
    """Id of the contract rule the claim comes from, e.g. ``R-JRN-03``."""
    claim: str
    """The claim as a sentence: the first line of the function's docstring."""
    function: CheckFunction


CHECKS: Final[dict[str, Check]] = {}


def check(name: str, *, rule: str) -> Callable[[CheckFunction], CheckFunction]:
    """Register a function as the check of that name, speaking for that rule."""

    def register(function: CheckFunction) -> CheckFunction:
        if name in CHECKS:
            raise InputError(f"two checks are called '{name}'", where=function.__module__)
        claim = (function.__doc__ or name).strip().splitlines()[0]
        CHECKS[name] = Check(name, rule, claim, function)
        return function

    return register


def by_rule(rule: str) -> Check:
    """The check that speaks for a rule; raises InputError when there is none."""
    for known in CHECKS.values():
        if known.rule == rule:
            return known
    raise InputError(f"no check speaks for '{rule}'", remedy=nearest(rule, {c.rule for c in CHECKS.values()}))


def judge(name: str, history: History) -> Finding:
    """What the check of that name finds in the history; a crash of the check is an error of the bench.

    Where an answer was no JSON of FHIR, the crash is the candidate's failure. A history whose people or care the
    candidate did not take in says nothing about the rule: inconclusive.
    """
    if name not in CHECKS:
        raise InputError(f"no check is called '{name}'", remedy=nearest(name, CHECKS))
    try:
        finding = _unseeded(history) or CHECKS[name].function(history)
    except EarlyFindingError as early:
        finding = early.finding
    except Exception as error:  # noqa: BLE001  whatever goes wrong inside a check must not be blamed on a candidate
        message = f"The check itself failed on what was answered: {type(error).__name__}: {error}"
        finding = misshapen(history) or Finding("error", message, attribution="bench")
    return replace(finding, message=mask(finding.message))


def _unseeded(history: History) -> Finding | None:
    """Inconclusive when something the example rests on was not taken in; None when all was."""
    for exchange in history.labelled("seed"):
        if exchange.outcome != "ok":
            return Finding(
                "inconclusive",
                f"The people and care this rests on were not taken in: {describe(exchange)}.",
                (exchange.number,),
                "environment" if exchange.outcome == "unknown" else "candidate",
            )
    return None
