"""Requirements and the contract's rules: what a candidate is held to."""

from dataclasses import dataclass, field
from typing import Literal

from simulator.domain.contract import Contract
from simulator.domain.verdict import Level

Text = dict[str, str]
"""A text by language: ``nb`` and ``en``."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the requirement catalogue."""

    id: str
    """For example ``JRN-03``."""
    capability: str
    """For example ``JRN``."""
    title: Text
    phase: str
    status: Literal["sourced", "derived", "part"]
    source: str
    consequence: Text
    """What a failure means for the patient or the care worker."""
    not_tested: Text
    """Why no example tests it yet; empty when one does."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the contract, with where it comes from."""

    id: str
    level: Level
    requirement: str
    text: Text
    source: str
    limit_s: float | None = None
    """Seconds within which something shall happen, where the rule gives a time."""
    by: Literal["example", "load"] = "example"
    """What judges it: an example of the features, or the load part of a run."""
    consequence: Text = field(default_factory=dict)
    """What breaking this rule means for the patient or the care worker; its requirement's where it has no own."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All requirements and rules."""

    requirements: dict[str, Requirement]
    rules: dict[str, Rule]
    capabilities: dict[str, Text]
    contract: Contract = field(default_factory=Contract)
    """The interactions and searches a candidate must offer."""
