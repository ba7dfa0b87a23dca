"""Steps on those outside: a fastlege with a system of their own, another region, and child welfare."""

from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.study import Written
from features.telling import step
from simulator.checks.content import references
from simulator.checks.evidence import name_in
from simulator.streams import derived_id

OWN_SYSTEM: Final = "gp.doctor"
KINDS: Final = ("Condition", "MedicationStatement", "DocumentReference")
# What a report of concern may hold: barnevernsloven asks who, from whom and when; health information goes another way.
ALLOWED: Final = (
    *("resourceType", "id", "meta", "text", "identifier", "status", "category"),
    *("subject", "sent", "sender", "recipient", "payload"),
)


def _identifier(example: Example) -> str:
    identifier = example.resident.patient.resource["identifier"][0]
    return f"{identifier['system']}|{identifier['value']}"


def _told(example: Example, kind: str) -> list[Written]:
    return [w for written in example.told for w in written if w.type == kind]


@given("a resident whose fastlege keeps a system of their own and has been sent an epikrise")
def own_system(example: Example) -> None:
    """The record, the epikrise, and the message that leads the practice to it."""
    resident = example.meet(record_Condition=1, record_MedicationStatement=1, where="fastlege >= 0")
    known = resident.written(*KINDS, phase="record")
    example.seed([resident.patient, *known])
    example.tell(step("hospital.doctor", "discharge-summary", message="EPIKRISE", receiver="gp"))
    (document,), (message,) = _told(example, "DocumentReference"), _told(example, "Communication")
    example.write(document, "document", actor="hospital.doctor")
    payload = [{"contentReference": {"reference": f"urn:uuid:{document.id}"}}]
    example.send_as(message, "message", {**message.resource, "payload": payload}, actor="hospital.doctor")
    example.know(known=[w.id for w in known], document=[document.id], message=[message.id])


@when("the practice looks in its inbox and looks the resident up, and a nurse inside opens the record")
def look_from_both_sides(example: Example) -> None:
    """The same information three ways."""
    (message,) = _told(example, "Communication")
    practice = message.resource["recipient"][0]["reference"]
    inbox = example.chart("Communication", "inbox", recipient=practice, actor=OWN_SYSTEM)
    carried = [r for page in inbox for r in references(_payloads(page.resource() or {}))]
    for name in filter(None, map(name_in, carried[:1])):
        example.send("read", "DocumentReference", "by-message", target=name, actor=OWN_SYSTEM)
    example.search("Patient", "found", identifier=_identifier(example), actor=OWN_SYSTEM)
    for kind in KINDS:
        example.chart(kind, f"outside.{kind}", actor=OWN_SYSTEM)
        example.chart(kind, f"inside.{kind}", actor="home-care.nurse")


def _payloads(bundle: dict[str, Any]) -> list[Any]:
    entries = bundle.get("entry") or []
    return [(entry.get("resource") or {}).get("payload") for entry in entries if isinstance(entry, dict)]


@then("the practice has by look-up and by message what those inside see")
def same_for_both(example: Example) -> None:
    """The same."""
    example.holds("R-SAM-12")


@given("a resident whom the record knows, and of whom Helseplattformen knows more")
def known_elsewhere(example: Example) -> None:
    """Only the person is in the record; diagnoses and medicines are with the other region."""
    resident = example.meet(record_Condition=2, record_MedicationStatement=1)
    record = resident.written("Condition", "MedicationStatement", phase="record")
    example.seed([resident.patient])
    example.seed(record, leaving_out=record)
    example.know(patient=[resident.patient.id])


@when("Helseplattformen hands over what it knows in one piece")
def hand_over_record(example: Example) -> None:
    """The person goes along with the number as condition; everything else refers to the person within the piece."""
    resident = example.resident
    person = derived_id("other-region", resident.patient.id)
    entries = [_entry(person, resident.patient.resource, f"identifier={_identifier(example)}")]
    for written in resident.written("Condition", "MedicationStatement", phase="record"):
        moved = {**written.resource, "subject": {"reference": f"urn:uuid:{person}"}}
        entries.append(_entry(derived_id("other-region", written.id), moved))
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    example.send("transaction", "", "arrival", body=bundle, actor="helseplattformen")
    example.search("Patient", "people", identifier=_identifier(example))
    for kind in ("Condition", "MedicationStatement"):
        example.chart(kind, f"chart.{kind}", actor="gp.doctor")


def _entry(name: str, resource: dict[str, Any], once: str = "") -> dict[str, Any]:
    request = {"method": "POST", "url": resource["resourceType"], **({"ifNoneExist": once} if once else {})}
    return {"fullUrl": f"urn:uuid:{name}", "resource": resource, "request": request}


@then("the resident is one person with all of it in the record")
def no_gap(example: Example) -> None:
    """No gap, and nobody twice."""
    example.holds("R-SAM-13")


@given("a child about whom the child health centre reports a concern (bekymringsmelding)")
def concern(example: Example) -> None:
    """The concern goes to child welfare; a referral of the same child goes to hospital."""
    child = example.meet(record_Patient=1, where="age < 16")
    example.seed([child.patient])
    told = example.tell(
        step("child-health.nurse", "concern", receiver="child-welfare"),
        step("gp.doctor", message="HENVISNING", receiver="hospital", reason="R81"),
    )
    example.record("message", told)
    (reported,), (other,) = told
    office = example.session.reference(reported.resource["recipient"][0]["reference"].removeprefix("urn:uuid:"))
    example.know(concern=[reported.id], others=[other.id], office=office, allowed=list(ALLOWED))


@when("child welfare (barnevernet) opens its inbox")
def open_inbox(example: Example) -> None:
    """What is addressed to it about the child."""
    example.chart("Communication", "inbox", recipient=example.facts["office"], actor="child-welfare.case-worker")


@then("it finds the concern with what it may know, and nothing else about the child")
def only_what_is_allowed(example: Example) -> None:
    """Only that."""
    example.holds("R-SAM-14")
