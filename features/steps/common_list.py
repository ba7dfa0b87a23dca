"""Steps on the one medicines list (PLL) that Reseptformidleren keeps, when others change it too."""

import time
from collections.abc import Callable
from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from simulator.streams import derived_id

EXCHANGE: Final = "reseptformidleren"
DOCTOR: Final = "gp.doctor"
PLL: Final = "https://journalbenk.example/fhir/sid/pll"
NEW: Final = {"medicationCodeableConcept": {"text": "Paracetamol 500 mg"}}
HOSPITAL, FASTLEGE, ADDED = "1 tablett kveld", "2 tabletter morgen", "1 tablett ved behov"
PAUSE_S: Final = 0.05
GRACE_S: Final = 0.3


def _list(example: Example) -> dict[str, str]:
    """The resident's list at Reseptformidleren: dosage by PLL-id."""
    person = {"person": str(example.resident.person["person_number"])}
    told = example.neighbours.look(EXCHANGE, "lists", person)["medicines"]
    return {one["id"]: one["dosage"] for one in told}


def _until(example: Example, there: Callable[[dict[str, str]], bool]) -> dict[str, str]:
    until = time.monotonic() + (example.catalogue.rules["R-LEG-02E"].limit_s or 0)
    while not there(found := _list(example)) and time.monotonic() < until:
        example.wait(PAUSE_S)
    return found


def _dosed(text: str) -> dict[str, Any]:
    return {"dosage": [{"text": text}]}


@given("a resident with two medicines on the common list (PLL)")
def two_on_the_list(example: Example) -> None:
    """Both are written, and reach the list."""
    example.neighbours.forget(EXCHANGE)
    medicines = example.meet(record_MedicationStatement=2).written("MedicationStatement", phase="record")[:2]
    numbers = [derived_id("pll", example.name, number) for number in (1, 2, 3)]
    for place, medicine in enumerate(medicines):
        identifier = [{"type": {"text": "PLL"}, "system": PLL, "value": numbers[place]}]
        body = {**medicine.resource, "status": "active", "identifier": identifier}
        example.send_as(medicine, f"medicine.{place + 1}", body, actor=DOCTOR)
    example.know(numbers=numbers, medicines=[medicine.id for medicine in medicines])
    example.know(before=_until(example, lambda found: {*numbers[:2]} <= found.keys()))


@when("the hospital changes the first and adds a third, and the fastlege changes the first and the second")
def both_change(example: Example) -> None:
    """The hospital is outside the record, and first; the list is down meanwhile, so that neither knows of the other."""
    first, second, third = example.facts["numbers"]
    if not {first, second} <= example.facts["before"].keys():
        return
    person = str(example.resident.person["person_number"])
    example.neighbours.behave(EXCHANGE, down=True)
    for number, statement in ((first, _dosed(HOSPITAL)), (third, NEW | _dosed(ADDED))):
        change = {"person": person, "id": number, "statement": statement}
        example.neighbours.tell(EXCHANGE, "changes", change, method="POST")
    medicines = example.resident.written("MedicationStatement", phase="record")[:2]
    for place, (medicine, number) in enumerate(zip(medicines, (first, second), strict=True), start=1):
        identifier = [{"type": {"text": "PLL"}, "system": PLL, "value": number}]
        changes = {"status": "active", "identifier": identifier, **_dosed(FASTLEGE)}
        example.change(medicine, f"change.{place}", changes, actor=DOCTOR)
    example.neighbours.behave_well(EXCHANGE)
    wanted = {first: HOSPITAL, second: FASTLEGE, third: ADDED}
    _until(example, lambda found: found == wanted)
    example.wait(GRACE_S)
    example.know(wanted=wanted, listed=_list(example))
    example.chart("MedicationStatement", "record", actor=DOCTOR)
    example.chart("Task", "told", status="requested", actor=DOCTOR)


@then("the hospital's change stands and is told to the fastlege, and list and record have all the rest")
def one_list(example: Example) -> None:
    """Nothing overwritten, nothing lost."""
    example.holds("R-LEG-02E")
