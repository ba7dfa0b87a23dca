"""Steps on Helsenorge: applying and being told, and seeing the own record and who has looked at it."""

from typing import Any, Final

import orjson
from pytest_bdd import given, then, when

from features.callers import Nurse, name_of, signed_in
from features.example import Example
from features.steps.register import until
from features.study import Resident, Written
from features.telling import step
from simulator.checks.evidence import mentions
from simulator.domain.subscriptions import TOPIC
from simulator.streams import derived_id

HELSENORGE: Final = "helsenorge"
CASE: Final = "referral-state"
ATTEMPTS: Final = 10
PAUSE_S: Final = 0.3
Json = dict[str, Any]


def _citizen(resident: Resident) -> Json:
    return {"pid": resident.person["person_number"], "name": name_of(resident)}


def _look(example: Example, resident: Resident, kind: str, **criteria: str) -> Json:
    """What Helsenorge shows somebody of a type."""
    asked = {"citizen": _citizen(resident), "kind": kind, "criteria": criteria}
    found: Json = example.neighbours.tell(HELSENORGE, "oppslag", asked, method="POST")
    return found


@given("a resident who applies for home care through Helsenorge, which wants to be told of the case")
def wants_to_apply(example: Example) -> None:
    """The application as the study's own would be, and Helsenorge's wish to be told."""
    example.meet(record_Patient=1)
    example.tell(
        step("citizen", "service-request", staff=-1, channel="electronic"),
        step("intake.case-officer", "service-decision"),
    )
    application = _application(example)
    example.seed([application], leaving_out=[application])
    patient = example.session.reference(example.resident.patient.id)
    example.neighbours.forget(HELSENORGE)
    watched = example.neighbours.tell(
        HELSENORGE, "abonnement", {"patient": patient, "topic": TOPIC + CASE}, method="POST"
    )
    example.know(patient=patient, watched=watched)
    until(lambda: bool(_notices(example)), _limit(example))


def _application(example: Example) -> Written:
    return next(w for written in example.told for w in written if w.type == "ServiceRequest")


def _limit(example: Example) -> float:
    return example.catalogue.rules["R-INN-04C"].limit_s or 0


def _notices(example: Example) -> list[Json]:
    """What Helsenorge was told, the handshake first."""
    return [entry for entry in example.neighbours.received(HELSENORGE) if entry["direction"] == "in"]


@when("Helsenorge sends the application twice and the case officer decides")
def applies(example: Example) -> None:
    """Twice the same application; then it is decided, and Helsenorge waits to be told of both moves."""
    application = _application(example)
    text = orjson.dumps(application.resource).decode()
    for name in (example.resident.patient.id, *_named(text)):
        text = text.replace(f"urn:uuid:{name}", example.session.reference(name) or f"urn:uuid:{name}")
    number = derived_id("helsenorge", application.id)
    example.neighbours.behave(HELSENORGE, duplicate=True)
    body = {"number": number, "resource": orjson.loads(text)}
    sent = example.neighbours.tell(HELSENORGE, "soknader", body, method="POST")
    example.neighbours.behave_well()
    name = next(iter(sent["names"]), "")
    example.know(sent=sent, case=name)
    seen = [_status(example, name)]
    if name:
        example.session.learn(application.id, name)
        until(lambda: bool(_events(example, name)), _limit(example))
        stored = example.send("read", "ServiceRequest", "stored", target=application.id).resource() or {}
        decided = {**stored, "status": "completed"}
        example.send("update", "ServiceRequest", "decided", target=application.id, body=decided)
        until(lambda: len(_events(example, name)) > 1, _limit(example))
        seen.append(_status(example, name))
    example.know(seen=seen, secret=_words(application))
    example.chart("ServiceRequest", "cases")


def _named(text: str) -> list[str]:
    return [part[:36] for part in text.split("urn:uuid:")[1:]]


def _status(example: Example, name: str) -> str:
    """The state of the case as Helsenorge shows it to the applicant."""
    found = _look(example, example.resident, "ServiceRequest", patient=example.facts["patient"])
    shown = [one for one in found["resources"] if f"ServiceRequest/{one.get('id')}" == name]
    return str(shown[0].get("status")) if shown else ""


def _events(example: Example, name: str) -> list[Json]:
    return [one for one in _notices(example) if mentions(str(one["body"]), name)]


def _words(application: Written) -> list[str]:
    """What no notice may say: what is applied for, and why."""
    resource = application.resource
    concepts = [resource.get("code") or {}, *(resource.get("reasonCode") or [])]
    texts = [c.get("text") for c in concepts] + [
        coding.get("display") for c in concepts for coding in c.get("coding", [])
    ]
    return [text for text in texts if text]


@then(
    "the case is there once, Helsenorge is told that it has moved and not of what, and the resident sees the decision"
)
def told_of_it(example: Example) -> None:
    """Once, told, seen."""
    example.holds("R-INN-04C")


@when("the nurse looks at the record, and the resident and somebody else look through Helsenorge")
def look_through(example: Example, nurse: Nurse) -> None:
    """The nurse reads; then the resident sees the record and the log, and a stranger tries both."""
    resident, stranger = example.resident, example.meet()
    with signed_in(example, nurse.caller(resident)):
        example.chart("Condition", "nurse", resident)
    patient = example.session.reference(resident.patient.id) or ""
    shown = {"own": _look(example, resident, "Condition", patient=patient)}
    for _ in range(ATTEMPTS):
        shown["log"] = _look(example, resident, "AuditEvent", entity=patient)
        if name_of(nurse.person) in orjson.dumps(shown["log"]).decode():
            break
        example.wait(PAUSE_S)
    shown |= {"strange": _look(example, stranger, "Condition", patient=patient)}
    shown |= {"strange-log": _look(example, stranger, "AuditEvent", entity=patient)}
    example.know(shown=shown, nurse=[name_of(nurse.person), nurse.hpr, str(nurse.person.person["person_number"])])


@then("the resident sees the record and the nurse by name, and somebody else sees neither")
def sees_by_name(example: Example) -> None:
    """By name, and by no number."""
    example.holds("R-INN-01B")
