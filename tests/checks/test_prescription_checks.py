"""Checks of e-prescriptions, each given histories that keep its rule and histories that break it."""

from typing import Any

import pytest

Json = dict[str, Any]
ORDERS = [{"atc": atc, "dosage": "5 mg"} for atc in ("A", "B", "C")]


def held(*more: Json, **changes: Json) -> list[Json]:
    """A prescription for each order, some otherwise than they should be, and further ones."""
    one = {"dosage": "5 mg", "status": "active"}
    return [one | {"id": o["atc"], "atc": o["atc"]} | changes.get(o["atc"], {}) for o in ORDERS] + list(more)


def written(story: Any, **facts: Any) -> Any:
    """Three orders taken in."""
    for number, atc in enumerate("ABC", start=1):
        story.write(f"order.{number}", {"resourceType": "MedicationRequest"}, atc)
    return story.fact(orders=ORDERS, before=held(), **facts)


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (held(), "pass"),
        (held()[:2], "fail"),
        (held({"id": "A2", "atc": "A", "dosage": "5 mg", "status": "active"}), "fail"),
        (held({"id": "D", "atc": "D", "dosage": "5 mg", "status": "active"}), "fail"),
        (held(B={"dosage": "50 mg"}), "fail"),
        (held(C={"status": "cancelled"}), "fail"),
        ([], "fail"),
    ],
)
def test_each_order_is_one_prescription(story: Any, found: list[Json], outcome: str) -> None:
    """Lost, doubled, strange, changed or recalled ones break the rule."""
    assert written(story, held=found).judged("prescriptions_arrive_once").outcome == outcome


RENEWED = {"id": "B2", "atc": "B", "dosage": "10 mg", "status": "active"}
GONE = {"status": "cancelled"}


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (held(RENEWED, A=GONE, B=GONE), "pass"),
        (held(RENEWED, B=GONE), "fail"),
        (held(RENEWED, A=GONE), "fail"),
        (held(A=GONE, B=GONE), "fail"),
        (held(RENEWED, A=GONE, B=GONE, C=GONE), "fail"),
    ],
)
def test_only_what_is_valid_can_be_handed_out(story: Any, found: list[Json], outcome: str) -> None:
    """Stopped and renewed ones are gone, the renewal and the rest are there."""
    told = written(story, held=found, stopped="A", renewed="B", new_dosage="10 mg")
    told.update("stop", {"resourceType": "MedicationRequest", "id": "A"})
    told.write("renewal", {"resourceType": "MedicationRequest"}, "B2")
    assert told.judged("recalled_is_not_handed_out").outcome == outcome


def task(about: str) -> Json:
    """A task about an order."""
    return {"resourceType": "Task", "id": about, "focus": {"reference": f"MedicationRequest/{about}"}}


@pytest.mark.parametrize(("tasks", "outcome"), [([task("A")], "pass"), ([], "fail"), ([task("A"), task("B")], "fail")])
def test_the_refused_recall_alone_is_told(story: Any, tasks: list[Json], outcome: str) -> None:
    """A task about the one that was refused, and none about the other."""
    told = written(story, late=["i-MedicationRequest-A"], in_time=["i-MedicationRequest-B"])
    for label, number in (("stop", "A"), ("stop-in-time", "B")):
        told.update(label, {"resourceType": "MedicationRequest", "id": number})
    assert told.search("told", *tasks).judged("refused_recall_is_told").outcome == outcome


def dispense(number: str, order: str) -> Json:
    """A dispense on an order."""
    ordered = [{"reference": f"MedicationRequest/{order}"}]
    return {"resourceType": "MedicationDispense", "id": number, "authorizingPrescription": ordered}


