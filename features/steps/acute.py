"""Steps on the acute chain and on laboratory answers."""

from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.telling import step

REPORTS: Final = 4
BLOOD_PRESSURE: Final = "http://loinc.org|85354-9"
HIGH: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"


@given("a resident fetched by ambulance")
def fetched(example: Example) -> None:
    """The crew measures again and again on the way."""
    example.seed([example.meet(record_Patient=1).patient])
    example.tell(*[step("ambulance.crew", "vital-signs")] * REPORTS)
    example.know(limit_s=example.catalogue.rules["R-SAM-07"].limit_s)


@when("the crew reports on the way and legevakt looks after each report")
def report_and_look(example: Example) -> None:
    """Newest first, as a screen on the wall shows it."""
    for number, written in enumerate(example.told, start=1):
        pressure = next(w for w in written if "component" in w.resource)
        example.write(pressure, f"report.{number}", actor="ambulance.crew")
        newest: dict[str, Any] = {"code": BLOOD_PRESSURE, "_sort": "-date", "_count": REPORTS}
        example.chart("Observation", f"seen.{number}", actor="legevakt.nurse", **newest)


@then("legevakt has seen each report first on the list, within seconds")
def seen_at_once(example: Example) -> None:
    """Each of them."""
    example.holds("R-SAM-07")


@given("a resident whose blood test the laboratory has answered")
def answered(example: Example) -> None:
    """Ordered by the fastlege, answered by the laboratory."""
    example.meet(record_Patient=1)
    told = example.tell(
        step("gp.doctor", "lab-order", reason="T90", receiver="laboratory"),
        step("laboratory.scientist", "lab-result", reason="T90"),
    )
    example.record("answer", told)
    created = {w.type: w.id for written in told for w in written if w.row["verb"] == "create"}
    example.know(
        value=[created["Observation"]], report=[created["DiagnosticReport"]], order=[created["ServiceRequest"]]
    )


@when("the laboratory corrects the value")
def correct_value(example: Example) -> None:
    """Value and answer are both marked as corrected."""
    value, report = (next(w for w in example.told[1] if w.type == kind) for kind in ("Observation", "DiagnosticReport"))
    quantity = value.resource["valueQuantity"]
    changes = {
        "status": "corrected",
        "valueQuantity": {**quantity, "value": quantity["value"] + 21.5},
        "interpretation": [{"coding": [{"system": HIGH, "code": "H", "display": "High"}]}],
    }
    example.change(value, "correction.value", changes, actor="laboratory.scientist")
    example.change(report, "correction.report", {"status": "corrected"}, actor="laboratory.scientist")


@when("home care, which gets a copy, looks at the results")
def look_at_copy(example: Example) -> None:
    """The results, the answers, the orders answered, and the value as it was first sent."""
    value = next(w for w in example.told[1] if w.type == "Observation")
    nurse = "home-care.nurse"
    example.chart("Observation", "copy", category="laboratory", actor=nurse)
    example.chart("DiagnosticReport", "reports", actor=nurse)
    example.chart("ServiceRequest", "answered", status="completed", actor=nurse)
    example.send("vread", value.type, "earlier", target=value.id, actor=nurse)


@then("the corrected value stands in place of the first, which can still be read")
def corrected(example: Example) -> None:
    """Marked, and the earlier kept."""
    example.holds("R-SAM-09")
