"""Steps on e-prescriptions: sent although the exchange is down, recalled, renewed, handed out."""

import time
from collections.abc import Callable
from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.telling import step
from simulator.domain.codes import ATC

EXCHANGE: Final = "reseptformidleren"
DOCTOR: Final = "gp.doctor"
REASONS: Final = ("K86", "P76", "T90")
PAUSE_S: Final = 0.05
DOWN_S: Final = 0.4
GRACE_S: Final = 1.5
"""How long to look for what should not come."""
NEW_DOSAGE: Final = "1 tablett morgen og kveld"


@given("a resident whom the fastlege (GP) gives three medicines")
def three_medicines(example: Example) -> None:
    """Three orders, not yet written."""
    example.neighbours.forget(EXCHANGE)
    example.meet(record_Patient=1)
    steps = example.tell(*(step(DOCTOR, "prescription", reason=reason) for reason in REASONS))
    orders = [written for (written,) in steps]
    example.seed(orders, leaving_out=orders)
    example.know(orders=[{"atc": _atc(o.resource), "dosage": _dosage(o.resource)} for o in orders])


def _atc(order: dict[str, Any]) -> str:
    codings = order["medicationCodeableConcept"]["coding"]
    return next(str(coding["code"]) for coding in codings if coding["system"] == ATC)


def _dosage(order: dict[str, Any]) -> str:
    return str(order["dosageInstruction"][0]["text"])


def _prescribe(example: Example, number: int) -> None:
    example.write(example.told[number - 1][0], f"order.{number}", actor=DOCTOR)


def _held(example: Example) -> list[dict[str, Any]]:
    """The resident's prescriptions at Reseptformidleren, as they stand."""
    person = str(example.resident.person["person_number"])
    told = example.neighbours.look(EXCHANGE, "prescriptions", {"person": person})
    return list(told["prescriptions"])


def _until(example: Example, there: Callable[[list[dict[str, Any]]], bool], limit_s: float) -> list[dict[str, Any]]:
    """The prescriptions once there is what should be, or when the time is over."""
    until = time.monotonic() + limit_s
    while not there(found := _held(example)) and time.monotonic() < until:
        example.wait(PAUSE_S)
    return found


def _limit(example: Example, rule: str = "R-LEG-02A") -> float:
    return example.catalogue.rules[rule].limit_s or 0


def _all_prescribed(example: Example) -> list[dict[str, Any]]:
    for number in range(1, len(REASONS) + 1):
        _prescribe(example, number)
    found = _until(example, lambda held: len(held) >= len(REASONS), _limit(example))
    example.know(before=found)
    return found


def _of(example: Example, number: int, held: list[dict[str, Any]]) -> str:
    """The identifier of the prescription that an order became; empty when it became none."""
    atc = example.facts["orders"][number - 1]["atc"]
    return next((str(one["id"]) for one in held if one["atc"] == atc), "")


@when("the fastlege prescribes one, another while Reseptformidleren is down, and a third whose receipt is lost")
def prescribe_in_trouble(example: Example) -> None:
    """One by one, each until it has arrived or the time is over."""
    limit = _limit(example)
    _prescribe(example, 1)
    if not _until(example, lambda held: len(held) == 1, limit):
        example.know(held=[])
        return
    example.neighbours.behave(EXCHANGE, down=True)
    _prescribe(example, 2)
    example.wait(DOWN_S)
    example.neighbours.behave_well(EXCHANGE)
    _until(example, lambda held: len(held) == 2, limit)
    example.neighbours.behave(EXCHANGE, wrong=True)
    _prescribe(example, 3)
    _until(example, lambda held: len(held) == len(REASONS), limit)
    example.neighbours.behave_well(EXCHANGE)
    example.wait(GRACE_S)
    example.know(held=_held(example))


@then("Reseptformidleren holds each of them once, as it was prescribed")
def arrived_once(example: Example) -> None:
    """Nothing lost, nothing twice."""
    example.holds("R-LEG-02A")


