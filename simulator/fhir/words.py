"""Every word of a pathway's ``records:`` and ``reads:`` as FHIR: which resources it writes, which search it becomes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from simulator.fhir import document, encounter, medicationrequest, patient, servicerequest, task
from simulator.fhir.appointment import appointment
from simulator.fhir.careplan import earlier_plan, individual_plan, new_plan, plan_changed
from simulator.fhir.careteam import care_team
from simulator.fhir.claim import claim
from simulator.fhir.communication import concern
from simulator.fhir.condition import diagnosis
from simulator.fhir.consent import consent
from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource
from simulator.fhir.episode import coercion_decision, service_decision
from simulator.fhir.growth import height, weight
from simulator.fhir.immunization import vaccination
from simulator.fhir.laboratory import lab_report, lab_value
from simulator.fhir.medication import medication_change
from simulator.fhir.medicationadministration import administration
from simulator.fhir.medicationdispense import dispense
from simulator.fhir.observation import blood_pressure, development, heart_rate, home_measurement
from simulator.fhir.procedure import medication_review

Make = Callable[[Contact], Resource]


@dataclass(frozen=True, slots=True)
class Create:
    """A resource is made, and remembered in its episode under ``kept``, or else under ``name``."""

    name: str
    make: Make
    kept: str = ""
    once: bool = False
    """Made conditionally on no resource having its identifier."""
    newborn: bool = False
    """About the newborn of the episode instead of the resident who bore it."""


@dataclass(frozen=True, slots=True)
class Change:
    """The resource that the episode remembers under ``of`` is replaced by a changed one."""

    of: str
    change: Callable[[Resource, Contact], Resource]
    earlier: Make | None = None
    """Makes what must have been there before the period, when the episode has none; None: then nothing happens."""
    standing: bool = False
    """Without one in the episode, that of the record as it stood before the period is changed."""


WRITES: Final[dict[str, tuple[Create | Change, ...]]] = {
    "appointment": (Create("appointment", appointment),),
    "consultation": (Create("consultation", encounter.consultation),),
    "phone-contact": (Create("phone-contact", encounter.phone_contact, kept="consultation"),),
    "child-check": (
        Create("child-check", encounter.child_check, kept="consultation"),
        Create("development", development),
    ),
    "visit": (Create("visit", encounter.home_visit),),
    "newborn-visit": (Create("newborn-visit", encounter.home_visit, newborn=True),),
    "admission": (Create("admission", encounter.admission),),
    "place": (Change("admission", encounter.placed, encounter.earlier_admission),),
    "discharge": (Change("admission", encounter.discharged, encounter.earlier_admission),),
    "diagnosis": (Create("diagnosis", diagnosis),),
    "vital-signs": (Create("blood-pressure", blood_pressure), Create("heart-rate", heart_rate)),
    "growth": (Create("weight", weight), Create("height", height)),
    "measurement": (Create("measurement", home_measurement),),
    "medication-change": (Create("medication", medication_change),),
    "prescription": (Create("prescription", medicationrequest.prescription),),
    "dispense": (
        Change("prescription", medicationrequest.dispensed, medicationrequest.earlier_prescription),
        Create("dispense", dispense),
    ),
    "administration": (Create("administration", administration),),
    "vaccination": (Create("vaccination", vaccination),),
    "medication-review": (Create("medication-review", medication_review),),
    "lab-order": (Create("lab-order", servicerequest.lab_order),),
    "lab-result": (
        Change("lab-order", servicerequest.answered),
        Create("lab-value", lab_value),
        Create("lab-report", lab_report),
    ),
    "referral": (Create("referral", servicerequest.referral),),
    "aid-order": (Create("aid-order", servicerequest.aid_order),),
    "service-request": (Create("service-request", servicerequest.application),),
    "service-decision": (
        Change("service-request", servicerequest.answered, servicerequest.earlier_application),
        Create("service", service_decision),
        Create("plan", new_plan),
    ),
    "coercion-decision": (Create("coercion", coercion_decision, kept="service"),),
    "care-plan": (Create("care-team", care_team), Create("individual-plan", individual_plan, kept="plan")),
    "plan-change": (Change("plan", plan_changed, earlier_plan, standing=True),),
    "task-done": (Change("task", task.done, task.earlier_task),),
    "task": (Create("task", task.task),),
    "alarm": (Create("alarm", task.alarm, kept="task"),),
    "incident": (Create("incident", task.incident, kept="task"),),
    "appeal": (Create("appeal", task.appeal, kept="task"),),
    "note": (Create("note", document.note),),
    "newborn-note": (Create("newborn-note", document.note, newborn=True),),
    "discharge-summary": (Create("discharge-summary", document.discharge_summary),),
    "sick-note": (Create("sick-note", document.sick_note),),
    "statement": (Create("statement", document.statement),),
    "decision-letter": (Create("decision-letter", document.decision_letter),),
    "coercion-letter": (Create("coercion-letter", document.coercion_letter),),
    "document": (Create("document", document.tracing),),
    "antenatal-card": (Create("antenatal-card", document.antenatal_card),),
    "care-summary": (Create("care-summary", document.care_summary),),
    "report": (Create("report", document.report),),
    "concern": (Create("concern", concern, once=True),),
    "consent": (Create("consent", consent),),
    "claim": (Create("claim", claim),),
    "birth": (Create("newborn", patient.newborn, once=True), Create("mother", patient.mother_of_newborn)),
    "death": (
        Change("patient", patient.deceased, standing=True),
        Create("death-certificate", document.death_certificate),
    ),
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
    "lab-results": ("Observation", "&category=laboratory&_sort=-date&_count=50"),
    "referrals": ("ServiceRequest", "&status=active&_sort=-authored&_count=20"),
    "prescriptions": ("MedicationRequest", "&status=active&_count=100"),
    "vaccinations": ("Immunization", "&_sort=-date&_count=50"),
    "care-team": ("CareTeam", "&status=active&_count=10"),
    "places": ("Encounter", "&status=in-progress&_count=20"),
    "history": ("Encounter", "&_sort=-date&_count=50"),
}
"""Word -> resource type and what follows ``patient=``; ``identity`` is sought by fødselsnummer instead."""
