"""Steps on what other journals know: told to them by the bench, looked at through the candidate, sometimes missing."""

from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.study import Resident
from simulator.streams import derived_id

GP: Final = "fastlege"
HOSPITAL: Final = "sykehus"
REGION: Final = "helseplattformen"
CONTENT: Final = ("Condition", "MedicationStatement")


def _known_by(example: Example, name: str, resident: Resident, first: int) -> list[list[str]]:
    """What another journal is told of a resident: a diagnosis and a medicine of the study; type and code of each."""
    person = f"Patient/{_tell(example, name, resident.patient.resource, resident.patient.id)}"
    rows = []
    for kind in CONTENT:
        written = resident.written(kind, phase="record")[first]
        body = {**written.resource, "subject": {"reference": person}}
        kept = {key: value for key, value in body.items() if key in ALLOWED[kind]}
        _tell(example, name, kept, written.id)
        concept = kept.get("code") or kept["medicationCodeableConcept"]
        rows.append([kind, concept["coding"][0]["code"]])
    return rows


# What another journal gives: nothing that refers to people and places of the common one.
ALLOWED: Final = {
    "Condition": ("resourceType", "clinicalStatus", "verificationStatus", "code", "subject", "recordedDate"),
    "MedicationStatement": ("resourceType", "status", "medicationCodeableConcept", "subject", "effectivePeriod"),
}


def _tell(example: Example, name: str, resource: dict[str, Any], key: str) -> str:
    """Puts a resource into another journal, under an id of its own there."""
    identity = derived_id("elsewhere", name, key)
    body = {key: value for key, value in resource.items() if key not in ("meta", "generalPractitioner")}
    example.neighbours.tell(name, f"{resource['resourceType']}/{identity}", body)
    return identity


def _begin(example: Example, *names: str) -> None:
    """A resident in the record, of whom some others know; and somebody else whom they know too."""
    resident = example.meet(record_Condition=len(names), record_MedicationStatement=len(names))
    stranger = example.meet(record_Condition=1, record_MedicationStatement=1)
    example.seed([resident.patient])
    theirs = {name: _known_by(example, name, resident, number) for number, name in enumerate(names)}
    for name in names:
        _known_by(example, name, stranger, 0)
    example.know(theirs=theirs, patient=example.session.reference(resident.patient.id), looks={})


def _look(example: Example, label: str, *answers: str, actor: str) -> None:
    """Asks the candidate what others know, while these of them answer."""
    url = f"{example.session.running.base_url}/{example.facts['patient']}/$elsewhere"
    example.keep(example.session.follow(url, label=label, actor=actor))
    example.know(looks={**example.facts["looks"], label: {"answers": list(answers)}})


@given("a resident about whom the fastlege's own system knows a diagnosis and a medicine")
def known_by_gp(example: Example) -> None:
    """One other journal."""
    _begin(example, GP)


@when("a nurse looks at what others know, also while that system is down and while it tells of somebody else")
def nurse_looks(example: Example) -> None:
    """Four looks: well, down, about somebody else, and repeating itself."""
    _look(example, "well", GP, actor="home-care.nurse")
    example.neighbours.behave(GP, down=True)
    _look(example, "down", actor="home-care.nurse")
    example.neighbours.behave(GP, wrong=True)
    _look(example, "wrong", actor="home-care.nurse")
    example.neighbours.behave(GP, duplicate=True, out_of_order=True)
    _look(example, "repeating", GP, actor="home-care.nurse")


@then("the nurse sees what the fastlege knows and where it comes from, and is told when it is missing")
def nurse_sees(example: Example) -> None:
    """With its source, and its absence."""
    example.holds("R-SAM-12B")


@given("a resident about whom a hospital and Helseplattformen know a diagnosis and a medicine each")
def known_by_two(example: Example) -> None:
    """Two other journals."""
    _begin(example, HOSPITAL, REGION)


@when("a doctor looks at what others know, also while the hospital is down")
def doctor_looks(example: Example) -> None:
    """Two looks: both are there, and one is."""
    _look(example, "well", HOSPITAL, REGION, actor="gp.doctor")
    example.neighbours.behave(HOSPITAL, down=True)
    _look(example, "down", REGION, actor="gp.doctor")


@then("the doctor sees what each of them knows, and is told whose part is missing")
def doctor_sees(example: Example) -> None:
    """Each with its source, and the gap."""
    example.holds("R-SAM-13B")
