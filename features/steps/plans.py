"""Steps on a plan that several bodies share."""

from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.study import Written
from features.versions import building_on
from simulator.domain.exchange import Exchange

ROUNDS: Final = 3
WRITERS: Final = {"gp.doctor": "Kontroll hos fastlege", "home-care.nurse": "Såstell", "citizen": "Gå tur hver dag"}


def _plan(example: Example, number: int) -> Written:
    return example.residents[number - 1].written("CarePlan", phase="record")[0]


@given("residents with a plan that fastlege, home care and the resident share")
def shared_plans(example: Example) -> None:
    """Several, since a race is not lost every time."""
    for number in range(1, ROUNDS + 1):
        example.meet(record_CarePlan=1)
        example.write(_plan(example, number), f"write.{number}")


@when("all three add a measure at the same moment, and whoever is refused tries again")
def add_measures(example: Example) -> None:
    """All build on the version they have read; those refused read again and add theirs to what stands."""
    written = {e.interaction: e for e in example.exchanges}
    for number in range(1, ROUNDS + 1):
        plan = _plan(example, number)
        match = building_on(written[plan.id])
        edits = [
            example.interaction("update", plan.type, target=plan.id, headers=match, body=_with(plan.resource, measure))
            for measure in WRITERS.values()
        ]
        answers = example.together(edits, f"edit.{number}")
        for measure, answer in zip(WRITERS.values(), answers, strict=True):
            if answer.outcome == "refused":
                _again(example, plan, measure, number)
        example.send("read", plan.type, f"final.{number}", target=plan.id)


def _again(example: Example, plan: Written, measure: str, number: int) -> None:
    read: Exchange = example.send("read", plan.type, f"read-again.{number}", target=plan.id)
    current = read.resource() or plan.resource
    example.send(
        "update",
        plan.type,
        f"again.{number}",
        target=plan.id,
        body=_with(current, measure),
        headers=building_on(read),
    )


def _with(plan: dict[str, Any], measure: str) -> dict[str, Any]:
    added = {"detail": {"status": "scheduled", "description": measure}}
    return {**plan, "activity": [*plan.get("activity", []), added]}


@then("one was taken each time, the others were told, and in the end all measures are in the plan")
def plan_whole(example: Example) -> None:
    """Nobody's measure lost."""
    example.holds("R-SAM-11")