@when("the fastlege stops the first and renews the second")
def stop_and_renew(example: Example) -> None:
    """The renewal names what it renews."""
    before = _all_prescribed(example)
    if len(before) < len(REASONS):
        return
    (first,), (second,), _ = example.told
    example.change(first, "stop", {"status": "stopped"}, actor=DOCTOR)
    renewal = {
        **second.resource,
        "priorPrescription": {"reference": f"urn:uuid:{second.id}"},
        "dosageInstruction": [{"text": NEW_DOSAGE}],
    }
    example.send("create", "MedicationRequest", "renewal", body=renewal, actor=DOCTOR)
    stopped, renewed = _of(example, 1, before), _of(example, 2, before)
    example.know(stopped=stopped, renewed=renewed, new_dosage=NEW_DOSAGE)

    def done(held: list[dict[str, Any]]) -> bool:
        ended = {one["id"] for one in held if one["status"] == "cancelled"}
        return {stopped, renewed} <= ended and len(held) > len(REASONS)

    _until(example, done, _limit(example))
    example.know(held=_held(example))


@then("the pharmacy can hand out the new one and the third")
def recalled(example: Example) -> None:
    """And nothing else."""
    example.holds("R-LEG-02B")


@when("the fastlege stops the first while the pharmacy is handing it out")
def stop_too_late(example: Example) -> None:
    """The pharmacy has it on the counter; the second is stopped as well, in time."""
    before = _all_prescribed(example)
    if len(before) < len(REASONS):
        return
    prescription = _of(example, 1, before)
    if prescription:
        example.neighbours.tell(EXCHANGE, "reservations", {"prescription": prescription}, method="POST")
    (first,), (second,), _ = example.told
    example.change(first, "stop", {"status": "stopped"}, actor=DOCTOR)
    example.change(second, "stop-in-time", {"status": "stopped"}, actor=DOCTOR)
    example.know(late=[first.id], in_time=[second.id])
    until = time.monotonic() + _limit(example, "R-LEG-02C")
    while time.monotonic() < until:
        if any(_entries(page.resource()) for page in example.chart("Task", "tasks", status="requested", actor=DOCTOR)):
            break
        example.wait(PAUSE_S)
    example.wait(DOWN_S)
    example.chart("Task", "told", status="requested", actor=DOCTOR)
    example.know(held=_held(example))


def _entries(bundle: dict[str, Any] | None) -> list[Any]:
    return list((bundle or {}).get("entry") or [])


@then("the fastlege is told that it was not recalled")
def told_of_refusal(example: Example) -> None:
    """On a list, about that order."""
    example.holds("R-LEG-02C")


@when("the pharmacy hands out a part of the first and all of the second, and each report comes twice")
def hand_out(example: Example) -> None:
    """The reports are sent by Reseptformidleren of its own accord."""
    before = _all_prescribed(example)
    if len(before) < len(REASONS):
        return
    example.neighbours.behave(EXCHANGE, duplicate=True)
    for number, last in ((1, False), (2, True)):
        prescription = _of(example, number, before)
        if prescription:
            body = {"prescription": prescription, "last": last}
            example.neighbours.tell(EXCHANGE, "dispenses", body, method="POST")
    example.neighbours.behave_well(EXCHANGE)
    orders = [written for (written,) in example.told]
    example.know(part=[orders[0].id], whole=[orders[1].id], untouched=[orders[2].id])
    until = time.monotonic() + _limit(example, "R-LEG-02D")
    while (found := example.send("read", "MedicationRequest", "look", target=orders[1].id)) and (
        (found.resource() or {}).get("status") != "completed" and time.monotonic() < until
    ):
        example.wait(PAUSE_S)
    example.chart("MedicationDispense", "dispenses", actor=DOCTOR)
    example.chart("MedicationRequest", "orders", actor=DOCTOR)


@then("each is in the record once, and only the second has nothing left to hand out")
def dispensing_shows(example: Example) -> None:
    """Once each."""
    example.holds("R-LEG-02D")
