"""What a normal year of the whole country must come to: official totals, and what is counted towards them."""

from dataclasses import dataclass
from typing import Literal

from simulator.domain.numbers import Number, Text

Counted = Literal["steps", "payment-days"]


@dataclass(frozen=True, slots=True)
class Target:
    """One official total a year, and how far from it the bench may be."""

    name: str
    title: Text
    official: Number
    tolerance: float
    """Share of the total."""
    pathway: str
    steps: tuple[str, ...]
    """Steps of which each one done counts once."""
    counted: Counted = "steps"
    beside: Number | None = None
    """What is there before the year begins, counted too."""
    residents: str = ""
    """SQL condition over the population's columns: the bench's residents who are ``beside``."""
