"""Steps on agencies: NAV's sick note, the statement it asks for, and child welfare's answer to a concern."""

from typing import Final

from pytest_bdd import given, then, when

from features.example import Example
from features.posting import written
from features.steps.addressing import REGISTER, SERVER, arrived, enter, hand_over, limit, task_of, watched
from features.study import Written
from features.telling import step
from simulator.checks.evidence import name_in
from simulator.streams import derived_id

NAV: Final = "nav"
CHILD_WELFARE: Final = "barnevern"
NAV_HER, NAV_BOX = "8140009", "nav-erklaeringer"
ANSWER: Final = "Meldingen er mottatt og undersøkes."


@given("a resident whom the doctor reports sick in NAV's form")
def reported_sick(example: Example) -> None:
    """Somebody in the record, and somebody else who is well."""
    resident, well = example.meet(record_Patient=1, where="age >= 20"), example.meet(record_Patient=1)
    example.seed([resident.patient, well.patient])
    example.know(patient=[resident.patient.id])


@when("NAV sends the sick note twice, and another one that breaks off in the middle")
def sends_sick_note(example: Example) -> None:
    """One document twice, half of another, and then what the record holds of the resident and of somebody else."""
    resident, well = example.residents
    day = max(event["at"] for event in resident.events).date().isoformat()
    patient = example.session.reference(resident.patient.id)
    note = {"patient": patient, "date": f"{day}T09:00:00+01:00"}
    whole, broken = (derived_id("nav", resident.patient.id, n) for n in range(2))
    example.neighbours.forget(NAV)
    example.neighbours.behave(NAV, duplicate=True)
    text = f"Sykmelding {whole} for perioden fra {day}"
    example.neighbours.tell(NAV, "sykmeldinger", {**note, "number": whole, "text": text}, method="POST")
    example.neighbours.behave(NAV, wrong=True)
    example.neighbours.tell(NAV, "sykmeldinger", {**note, "number": broken, "text": "Halv"}, method="POST")
    example.neighbours.behave_well()
    example.neighbours.received(NAV)
    example.know(number=whole, text=text)
    pages = example.chart("DocumentReference", "documents", resident)
    example.chart("DocumentReference", "elsewhere", well)
    found = [e["resource"] for page in pages for e in (page.resource() or {}).get("entry") or []]
    urls = [
        part["attachment"].get("url", "") for one in found for part in one.get("content") or [] if "attachment" in part
    ]
    for name in filter(None, map(name_in, urls[:1])):
        example.send("read", "Binary", "bytes", target=name)


@then("the sick note stands in the record once, with the very document, and nothing is left of the broken one")
def one_sick_note(example: Example) -> None:
    """Once, whole."""
    example.holds("R-SAM-14B")


@given("a resident about whom NAV asks the fastlege for a statement (legeerklæring)")
def asked_for_statement(example: Example) -> None:
    """Somebody with a record that is none of NAV's business, and NAV in the address register."""
    neighbours = example.neighbours
    neighbours.behave_well(REGISTER, SERVER)
    neighbours.forget(SERVER)
    resident = example.meet(record_Condition=1, record_MedicationStatement=1)
    example.seed(resident.written(phase="record"))
    example.tell(step("gp.doctor", "statement", message="LEGEERKL", receiver=NAV))
    (message,) = written(example)
    example.seed([message], leaving_out=[message, _statement(example)])
    enter(example, message, NAV_HER, NAV_BOX)
    neighbours.tell(SERVER, NAV_BOX, {"answer": "ok"})


def _statement(example: Example) -> Written:
    return next(w for told in example.told for w in told if w.type == "DocumentReference")


@when("the fastlege writes the statement and sends it to NAV")
def sends_statement(example: Example) -> None:
    """The message leads to the document; then the fastlege looks at what has become of it."""
    document, (message,) = _statement(example), written(example)
    example.write(document, "statement", actor="gp.doctor")
    payload = [*message.resource["payload"], {"contentReference": {"reference": f"urn:uuid:{document.id}"}}]
    example.send_as(message, "written", {**message.resource, "payload": payload}, actor="gp.doctor")
    asked = hand_over(example, message, "send")
    arrived(example, asked, 1, "R-SAM-14D")
    if task := task_of(asked):
        watched(example, task, "task", "completed", "failed", "rejected", "cancelled")
    example.neighbours.tell(REGISTER, f"kommunikasjonsparter/{NAV_HER}", method="DELETE")
    example.know(limit_s=limit(example, "R-SAM-14D"), box=f"/{SERVER}/{NAV_BOX}")


@then("NAV has the statement and nothing else of the record, and the fastlege sees that it was received")
def nav_has_statement(example: Example) -> None:
    """The statement alone."""
    example.holds("R-SAM-14D")


@when("child welfare (barnevernet) takes in its messages and sends its answer twice")
def takes_in(example: Example) -> None:
    """A look into the inbox, the answer twice, and the centre's own inbox afterwards."""
    (reported,) = (w for written in example.told for w in written if w.id in example.facts["concern"])
    example.neighbours.behave(CHILD_WELFARE, duplicate=True)
    asked = {"office": example.facts["office"], "answer": ANSWER}
    example.know(taken=example.neighbours.tell(CHILD_WELFARE, "innboks", asked, method="POST"), answer=ANSWER)
    sender = reported.resource["sender"]["reference"]
    example.chart("Communication", "centre", recipient=sender, actor="child-health.nurse")


@then("the child health centre has the answer once, linked to the concern, and child welfare saw the concern alone")
def answered_once(example: Example) -> None:
    """Once, linked, and alone."""
    example.holds("R-SAM-14C")
