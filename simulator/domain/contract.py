"""The contract's FHIR part: which interactions and searches a candidate must offer, per resource type."""

from dataclasses import dataclass
from datetime import date

from simulator.domain.requirement import Rule, Text
from simulator.domain.verdict import Level


@dataclass(frozen=True, slots=True)
class ContractResource:
    """What a candidate must offer for one resource type."""

    type: str
    interactions: dict[str, Level]
    """FHIR code (``read``, ``search-type`` ...) -> level."""
    search: dict[str, str]
    """Search parameter -> its FHIR type (``token``, ``reference`` ...)."""
    profile: str = ""
    """Canonical of the no-basis profile; empty where HL7 Norway publishes none."""
    conditional_create: bool = False


@dataclass(frozen=True, slots=True)
class Contract:
    """Everything a candidate is held to."""

    version: str
    date: date
    fhir_version: str
    url: str
    title: Text
    description: Text
    system: dict[str, Level]
    """Whole-system interactions (``transaction``, ``batch``) -> level."""
    resources: tuple[ContractResource, ...]
    rules: dict[str, Rule]
