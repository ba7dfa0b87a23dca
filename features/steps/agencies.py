"""Steps on agencies that write in the record: NAV's sick note, and child welfare's answer to a concern."""

from typing import Final

from pytest_bdd import given, then, when

from features.example import Example
from simulator.streams import derived_id

NAV: Final = "nav"
CHILD_WELFARE: Final = "barnevern"
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
    for url in urls[:1]:
        example.send("read", "Binary", "bytes", target="/".join(url.rsplit("/", 2)[-2:]))


@then("the sick note stands in the record once, with the very document, and nothing is left of the broken one")
def one_sick_note(example: Example) -> None:
    """Once, whole."""
    example.holds("R-SAM-14B")


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
