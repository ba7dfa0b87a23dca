"""What checks of races have in common: several want one free time, or change one version, at one instant."""

from collections.abc import Callable, Sequence
from typing import Final

from simulator.checks.evidence import describe, finding, inconclusive, rounds
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding

CONFLICT: Final = (409, 412)
Round = Callable[[History, str], list[str]]
"""What is wrong with the round of a number."""


def one_free_time(history: History, judged: Round) -> Finding:
    """The finding on all rounds, each judged by itself; raises what ends a check when nobody was answered."""
    race = history.labelled("booking")
    if all(e.response is None for e in race):
        inconclusive("The simultaneous bookings were not answered.", *race, attribution="environment")
    problems = [problem for number in rounds(history, "booking") for problem in judged(history, number)]
    return finding(problems, f"{len(race)} bookings, several at once, gave each time to one citizen.", race)


def winners(race: Sequence[Exchange], won: Sequence[Exchange]) -> list[str]:
    """What is wrong when more than one got the time, or nobody although all were answered."""
    problems = []
    if len(won) > 1:
        problems.append(f"{len(won)} of {len(race)} citizens were told they got the one free time")
    if not won and all(e.response is not None for e in race):
        problems.append(f"Nobody got the free time: {describe(race[0])}")
    return problems


def contested(edits: Sequence[Exchange], name: str) -> list[str]:
    """What is wrong when several change one version of ``name``: one is taken, the others are told of the conflict."""
    won = [e for e in edits if e.outcome == "ok"]
    problems = []
    if len(won) > 1:
        problems.append(f"{len(won)} of {len(edits)} changes to the same version of {name} were taken, expected one")
    if not won and not any(e.outcome == "unknown" for e in edits):
        problems.append(f"None of {len(edits)} changes was taken, expected one: {describe(edits[0])}")
    return problems + [
        f"{describe(e)}, expected the loser to be told of the conflict with 409 or 412"
        for e in edits
        if e.outcome == "refused" and e.response is not None and e.response.status not in CONFLICT
    ]
