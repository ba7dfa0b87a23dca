"""Steps on moving the past of residents from old systems into the record."""

from datetime import date
from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.study import Resident, Row, Written
from features.telling import step
from simulator.documents import read
from simulator.fhir import LongPast, transactions
from simulator.places import REFERENCES

MOST: Final = 240
"""Entries of one past at the most, so that the example stays cheap; a heavy past is a matter of load."""
PORTION: Final = 60
WHO: Final = ("first", "second")
ENTERED: Final = (
    step("gp.doctor", "diagnosis", "prescription", "lab-order"),
    step("gp.doctor", "lab-result", "vaccination"),
    step("gp.doctor", "referral", receiver="hospital"),
    step("intake.case-officer", "service-decision"),
    step("home-care.nurse", "care-plan"),
)
"""What the old system also holds, since a long past as the bench tells it has none."""


@given("two residents whose long pasts lie in an old system")
def two_pasts(example: Example) -> None:
    """Both with a critical allergy, medicines, messages and a stay in hospital."""
    past = _past(example)

    def moderate(resident: Resident) -> bool:
        told = [made.resource["resourceType"] for made in past.of(_row(resident.person))]
        return len(told) <= MOST and {"Communication", "Encounter"} <= set(told)

    for _ in WHO:
        example.meet(moderate, record_AllergyIntolerance=1, record_MedicationStatement=1)
    example.know(types=read(REFERENCES / "migration.yaml").data["types"])
    example.know(people={who: r.patient.id for who, r in zip(WHO, example.residents, strict=True)})


def _past(example: Example) -> LongPast:
    """The pasts of the study's residents, told from its seed."""
    numbers = example.study.population["kommunenummer"].unique().to_list()
    return LongPast(example.study.seed, example.study.start, {number: number for number in numbers})


def _row(person: Row) -> Row:
    born: date | str = person["birth_date"]
    return {**person, "birth_date": born if isinstance(born, str) else born.isoformat()}


@when("all of it is moved into the record, portion by portion")
def move(example: Example) -> None:
    """What both refer to goes first; then each one's entries, as the old system lists them; then all is looked at."""
    past = _past(example)
    pasts = [past.of(_row(resident.person)) for resident in example.residents]
    entries: dict[str, dict[str, Any]] = {}
    for bundle in transactions(pasts, past.registry):
        entries |= {entry["fullUrl"]: entry for entry in bundle["entry"]}
    for resident in example.residents:
        entries |= _entered(example, resident)
    waiting = list(entries.values())
    for number, start in enumerate(range(0, len(waiting), PORTION), start=1):
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": waiting[start : start + PORTION]}
        example.send("transaction", "", f"move.{number}", body=bundle)
    kinds = dict.fromkeys(kind["type"] for kind in example.facts["types"])
    for who, resident in zip(WHO, example.residents, strict=True):
        example.send("read", "Patient", f"person.{who}", target=resident.patient.id)
        for kind in kinds:
            if kind != "Patient":
                example.chart(kind, f"chart.{who}.{kind}", resident, _count=200)


def _entered(example: Example, resident: Resident) -> dict[str, dict[str, Any]]:
    """What else was entered about a resident, as entries, with what it needs."""
    told = [written.row for step_ in example.tell(*ENTERED, about=resident) for written in step_]
    rows = [row for row in example.study.needed(told) if row["verb"] == "create"]
    found = {}
    for row in rows:
        written = Written(row)
        request = {"method": "POST", "url": written.type}
        once = dict(written.interaction.headers).get("If-None-Exist")
        request |= {"ifNoneExist": once} if once else {}
        found[f"urn:uuid:{written.id}"] = {
            "fullUrl": f"urn:uuid:{written.id}",
            "resource": written.resource,
            "request": request,
        }
    return found


@then("each type of information is complete and unchanged, and nobody has got anything of the other's")
def arrived(example: Example) -> None:
    """By count, by content and by person."""
    example.holds("R-MIG-01")
