"""What a check says of a history, and how verdicts add up."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

VerdictOutcome = Literal["pass", "fail", "inconclusive", "error", "not_applicable"]
Attribution = Literal["candidate", "bench", "environment", "specification"]
Level = Literal["SHALL", "SHOULD", "MAY"]

# Worst first; no verdict at all counts as error (TTCN), not_applicable does not count.
ORDER: Final[tuple[VerdictOutcome, ...]] = ("error", "fail", "inconclusive", "pass")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found in one history."""

    outcome: VerdictOutcome
    message: str
    """One sentence: what was seen and what was expected."""
    evidence: tuple[int, ...] = ()
    """Numbers of the exchanges it rests on."""
    attribution: Attribution = "candidate"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A finding tied to the requirement, rule and example it speaks for: a line of verdicts.jsonl."""

    requirement: str
    capability: str
    level: Level
    rule: str
    """Id of the contract rule, e.g. ``R-READ-1``."""
    check: str
    example: str
    """Name of the Gherkin example."""
    outcome: VerdictOutcome
    attribution: Attribution
    message: str
    evidence: tuple[int, ...]


def worst(outcomes: Iterable[VerdictOutcome]) -> VerdictOutcome:
    """The outcome of a whole: the worst part; ``not_applicable`` only if all are, ``error`` if none."""
    seen = set(outcomes)
    for outcome in ORDER:
        if outcome in seen:
            return outcome
    return "not_applicable" if seen else "error"
