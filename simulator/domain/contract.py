"""The contract's FHIR part: which interactions and searches a candidate must offer, per resource type."""

from dataclasses import dataclass, field
from datetime import date

from simulator.domain.verdict import Level

Text = dict[str, str]
"""A text by language: ``nb`` and ``en``."""


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
    """What a candidate must offer; the rules its answers must follow stand in the catalogue."""

    version: str = ""
    date: date = date.min
    fhir_version: str = "4.0.1"
    url: str = ""
    title: Text = field(default_factory=dict)
    description: Text = field(default_factory=dict)
    system: dict[str, Level] = field(default_factory=dict)
    """Whole-system interactions (``transaction``, ``batch``) -> level."""
    resources: tuple[ContractResource, ...] = ()
