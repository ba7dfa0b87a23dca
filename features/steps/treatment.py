"""Steps on medicines in use: reviews, multidose, doses given and missed."""

from datetime import timedelta
from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.telling import step

YEAR: Final = timedelta(days=365)
REVIEW: Final = "http://snomed.info/sct|182836005"


@given("three residents, one of whom has had a medication review (legemiddelgjennomgang) this year")
def three_residents(example: Example) -> None:
    """One this year, one longer ago, one never."""
    residents = [example.meet(record_Patient=1, where="age >= 60") for _ in range(3)]
    example.seed([r.patient for r in residents])
    for resident, ago in zip(residents, (30, 400), strict=False):
        told = example.tell(
            step("nursing-home.doctor", "medication-review", later=timedelta(days=-ago)), about=resident
        )
        example.record("review", told)
    patients = [r.patient.id for r in residents]
    example.know(residents=patients, due=patients[1:])


@when("the nursing-home doctor (sykehjemslege) asks who has had none for a year")
def ask_reviews(example: Example) -> None:
    """The reviews of the last year, person by person."""
    for number, resident in enumerate(example.residents, start=1):
        since = max(event["at"] for event in resident.events).date() - YEAR
        example.chart("Procedure", f"since.{number}", resident, code=REVIEW, date=f"ge{since.isoformat()}")


@then("exactly the other two are due")
def two_due(example: Example) -> None:
    """Those two."""
    example.holds("R-LEG-04")


@given("a resident whose medicines the pharmacy packs in multidose")
def multidose(example: Example) -> None:
    """A prescription, as the pharmacy sees it when it packs."""
    example.meet(record_Patient=1)
    (ordered,), (changed,) = example.tell(
        step("gp.doctor", "prescription", reason="K86"), step("gp.doctor", "prescription", reason="R81")
    )
    example.know(ordered=[ordered.id], changed=[changed.id])
    example.write(ordered, "order", actor="gp.doctor")
    example.chart("MedicationRequest", "packed", status="active", actor="pharmacy.pharmacist")


@when("the fastlege stops the prescription after it was packed and orders another for the time being")
def acute_change(example: Example) -> None:
    """The one stopped, the other new; the pharmacy looks again, and at what it packed."""
    (ordered,), (changed,) = example.told
    example.change(ordered, "stop", {"status": "stopped"}, actor="gp.doctor")
    example.write(changed, "another", actor="gp.doctor")
    example.chart("MedicationRequest", "after", status="active", actor="pharmacy.pharmacist")
    example.send("vread", ordered.type, "as-packed", target=ordered.id, actor="pharmacy.pharmacist")


@then("the pharmacy sees what to pack from now, and what it packed before")
def right_version(example: Example) -> None:
    """Now and before."""
    example.holds("R-LEG-05")


@given("a resident to whom home care gives medicines, and who is not at home for one dose")
def dose_missed(example: Example) -> None:
    """Three doses given, one not, and the alarm that follows."""
    example.meet(record_Patient=1)
    given_step = step("home-care.nurse", "administration", channel="home")
    *doses, (missed,), (alarm,) = example.tell(
        *[given_step] * 4, step("home-care.nurse", "alarm", receiver="home-care")
    )
    example.record("dose", doses)
    body = {**missed.resource, "status": "not-done", "statusReason": [{"text": "Ikke hjemme"}]}
    example.send_as(missed, "missed", body, actor="home-care.nurse")
    example.write(alarm, "alarm", actor="home-care.nurse")
    example.know(given=[w.id for (w,) in doses], missed=[missed.id], alarm=[alarm.id])


@when("the nurse on the evening shift looks at the doses of the day and the open alarms")
def look_at_doses(example: Example) -> None:
    """Given, not given, and the alarms of home care."""
    owner: dict[str, Any] = {"owner": example.told[-1][0].resource["owner"]["reference"]}
    nurse = "home-care.nurse"
    example.chart("MedicationAdministration", "given", status="completed", actor=nurse)
    example.chart("MedicationAdministration", "not-given", status="not-done", actor=nurse)
    example.chart("Task", "alarms", status="requested", actor=nurse, **owner)


@then("the dose that was missed is seen as missed, and its alarm is on the list")
def missed_seen(example: Example) -> None:
    """As missed."""
    example.holds("R-LEG-06")
