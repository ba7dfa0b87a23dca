"""Steps on medicines: two prescribers at once, and a stay in hospital."""

from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.study import Written
from features.versions import building_on
from simulator.documents import read
from simulator.domain.exchange import Exchange
from simulator.places import REFERENCES
from simulator.streams import derived_id

ATC: Final = "http://www.whocc.no/atc"
ORDER_SIGN: Final = "order-sign"
REASON: Final = "INR hver uke"
ROUNDS = 3
DOSES = ("2 tabletter morgen", "1 tablett morgen og kveld")


def _medicines(example: Example) -> list[Written]:
    return example.resident.written("MedicationStatement", phase="record")


@given("a resident with medicines that two prescribers are about to change")
def medicines_to_change(example: Example) -> None:
    """Somebody with medicines, which are written."""
    example.meet(record_MedicationStatement=ROUNDS)
    for number, medicine in enumerate(_medicines(example)[:ROUNDS], start=1):
        example.write(medicine, f"write.{number}")


@when("both prescribers change the dose of a medicine at the same moment, again and again")
def change_at_once(example: Example) -> None:
    """Both build on the version they have read; once for each medicine, since a race is not lost every time."""
    written = {e.interaction: e for e in example.exchanges}
    for number, medicine in enumerate(_medicines(example)[:ROUNDS], start=1):
        match = building_on(written[medicine.id])
        doses = ({**medicine.resource, "dosage": [{"text": dose}]} for dose in DOSES)
        changes = [
            example.interaction("update", medicine.type, target=medicine.id, headers=match, body=dose) for dose in doses
        ]
        example.together(changes, f"prescriber.{number}", actor="gp.doctor")
        example.send("read", medicine.type, f"current.{number}", target=medicine.id)


@then("each time one change stands and the other prescriber is told")
def one_stands(example: Example) -> None:
    """One winner, and the loser knows."""
    example.holds("R-LEG-01")


@given("a resident with several medicines who is in hospital")
def several_medicines(example: Example) -> None:
    """Somebody with at least three medicines, one of which is yet to be prescribed."""
    example.meet(record_MedicationStatement=3)
    *known, new = _medicines(example)
    example.seed(known)
    stopped, *kept = known
    example.know(stopped=[stopped.id], kept=[k.id for k in kept], added=[new.id])


@when("the hospital stops one medicine and adds another")
def stop_and_add(example: Example) -> None:
    """One is set to stopped, one comes new."""
    stopped, *_, new = _medicines(example)
    example.change(stopped, "stop", {"status": "stopped"}, actor="hospital.doctor")
    example.write(new, "add", actor="hospital.doctor")


@when("home care goes through the list at the discharge")
def go_through(example: Example) -> None:
    """What is active, and the whole list."""
    example.chart("MedicationStatement", "active", status="active", actor="home-care.nurse")
    example.chart("MedicationStatement", "whole", actor="home-care.nurse")


@then("the list shows what was stopped and what was added, and nothing else")
def differences_show(example: Example) -> None:
    """Each difference, and no other."""
    example.holds("R-LEG-03")


@given("residents who use medicines that some others do not go together with")
def on_medicines(example: Example) -> None:
    """One resident for each pair and control of the list, with the medicine in use."""
    pairs: dict[str, Any] = read(REFERENCES / "warnings.yaml").data
    for name, pair in pairs.items():
        resident = example.meet(record_MedicationStatement=1)
        used = resident.written("MedicationStatement", phase="record")[0]
        code, text = pair["uses"]
        body = {**used.resource, "status": "active", "medicationCodeableConcept": _medicine(code, text)}
        example.send_as(used, f"use.{name}", body)
    example.know(warned={name: pair["warns"] for name, pair in pairs.items()})
    example.know(patients={name: r.patient.id for name, r in zip(pairs, example.residents, strict=True)}, reason=REASON)


def _medicine(code: str, text: str) -> dict[str, Any]:
    return {"coding": [{"system": ATC, "code": code, "display": text}], "text": text}


@when("the fastlege is about to sign another medicine for each, and overrides one warning with a reason")
def about_to_sign(example: Example) -> None:
    """The service is the one the candidate says it has for the moment of signing."""
    base = example.session.running.base_url
    service = _service(example.keep(example.session.follow(f"{base}/cds-services", label="services")))
    if not service:
        return
    pairs: dict[str, Any] = read(REFERENCES / "warnings.yaml").data
    for name, pair in pairs.items():
        patient = (example.session.reference(example.facts["patients"][name]) or "Patient/").partition("/")[2]
        order: dict[str, Any] = {"resourceType": "MedicationRequest", "status": "draft", "intent": "order"}
        order["subject"] = {"reference": f"Patient/{patient}"}
        order["medicationCodeableConcept"] = _medicine(*pair["orders"])
        drafts = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]}
        context = {"patientId": patient, "draftOrders": drafts}
        asked = {"hook": ORDER_SIGN, "hookInstance": derived_id("hook", example.name, name), "context": context}
        answer = example.send("create", f"cds-services/{service}", f"sign.{name}", body=asked, actor="gp.doctor")
        cards = (answer.resource() or {}).get("cards")
        if pair["warns"] and cards and "overridden" not in example.facts:
            _override(example, f"cds-services/{service}/feedback", name, cards[0])


def _service(discovered: Exchange) -> str:
    listed = (discovered.resource() or {}).get("services")
    known = [s for s in listed if isinstance(s, dict)] if isinstance(listed, list) else []
    return next((str(s.get("id")) for s in known if s.get("hook") == ORDER_SIGN), "")


def _override(example: Example, path: str, name: str, card: dict[str, Any]) -> None:
    reasons = card.get("overrideReasons") or [{}]
    told: dict[str, Any] = {"card": card.get("uuid"), "outcome": "overridden"}
    told["overrideReason"] = {"reason": reasons[0], "userComment": REASON}
    example.know(overridden=name)
    example.send("create", path, "override", body={"feedback": [told]}, actor="gp.doctor")
    resident = example.residents[list(example.facts["patients"]).index(name)]
    example.chart("DetectedIssue", "issues", resident, actor="gp.doctor")


@then("each pair that does not go together is warned of, no other is, and the reason is kept")
def warned(example: Example) -> None:
    """Warned where there is something to warn of."""
    example.holds("R-LEG-08")
