"""Steps on what residents decide: blocking, and parents by the child's age."""

from datetime import date
from typing import Any, Final

from pytest_bdd import given, then, when

from features.callers import Nurse, citizen, signed_in
from features.consents import blocking
from features.example import Example
from features.steps.access import REASON, look, read_log
from features.study import Resident
from simulator.domain.codes import FAMILY_RELATION, FNR, HL7_TERMINOLOGY, RELATIVES

AGES: Final = (8, 14, 17)
ABSENT: Final = "00000000-0000-4000-8000-00000000000a"


@when("the resident blocks a diagnosis for the nurse, who then looks for it in every way")
def block(example: Example, nurse: Nurse) -> None:
    """Seen before, blocked on Helsenorge, looked for, and found again only by breaking the glass."""
    patient, blocked = example.resident.patient, example.resident.written("Condition", phase="record")[0]
    example.know(blocked=[blocked.id], reason=REASON["reason"])
    known = example.send("create", "Practitioner", "seed", body=nurse.resource())
    practitioner = example.session.reference(known.interaction) or f"urn:uuid:{known.interaction}"
    code = blocked.resource["code"]["coding"][0]
    coded = f"{code['system']}|{code['code']}"
    with signed_in(example, nurse.caller(example.resident)):
        example.chart("Condition", "before")
    consent = _consent(patient.id, blocked.id, practitioner)
    with signed_in(example, citizen(example.resident)):
        example.send("create", "Consent", "consent", body=consent)
    with signed_in(example, nurse.caller(example.resident)):
        look(example, "look")
        example.search(
            "Patient",
            "look.has",
            **{"_id": example.id_of(example.resident), "_has:Condition:patient:code": code["code"]},
        )
        example.chart("Condition", "count", code=coded, _summary="count")
        example.send("read", "Condition", "blocked-read", target=blocked.id)
        example.send("read", "Condition", "absent-read", target=f"Condition/{ABSENT}")
    with signed_in(example, nurse.caller(example.resident, "BTG", **REASON)):
        example.chart("Condition", "glass")
    read_log(example, str(REASON["reason"]))


def _consent(patient: str, entry: str, practitioner: str) -> dict[str, Any]:
    """The resident's decision that one person shall not see one entry."""
    role = {"coding": [{"system": f"{HL7_TERMINOLOGY}v3-ParticipationType", "code": "PRCP"}]}
    return blocking(
        patient,
        actor=[{"role": role, "reference": {"reference": practitioner}}],
        data=[{"meaning": "instance", "reference": {"reference": f"urn:uuid:{entry}"}}],
    )


@then("it is as if the diagnosis never was, until the glass is broken")
def hidden(example: Example) -> None:
    """In no answer, no count and no refusal."""
    example.holds("R-INN-02")


@given("a parent with children of eight, fourteen and seventeen years")
def family(example: Example) -> None:
    """The parent, and three residents whom Folkeregisteret knows as the children, born on the right day."""
    parent = example.meet(lambda found: bool(found.patient.resource.get("address")))
    example.seed([parent.patient])
    home = parent.patient.resource["address"]
    entries: dict[str, list[str]] = {}
    for age in AGES:
        child = example.meet(record_Condition=1)
        example.seed(child.written("Condition", phase="record"))
        example.change(child.patient, f"born.{age}", {"birthDate": born(age), "address": home})
        example.send("create", "RelatedPerson", f"related.{age}", body=parental(parent, child))
        entries[str(age)] = [w.id for w in child.written("Condition", phase="record")]
    example.know(children=entries)


def parental(parent: Resident, child: Resident) -> dict[str, Any]:
    """The parent, as Folkeregisteret's parental responsibility makes somebody a RelatedPerson of the child."""
    code, name = RELATIVES["mother"]
    return {
        "resourceType": "RelatedPerson",
        "active": True,
        "identifier": [{"system": FNR, "value": parent.person["person_number"]}],
        "patient": {"reference": f"urn:uuid:{child.patient.id}"},
        "relationship": [{"coding": [{"system": FAMILY_RELATION, "code": code, "display": name}]}],
    }


def born(age: int) -> str:
    """A birth date half a year further back than the birthday, or a little more."""
    today = date.today()  # noqa: DTZ011  half a year is far from any birthday
    return date(today.year - age - (today.month < 7), 1 if today.month >= 7 else 7, 1).isoformat()


@when("the parent opens the children's records on Helsenorge")
def parent_looks(example: Example) -> None:
    """Each child, and the diagnoses."""
    parent, *children = example.residents
    with signed_in(example, citizen(parent)):
        example.send("read", "Patient", "own", target=parent.patient.id)
        for age, child in zip(AGES, children, strict=True):
            example.send("read", "Patient", f"child.{age}", target=child.patient.id)
            example.chart("Condition", f"diagnoses.{age}", child)


@then("age decides what the parent sees")
def age_decides(example: Example) -> None:
    """All, some, none."""
    example.holds("R-INN-03")
