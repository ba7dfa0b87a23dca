"""Steps on what laboratory and home-measurement hub send of their own accord, twice and in the wrong order."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.study import Resident
from features.telling import step
from simulator.domain.codes import FNR
from simulator.streams import derived_id

LABORATORY: Final = "laboratorium"
HUB: Final = "hjemmemaling"
DOCTOR: Final = "gp.doctor"
PAUSE_S: Final = 0.05
FIRST, CORRECTED, COPY = 97.0, 7.9, 5.1
GLUCOSE: Final = {"system": "http://loinc.org", "code": "15074-8", "display": "Glucose [Moles/volume] in Blood"}
SYSTOLIC: Final = {"code": "8480-6", "display": "Systolic blood pressure"}
STRANGERS: Final = 180
VALUES: Final = ((141, 138), (122, 119))


def _number(resident: Resident) -> dict[str, str]:
    return {"system": FNR, "value": str(resident.person["person_number"])}


def _until(example: Example, look: Callable[[], Any], limit_s: float) -> Any:
    """What is seen once there is something, or when the time is over."""
    until = time.monotonic() + limit_s
    while not (found := look()) and time.monotonic() < until:
        example.wait(PAUSE_S)
    return found


@given("a resident from whom the fastlege (GP) takes a blood sample")
def sample_taken(example: Example) -> None:
    """An order, which is written and reaches the laboratory."""
    example.neighbours.forget(LABORATORY)
    example.meet(record_Patient=1)
    ((order,),) = example.tell(step(DOCTOR, "lab-order", reason="T90", receiver="hospital"))
    example.know(order=[order.id])
    example.write(order, "order", actor=DOCTOR)


@when("the laboratory answers and corrects itself, twice and in the wrong order, and sends a copy of another answer")
def answers_mixed_up(example: Example) -> None:
    """The correction overtakes the answer; each comes twice."""
    person = {"person": str(example.resident.person["person_number"])}
    look: Callable[[], Any] = lambda: example.neighbours.look(LABORATORY, "orders", person)["orders"]  # noqa: E731  short
    orders = _until(example, look, example.catalogue.rules["R-SAM-09B"].limit_s or 0)
    example.know(ordered=[order["code"] for order in orders])
    if not orders:
        return
    example.neighbours.behave(LABORATORY, out_of_order=True, duplicate=True)
    told = {"order": orders[0]["id"], "value": FIRST, "unit": "mmol/mol"}
    answer = example.neighbours.tell(LABORATORY, "answers", told, method="POST")["answer"]
    example.neighbours.tell(LABORATORY, "corrections", {"answer": answer, "value": CORRECTED}, method="POST")
    copy = {"person": _number(example.resident), "code": GLUCOSE, "value": COPY, "unit": "mmol/L"}
    example.neighbours.tell(LABORATORY, "answers", copy, method="POST")
    example.neighbours.behave_well(LABORATORY)
    example.know(values={"corrected": [CORRECTED], "final": [COPY]})
    for kind in ("Observation", "DiagnosticReport"):
        example.chart(kind, f"answers.{kind}", category="laboratory", actor=DOCTOR)
    example.send("read", "ServiceRequest", "order-now", target=example.facts["order"][0], actor=DOCTOR)


@then("the order has the corrected answer, once, and the copy stands beside it")
def corrected_stands(example: Example) -> None:
    """What was issued last."""
    example.holds("R-SAM-09B")


@given("two residents who measure their blood pressure at home")
def measuring(example: Example) -> None:
    """Two, known to the record."""
    example.neighbours.forget(HUB)
    residents = [example.meet(record_Patient=1) for _ in VALUES]
    example.seed([resident.patient for resident in residents])
    example.know(patients=[resident.patient.id for resident in residents], values=[list(pair) for pair in VALUES])


@when("the hub sends their measurements twice, with one about somebody nobody knows")
def hub_sends(example: Example) -> None:
    """One batch: two of each, and a stranger's in the middle."""
    example.neighbours.behave(HUB, duplicate=True)
    measured = [
        _measured(example, _number(resident), value, number)
        for resident, values in zip(example.residents, VALUES, strict=True)
        for number, value in enumerate(values)
    ]
    measured.insert(2, _measured(example, _number(example.meet()), STRANGERS, 0))
    told = example.neighbours.tell(HUB, "measurements", {"measurements": measured}, method="POST")
    example.neighbours.behave_well(HUB)
    example.know(stranger=2, statuses=told["statuses"])
    for number, resident in enumerate(example.residents, start=1):
        example.chart("Observation", f"chart.{number}", resident, code=f"http://loinc.org|{SYSTOLIC['code']}")
    example.search("Observation", "all", code=f"http://loinc.org|{SYSTOLIC['code']}", value_quantity=str(STRANGERS))


def _measured(example: Example, person: dict[str, str], value: float, number: int) -> dict[str, Any]:
    at = max(event["at"] for event in example.resident.events) + timedelta(hours=number)
    return {
        "id": derived_id("measured", example.name, person["value"], number),
        "person": person,
        "code": SYSTOLIC,
        "value": value,
        "unit": "mm[Hg]",
        "at": at.isoformat(),
    }


@then("each has their own measurements, once, and the hub is told which one nobody took")
def filed_rightly(example: Example) -> None:
    """Their own."""
    example.holds("R-INN-06B")