@pytest.mark.parametrize(
    ("dispenses", "statuses", "outcome"),
    [
        ([dispense("1", "A"), dispense("2", "B")], "active completed active", "pass"),
        ([dispense("1", "A"), dispense("2", "B"), dispense("3", "B")], "active completed active", "fail"),
        ([dispense("1", "A")], "active completed active", "fail"),
        ([dispense("1", "A"), dispense("2", "B")], "active active active", "fail"),
        ([dispense("1", "A"), dispense("2", "B")], "completed completed active", "fail"),
        ([dispense("1", "A"), dispense("2", "B"), dispense("3", "C")], "active completed active", "fail"),
    ],
)
def test_dispensing_is_seen_once(story: Any, dispenses: list[Json], statuses: str, outcome: str) -> None:
    """Once each, with its order, which is completed when nothing is left."""
    names = {"part": ["i-MedicationRequest-A"], "whole": ["i-MedicationRequest-B"]}
    told = written(story, **names, untouched=["i-MedicationRequest-C"]).search("dispenses", *dispenses)
    orders = [
        {"resourceType": "MedicationRequest", "id": number, "status": status}
        for number, status in zip("ABC", statuses.split(), strict=True)
    ]
    assert told.search("orders", *orders).judged("dispensing_is_seen").outcome == outcome


@pytest.mark.parametrize("check", ["recalled_is_not_handed_out", "refused_recall_is_told", "dispensing_is_seen"])
def test_without_prescriptions_nothing_is_said(story: Any, check: str) -> None:
    """What never arrived can be neither recalled nor handed out."""
    assert written(story).fact(before=[]).judged(check).outcome == "inconclusive"


def on_the_list(story: Any, listed: Json, record: list[str], told: list[str]) -> Any:
    """Two medicines written and changed; the list, the PLL-ids in the record, and what there are tasks about."""
    for number, name in enumerate("ab", start=1):
        story.write(f"medicine.{number}", {"resourceType": "MedicationStatement"}, name)
        story.update(f"change.{number}", {"resourceType": "MedicationStatement", "id": name})
    names = ["i-MedicationStatement-a", "i-MedicationStatement-b"]
    story.fact(numbers=["1", "2", "3"], before={"1": "x", "2": "x"}, medicines=names, listed=listed)
    story.fact(wanted={"1": "hospital", "2": "fastlege", "3": "added"})
    kept = [{"resourceType": "MedicationStatement", "id": f"r{n}", "identifier": [{"value": n}]} for n in record]
    focus = [{"reference": f"MedicationStatement/{name}"} for name in told]
    tasks = [{"resourceType": "Task", "id": f"t{n}", "focus": one} for n, one in enumerate(focus)]
    return story.search("record", *kept).search("told", *tasks)


ONE = {"1": "hospital", "2": "fastlege", "3": "added"}


@pytest.mark.parametrize(
    ("listed", "record", "told", "outcome"),
    [
        (ONE, ["1", "2", "3"], ["a"], "pass"),
        ({**ONE, "1": "fastlege"}, ["1", "2", "3"], ["a"], "fail"),
        ({**ONE, "2": "x"}, ["1", "2", "3"], ["a"], "fail"),
        ({"1": "hospital", "2": "fastlege"}, ["1", "2", "3"], ["a"], "fail"),
        (ONE, ["1", "2"], ["a"], "fail"),
        (ONE, ["1", "2", "3", "3"], ["a"], "fail"),
        (ONE, ["1", "2", "3"], [], "fail"),
        (ONE, ["1", "2", "3"], ["a", "b"], "fail"),
    ],
)
def test_one_list_for_everybody(story: Any, listed: Json, record: list[str], told: list[str], outcome: str) -> None:
    """Overwritten, unsent, lost, missed, doubled, untold or told too much: the rule is broken."""
    assert on_the_list(story, listed, record, told).judged("one_list_for_everybody").outcome == outcome


def test_a_list_that_nothing_reaches(story: Any) -> None:
    """What is written and never comes on the list breaks the rule as well."""
    told = on_the_list(story, ONE, ["1", "2", "3"], ["a"]).fact(before={})
    assert told.judged("one_list_for_everybody").outcome == "fail"
