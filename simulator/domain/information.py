"""The kinds of information a step can write or look up: the words of ``records:`` and ``reads:`` in a pathway."""

from typing import Final

# What a step writes -> what it is in FHIR.
RECORDS: Final[dict[str, str]] = {
    "appointment": "Appointment, booked",
    "consultation": "Encounter of the contact, finished",
    "visit": "Encounter at home, finished",
    "admission": "Encounter in hospital, in progress",
    "discharge": "the hospital Encounter of the episode, updated to finished",
    "diagnosis": "Condition with the contact's reason",
    "vital-signs": "Observation of blood pressure and pulse",
    "medication-change": "MedicationStatement added",
    "service-request": "ServiceRequest, the application for municipal services",
    "service-decision": "EpisodeOfCare with IPLOS type, and a CarePlan",
    "task": "Task with owner and deadline, requested",
    "task-done": "the Task of the episode, updated to completed",
    "note": "DocumentReference, journal note",
    "discharge-summary": "DocumentReference, epikrise",
}

# What a step looks up -> the search it becomes.
READS: Final[dict[str, str]] = {
    "identity": "Patient by national identity number",
    "critical-info": "AllergyIntolerance of the patient",
    "summary": "Condition of the patient, active",
    "medication": "MedicationStatement of the patient, active",
    "plan": "CarePlan of the patient, active",
    "services": "EpisodeOfCare of the patient, active",
    "observations": "Observation of the patient, newest first",
    "messages": "Communication about the patient",
    "tasks": "Task for the patient, requested",
    "documents": "DocumentReference of the patient, newest first",
}
