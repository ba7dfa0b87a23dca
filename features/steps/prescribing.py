"""Steps on the right to prescribe: a full one, a limited one, none, and one that is taken away."""

from dataclasses import replace
from typing import Any, Final

from pytest_bdd import then, when

from features.callers import Nurse, authorise, signed_in
from features.example import Example
from simulator.documents import read
from simulator.domain.codes import ATC
from simulator.places import REFERENCES
from simulator.streams import derived_id

GRACE_S: Final = 0.5
LOSES: Final = "nurse-contraceptive"
REFUSED: Final = "nurse-antibiotic"
LOOKS: Final = "doctor-antibiotic"
NONE: Final = "none"
Case = dict[str, Any]


def _cases() -> dict[str, Case]:
    found: dict[str, Case] = read(REFERENCES / "prescribing.yaml").data
    return found


@when(
    "a helsesykepleier, a midwife (jordmor) and a doctor prescribe inside and outside what HPR lets them",
    target_fixture="prescribers",
)
def prescribe(example: Example, nurse: Nurse) -> dict[str, Nurse]:
    """One by one; what is outside also together with something allowed, in one bundle."""
    cases, people = _cases(), _people(example, nurse)
    for name, case in cases.items():
        label = f"{'allowed' if case['allowed'] else 'outside'}.{name}"
        with signed_in(example, people[name].caller(example.resident)):
            example.send("create", "MedicationRequest", label, body=_order(example, case))
    with signed_in(example, people[REFUSED].caller(example.resident)):
        both = [_order(example, cases[name]) for name in (LOSES, REFUSED)]
        example.send("transaction", "", "outside.bundle", body=_bundle(both))
    return people


def _people(example: Example, nurse: Nurse) -> dict[str, Nurse]:
    """Who prescribes in each case: somebody for each profession and right, who works where the nurse does."""
    known: dict[tuple[str, str], Nurse] = {}
    for case in _cases().values():
        key = (case["profession"], case["right"])
        if key not in known:
            known[key] = replace(nurse, person=example.meet(), profession=case["profession"])
            right = "" if case["right"] == NONE else case["right"]
            authorise(example, known[key], case["profession"], right=right)
    return {name: known[case["profession"], case["right"]] for name, case in _cases().items()}


def _order(example: Example, case: Case) -> dict[str, Any]:
    code, text = case["orders"]
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"coding": [{"system": ATC, "code": code, "display": text}], "text": text},
        "subject": {"reference": f"urn:uuid:{example.resident.patient.id}"},
        "authoredOn": "2026-01-14T10:00:00+01:00",
        "dosageInstruction": [{"text": "Etter avtale"}],
    }


def _bundle(orders: list[dict[str, Any]]) -> dict[str, Any]:
    named = [(derived_id("order", order["subject"]["reference"], n), order) for n, order in enumerate(orders)]
    entries = [
        {"fullUrl": f"urn:uuid:{name}", "resource": order, "request": {"method": "POST", "url": "MedicationRequest"}}
        for name, order in named
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


@when("the helsesykepleier's right to prescribe is taken away")
def taken_away(example: Example, prescribers: dict[str, Nurse]) -> None:
    """What was allowed before is tried again, and the doctor looks at what there is."""
    loser = prescribers[LOSES]
    authorise(example, loser, loser.profession, right="")
    example.wait((example.catalogue.rules["R-LEG-07"].limit_s or 0) + GRACE_S)
    with signed_in(example, loser.caller(example.resident)):
        example.send("create", "MedicationRequest", "lost", body=_order(example, _cases()[LOSES]))
    with signed_in(example, prescribers[LOOKS].caller(example.resident)):
        example.chart("MedicationRequest", "orders")


@then("what HPR lets each prescribe stands in the record, and nothing else")
def rights_hold(example: Example) -> None:
    """Allowed stands, refused is nowhere."""
    example.holds("R-LEG-07")
