"""Steps on medicines: two prescribers at once, and a stay in hospital."""

from pytest_bdd import given, then, when

from features.example import Example
from features.study import Written
from simulator.checks.evidence import version_given

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
        match = (("If-Match", f'W/"{version_given(written[medicine.id]) or "unknown"}"'),)
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
