"""Steps on looking things up: leafing, searching, taking everything out, counting."""

from collections import Counter
from typing import Final
from zoneinfo import ZoneInfo

from pytest_bdd import given, then, when

from features.example import Example
from features.study import Resident

PAGE: Final = 3
EXPORT_PAGE: Final = 4
OVERSIZED_BYTES: Final = 16_000_000
CONTACTS: Final = {"consultation", "phone-contact", "child-check", "visit"}
OSLO: Final = ZoneInfo("Europe/Oslo")

# What is searched by patient; Patient itself is found by its own id.
ABOUT_A_PATIENT: Final = (
    "Condition",
    "AllergyIntolerance",
    "MedicationStatement",
    "Observation",
    "Encounter",
    "EpisodeOfCare",
    "CarePlan",
    "ServiceRequest",
    "Task",
    "Communication",
    "DocumentReference",
    "Appointment",
)


@given("a resident whom home care visits many times a week")
def often_visited(example: Example) -> None:
    """Somebody with more visits than fit on two pages, written last to first so that order is not had for nothing."""
    resident = example.meet(care_Encounter=2 * PAGE + 1)
    visits = resident.written("Encounter", phase="care")
    for visit in reversed(visits):
        example.seed([visit])
    example.know(entries=[v.id for v in visits], page_size=PAGE)


@when("a nurse leafs through the visits, oldest first, a few at a time")
def leaf_through(example: Example) -> None:
    """Every page, by the links the candidate gives."""
    example.chart("Encounter", "page", _sort="date", _count=PAGE)


@then("each visit is on exactly one page")
def pages_are_whole(example: Example) -> None:
    """Nothing lost, nothing twice, in order."""
    example.holds("R-JRN-09")


@given("two residents with diagnoses and medicines")
def two_residents(example: Example) -> None:
    """Two people of the study, both in the record."""
    first, second = (example.meet(record_Condition=1, record_MedicationStatement=1) for _ in range(2))
    for resident in (first, second):
        example.seed(resident.written(phase="record"))
    own = [w.id for w in first.written(*ABOUT_A_PATIENT, phase="record")]
    others = [w.id for w in second.written("Patient", *ABOUT_A_PATIENT, phase="record")]
    example.know(patient=[first.patient.id], others=others, own=own)


@when("a nurse looks up everything about one of them")
def look_up_everything(example: Example) -> None:
    """Every type of the record, for one patient."""
    example.search("Patient", "chart.Patient", _id=example.id_of(example.resident))
    for kind in ABOUT_A_PATIENT:
        example.chart(kind, f"chart.{kind}", _count=2)


@then("nothing about the other is shown")
def nothing_of_others(example: Example) -> None:
    """All of the one, nothing of anybody else."""
    example.holds("R-TIL-05A")


@given("a resident with a journal note to be written")
def note_to_write(example: Example) -> None:
    """Somebody about whom the study writes a note."""
    example.meet(care_DocumentReference=1)


@when("somebody sends a note with an enormous attachment")
def enormous(example: Example) -> None:
    """The study's own note, as it is and with an attachment no record needs."""
    note = example.resident.written("DocumentReference", phase="care")[0]
    example.write(note, "ordinary")
    attachment = {"contentType": "application/octet-stream", "data": "A" * OVERSIZED_BYTES}
    example.send("create", note.type, "oversized", body={**note.resource, "content": [{"attachment": attachment}]})
    example.chart("DocumentReference", "afterwards", _summary="count")


@then("it is turned away and the record still answers")
def turned_away(example: Example) -> None:
    """Refused as too large."""
    example.holds("R-TIL-05B")


@given("a resident with a past and a week of care")
def past_and_care(example: Example) -> None:
    """Somebody with diagnoses and several contacts."""
    resident = example.meet(record_Condition=1, care_Encounter=2)
    everything = [resident.patient, *resident.written(*ABOUT_A_PATIENT)]
    example.seed(everything)
    example.know(everything=[w.id for w in everything])


@when("everything about the resident is taken out page by page")
def take_out(example: Example) -> None:
    """Type by type, every page."""
    example.search("Patient", "export.Patient", _id=example.id_of(example.resident))
    for kind in sorted({w.type for w in example.resident.written(*ABOUT_A_PATIENT)}):
        example.chart(kind, f"export.{kind}", _count=EXPORT_PAGE)


@then("nothing is lost or changed on the way out")
def nothing_lost(example: Example) -> None:
    """Everything, once, unchanged."""
    example.holds("R-NFR-07")


@given("some residents with contacts during the week")
def some_contacts(example: Example) -> None:
    """Three people's consultations and visits, written as the study tells them; the events say when they began."""
    days: Counter[str] = Counter()
    for _ in range(3):
        resident = example.meet(_has_contacts, care_Encounter=2)
        began = {e["event"]: e["began"] for e in resident.events if CONTACTS & set(e["records"] or ())}
        contacts = [w for w in resident.written("Encounter", phase="care") if w.row["event"] in began]
        example.seed(contacts)
        days.update(began[w.row["event"]].astimezone(OSLO).date().isoformat() for w in contacts)
    example.know(contacts_by_day=dict(sorted(days.items())))


def _has_contacts(resident: Resident) -> bool:
    return sum(bool(CONTACTS & set(event["records"] or ())) for event in resident.events) > 1


@when("the week's contacts are counted from the record")
def count_contacts(example: Example) -> None:
    """Contacts from the first day on, resident by resident."""
    first = min(example.facts["contacts_by_day"], default="2026-01-01")
    for number, resident in enumerate(example.residents, start=1):
        example.chart("Encounter", f"report.{number}", resident, date=f"ge{first}", _count=50)


@then("the count is that of the contacts that took place")
def count_is_right(example: Example) -> None:
    """The report equals the simulated world."""
    example.holds("R-RAP-01")
