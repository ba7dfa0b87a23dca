"""Steps on the child health programme: checks, growth and vaccines."""

from datetime import date, timedelta
from typing import Final

from pytest_bdd import given, then, when

from features.example import Example
from features.telling import step
from simulator.fhir import vaccines

MONTH: Final = 30.4375
GROWTH: Final = "http://loinc.org|29463-7,http://loinc.org|8302-2"


@given("a child who has been to all checks at the child health centre (helsestasjon) but the last")
def been_to_checks(example: Example) -> None:
    """Dated by the child's own age; at each check weight, height and the vaccine then due."""
    child = example.meet(record_Patient=1, where="age BETWEEN 1 AND 5")
    example.seed([child.patient])
    last = max(event["at"] for event in child.events)
    born: date = child.person["birth_date"]
    age = (last.date() - born).days
    due = [vaccine for vaccine in vaccines() if vaccine.months * MONTH < age - 1]
    steps = [
        step(
            *("child-health.nurse", "child-check", "growth", "vaccination"),
            later=timedelta(days=int(vaccine.months * MONTH) + 1 - age),
        )
        for vaccine in due[:-1]
    ]
    told = [w for written in example.tell(*steps) for w in written]
    example.know(
        growth=[w.id for w in told if "referenceRange" in w.resource],
        given=[w.id for w in told if w.type == "Immunization"],
        due=[[vaccine.code, vaccine.dose] for vaccine in due],
        overdue=[[due[-1].code, due[-1].dose]],
    )


@when("the checks are recorded")
def record_checks(example: Example) -> None:
    """Latest first, so that order is not had for nothing."""
    example.record("check", example.told[::-1])


@when("the public-health nurse opens the growth curve and the list of vaccines")
def open_curve(example: Example) -> None:
    """Weight and height, oldest first; and all vaccines."""
    example.chart("Observation", "curve", code=GROWTH, _sort="date", actor="child-health.nurse")
    example.chart("Immunization", "vaccines", actor="child-health.nurse")


@then("growth can be read against other children's, and the vaccine left out is seen to be overdue")
def programme_followed(example: Example) -> None:
    """Z-scores and what is due."""
    example.holds("R-JRN-07")
