"""Steps on the shared record: writing, correcting, withdrawing, and reading it elsewhere."""

from typing import Any

from pytest_bdd import given, then, when

from features.example import Example
from features.versions import building_on

SUMMARY: dict[str, dict[str, Any]] = {
    "Condition": {"clinical_status": "active"},
    "AllergyIntolerance": {"clinical_status": "active"},
    "MedicationStatement": {"status": "active"},
    "CarePlan": {"status": "active"},
    "EpisodeOfCare": {"status": "active"},
}
WITHDRAWN = {
    "coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "entered-in-error"},
    ]
}
UNKNOWN_STATUS = "kanskje-ferdig"


@given("a resident whom home care (hjemmetjenesten) visits")
def visited(example: Example) -> None:
    """Somebody with a home visit and measurements in the study."""
    example.meet(care_Encounter=1, record_EpisodeOfCare=1)


@when("the nurse records the visit")
def record_visit(example: Example) -> None:
    """The study's own visit is written."""
    example.write(example.resident.written("Encounter", phase="care")[0], "write")


@when("the resident meets legevakt in another municipality")
def meet_legevakt(example: Example) -> None:
    """Another actor searches, without any message in between."""
    example.chart("Encounter", "chart", actor="legevakt.nurse")


@then("legevakt reads what the nurse recorded")
def legevakt_reads(example: Example) -> None:
    """The visit is there as written."""
    example.holds("R-JRN-01")


@given("a resident with several diagnoses and medicines")
def with_history(example: Example) -> None:
    """Somebody with at least three diagnoses and two medicines."""
    resident = example.meet(record_Condition=3, record_MedicationStatement=2)
    example.seed(resident.written(phase="record"))


@when("the fastlege withdraws one of the diagnoses as entered in error")
def withdraw(example: Example) -> None:
    """A diagnosis entered in error has no clinical status (FHIR R4, con-5)."""
    record = example.resident.written(*SUMMARY, phase="record")
    error = next(w for w in record if w.type == "Condition")
    changes = {"verificationStatus": WITHDRAWN, "clinicalStatus": None}
    example.change(error, "withdrawal", changes, actor="gp.doctor")
    example.know(active=[w.id for w in record if w.id != error.id], withdrawn=[error.id])


@when("a nurse opens the clinical summary")
def open_summary(example: Example) -> None:
    """What is active, type by type."""
    for kind, criteria in SUMMARY.items():
        example.chart(kind, f"summary.{kind}", actor="home-care.nurse", **criteria)


@then("the summary shows every active item and nothing withdrawn")
def summary_is_right(example: Example) -> None:
    """Active items only, all of them."""
    example.holds("R-JRN-02")


@given("a resident with a serious allergy")
def with_allergy(example: Example) -> None:
    """Somebody with a critical allergy in the study."""
    resident = example.meet(record_AllergyIntolerance=1)
    example.seed(resident.written(phase="record"))
    example.know(critical=[w.id for w in resident.written("AllergyIntolerance", phase="record")])


@when("legevakt opens the chart")
def open_chart(example: Example) -> None:
    """The first question anybody asks of a chart."""
    example.chart("AllergyIntolerance", "opening", actor="legevakt.doctor")


@then("the first answer shows the allergy with code, source and date")
def allergy_comes_first(example: Example) -> None:
    """Critical information comes first."""
    example.holds("R-JRN-03")


@given("a resident with a journal note")
def with_note(example: Example) -> None:
    """Somebody about whom the study writes a note."""
    note = example.meet(care_DocumentReference=1).written("DocumentReference", phase="care")[0]
    example.write(note, "write")


@when("the note is corrected")
def correct(example: Example) -> None:
    """The same note with another description."""
    note = example.resident.written("DocumentReference", phase="care")[0]
    example.change(note, "correction", {"description": "Rettet: gjaldt høyre hånd, ikke venstre"})


@when("somebody asks what it said before")
def ask_before(example: Example) -> None:
    """The first version, the current one, and the history."""
    note = example.resident.written("DocumentReference", phase="care")[0]
    example.send("vread", note.type, "earlier", target=note.id)
    example.send("read", note.type, "current", target=note.id)
    example.send("history", note.type, "history", target=note.id)


@then("the earlier version is there with its author")
def earlier_is_there(example: Example) -> None:
    """Both versions, each with its author."""
    example.holds("R-JRN-04A")


@when("one nurse changes the note, and another changes the version from before")
def two_changes(example: Example) -> None:
    """Both name the first version in If-Match."""
    note = example.resident.written("DocumentReference", phase="care")[0]
    match = building_on(example.exchanges[-1])
    example.change(note, "change", {"description": "Ringte datter"}, headers=match, actor="home-care.nurse")
    example.change(note, "stale", {"description": "Ringte sønn"}, headers=match, actor="nursing-home.nurse")
    example.send("read", note.type, "current", target=note.id)


@then("the other nurse is told that the note has changed")
def stale_is_refused(example: Example) -> None:
    """The second change is refused and leaves no trace."""
    example.holds("R-JRN-04B")


@given("a resident with diagnoses, medicines and measurements")
def with_coded_content(example: Example) -> None:
    """Somebody with coded past and coded care in the study."""
    example.meet(record_Condition=1, record_MedicationStatement=1, care_Observation=1)


@when("everything about the resident is written and read again")
def write_and_read(example: Example) -> None:
    """Each resource is written, and read by its id."""
    coded = ("Condition", "MedicationStatement", "AllergyIntolerance", "Observation", "EpisodeOfCare")
    writings = example.resident.written(*coded)
    for number, written in enumerate(writings, start=1):
        example.write(written, f"write.{number}")
    for number, written in enumerate(writings, start=1):
        example.send("read", written.type, f"read.{number}", target=written.id)


@then("every code, value and text is as it was written")
def coded_content_is_kept(example: Example) -> None:
    """To the letter."""
    example.holds("R-JRN-05A")


@given("a resident whose blood pressure is measured at home")
def measured(example: Example) -> None:
    """Somebody with measurements in the study."""
    example.meet(care_Observation=1)


@when("a measurement arrives with a status that no code set knows")
def wrong_status(example: Example) -> None:
    """The study's own measurement, once as it is and once with a status outside the required code set."""
    measurement = example.resident.written("Observation", phase="care")[0]
    example.write(measurement, "right")
    example.know(wrong_code=UNKNOWN_STATUS)
    example.send("create", "Observation", "wrong", body={**measurement.resource, "status": UNKNOWN_STATUS})
    example.chart("Observation", "left", status=UNKNOWN_STATUS)


@then("the measurement is refused and not stored")
def measurement_is_refused(example: Example) -> None:
    """What no code set knows stays out."""
    example.holds("R-JRN-05B")
