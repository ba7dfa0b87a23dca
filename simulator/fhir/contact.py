"""What a resource is made from: the person, and one care event seen from the record."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from simulator.domain.codes import Medicine
from simulator.fhir.elements import Resource
from simulator.fhir.registry import Registry


class Made(NamedTuple):
    """A resource made earlier: the interaction that created it, and its content as last written.

    The content is empty for what no later step can change.
    """

    interaction: str
    resource: Resource


class Birth(NamedTuple):
    """A child that a resident bore, as told among the events in life."""

    day: str
    """The date in Oslo."""
    sex: str


class Slot(NamedTuple):
    """When an appointment is for."""

    start: str
    end: str


@dataclass(slots=True)
class Person:
    """A resident who occurs in the events."""

    resident: int
    patient: str
    """Id of the interaction that creates the Patient."""
    site: str
    """``kommunenummer``, or ``kommunenummer.replica``."""
    row: dict[str, Any]
    """The resident's row of the population."""
    doctor: str | None
    """The fastlege; None without one."""
    office: str | None
    """The organisation of the fastlege."""
    medicines: list[Medicine] = field(default_factory=list)
    service: str | None = None
    """EpisodeOfCare of the first service granted."""
    standing: dict[str, Made] = field(default_factory=dict)
    """What of the record before the period the care has changed, as last written."""


@dataclass(slots=True)
class Contact:
    """One care event, every party as the id of the interaction that creates it. Times are Oslo time with offset."""

    event: int
    person: Person
    at: str
    began: str
    due: str | None
    before: str
    """An instant before the period, for what must have happened earlier."""
    role: str
    organisation: str | None
    practitioner: str | None
    receiver: str | None
    channel: str
    reason: str | None
    message: str | None
    slot: Slot | None
    made: dict[str, Made]
    """What the episode has made so far, by name."""
    registry: Registry
    place: tuple[str, str] = ("", "")
    """Key of the acting organisation, and the place the event gave the person as the staffing names it."""
    received: str | None = None
    """When a message from outside the common journal was there; None for what is written in it."""
    child: Birth | None = None
    """The child last borne by the person; None where no birth was told."""
    reminder: int = 0
    """The message is the n-th reminder of one that the episode sent before; 0 when it is none."""
    identity: str = ""
    """Id of the interaction being written."""

    @property
    def subject(self) -> dict[str, str]:
        """Reference to the patient."""
        return {"reference": "urn:uuid:" + self.person.patient}

    @property
    def author(self) -> str:
        """Who answers for what is written: the practitioner, else the organisation, else the patient."""
        return self.practitioner or self.organisation or self.person.patient

    @property
    def encounter(self) -> str | None:
        """The contact or stay that this belongs to; None outside one."""
        made = self.made.get("consultation") or self.made.get("visit") or self.made.get("admission")
        return made.interaction if made else None
