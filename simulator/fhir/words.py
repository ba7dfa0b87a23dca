"""Every word of a pathway's ``records:`` and ``reads:`` as FHIR: which resources it writes, which search it becomes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from simulator.fhir.appointment import appointment
from simulator.fhir.careplan import new_plan
from simulator.fhir.condition import diagnosis
from simulator.fhir.contact import Contact
from simulator.fhir.document import discharge_summary, note
from simulator.fhir.elements import Resource
from simulator.fhir.encounter import admission, consultation, discharged, earlier_admission, home_visit
from simulator.fhir.episode import service_decision
from simulator.fhir.medication import medication_change
from simulator.fhir.observation import blood_pressure, heart_rate
from simulator.fhir.servicerequest import application, decided, earlier_application
from simulator.fhir.task import done, earlier_task, task

Make = Callable[[Contact], Resource]


@dataclass(frozen=True, slots=True)
class Create:
    """A resource is made, and remembered in its episode under ``name``."""

    name: str
    make: Make


@dataclass(frozen=True, slots=True)
class Change:
    """The resource that the episode remembers under ``of`` is replaced by a changed one."""

    of: str
    change: Callable[[Resource, Contact], Resource]
    earlier: Make | None = None
    """Makes what must have been there before the period, when the episode has none; None: then nothing happens."""


WRITES: Final[dict[str, tuple[Create | Change, ...]]] = {
    "appointment": (Create("appointment", appointment),),
    "consultation": (Create("consultation", consultation),),
    "visit": (Create("visit", home_visit),),
    "admission": (Create("admission", admission),),
    "discharge": (Change("admission", discharged, earlier_admission),),
    "diagnosis": (Create("diagnosis", diagnosis),),
    "vital-signs": (Create("blood-pressure", blood_pressure), Create("heart-rate", heart_rate)),
    "medication-change": (Create("medication", medication_change),),
    "service-request": (Create("service-request", application),),
    "service-decision": (
        Change("service-request", decided, earlier_application),
        Create("service", service_decision),
        Create("plan", new_plan),
    ),
    "task": (Create("task", task),),
    "task-done": (Change("task", done, earlier_task),),
    "note": (Create("note", note),),
    "discharge-summary": (Create("discharge-summary", discharge_summary),),
}
"""Word -> what it writes, in the order in which the words of one step are written."""

CHANGED: Final = frozenset(write.of for writes in WRITES.values() for write in writes if isinstance(write, Change))
"""Names of what may be changed later, so that its content must be remembered."""

ORDER: Final = {word: place for place, word in enumerate(WRITES)}

SEARCHES: Final[dict[str, tuple[str, str]]] = {
    "identity": ("Patient", ""),
    "critical-info": ("AllergyIntolerance", "&clinical-status=active&_count=50"),
    "summary": ("Condition", "&clinical-status=active&_sort=-recorded-date&_count=100"),
    "medication": ("MedicationStatement", "&status=active&_count=100"),
    "plan": ("CarePlan", "&status=active&_count=20"),
    "services": ("EpisodeOfCare", "&status=active&_count=50"),
    "observations": ("Observation", "&_sort=-date&_count=20"),
    "messages": ("Communication", "&_sort=-sent&_count=20"),
    "tasks": ("Task", "&status=requested&_count=50"),
    "documents": ("DocumentReference", "&status=current&_sort=-date&_count=20"),
}
"""Word -> resource type and what follows ``patient=``; ``identity`` is sought by fødselsnummer instead."""
