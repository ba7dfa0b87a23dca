"""Steps on contacts of every municipal service, and on what is attached to them."""

from base64 import b64encode
from hashlib import blake2b
from typing import Final

from pytest_bdd import given, then, when

from features.example import Example
from features.telling import step

TRACING: Final = b"".join(blake2b(b"EKG%d" % n).digest() for n in range(600))
# Who has contacts with inhabitants in a municipality (SSD, list of services), and how each of them records one.
SERVICES: Final = (
    ("gp.doctor", "consultation", "in-person"),
    ("gp.doctor", "consultation", "electronic"),
    ("legevakt.nurse", "phone-contact", "electronic"),
    ("legevakt.doctor", "consultation", "in-person"),
    ("ohd.nurse", "admission", "ward"),
    ("child-health.nurse", "child-check", "in-person"),
    ("school-health.nurse", "child-check", "in-person"),
    ("home-care.nurse", "visit", "home"),
    ("nursing-home.nurse", "admission", "ward"),
    ("rehabilitation.physiotherapist", "consultation", "in-person"),
    ("physiotherapy.physiotherapist", "consultation", "in-person"),
    ("occupational-therapy.therapist", "visit", "home"),
    ("mental-health.nurse", "phone-contact", "electronic"),
    ("healthy-life-centre.adviser", "consultation", "in-person"),
    ("migration-health.nurse", "consultation", "in-person"),
    ("prison-health.nurse", "consultation", "in-person"),
    ("personal-assistance.assistant", "visit", "home"),
    ("intake.case-officer", "phone-contact", "electronic"),
    ("municipal-doctor.doctor", "consultation", "in-person"),
)
TRACINGS: Final = "urn:oid:2.16.578.1.12.4.1.1.9602|D01-2"


@given("a resident who meets the municipal services one after another")
def meets_all(example: Example) -> None:
    """Anybody with a fastlege."""
    example.seed([example.meet(record_Patient=1, where="fastlege >= 0").patient])


@when("each service records its contact")
def record_contacts(example: Example) -> None:
    """Each in its own way: in person, by telephone, at home, as a stay."""
    told = example.tell(*(step(by, word, channel=channel) for by, word, channel in SERVICES))
    example.record("contact", told)
    contacts = [w for written in told for w in written if w.type == "Encounter"]
    services: dict[str, list[str]] = {}
    for contact in contacts:
        services.setdefault(contact.resource["serviceProvider"]["reference"], []).append(contact.id)
    example.know(contacts=[c.id for c in contacts], services=list(services.values()))
    for number, service in enumerate(services, start=1):
        example.chart("Encounter", f"own.{number}", service_provider=service)


@when("legevakt opens the list of all contacts")
def open_contacts(example: Example) -> None:
    """Whatever the service."""
    example.chart("Encounter", "whole", actor="legevakt.doctor")


@then("every service has found its own contacts, and legevakt finds all")
def contacts_found(example: Example) -> None:
    """Each its own, and the whole."""
    example.holds("R-JRN-06")


@given("a resident whose heart is traced (EKG) at legevakt")
def traced(example: Example) -> None:
    """The tracing is a document with an attachment, stored by legevakt."""
    example.meet(record_Patient=1)
    ((document,),) = example.tell(step("legevakt.doctor", "document"))
    example.seed([document], leaving_out=[document])
    attachment = {"contentType": "application/pdf", "title": "EKG", "size": len(TRACING)}
    body = {**document.resource, "content": [{"attachment": attachment | {"data": b64encode(TRACING).decode()}}]}
    example.send_as(document, "upload", body, actor="legevakt.doctor")


@when("the fastlege looks for the tracing and opens it")
def open_tracing(example: Example) -> None:
    """From the list of documents to the document."""
    ((document,),) = example.told
    example.chart("DocumentReference", "list", type=TRACINGS, actor="gp.doctor")
    example.send("read", document.type, "open", target=document.id, actor="gp.doctor")


@then("it is as it was stored, to the last byte")
def tracing_whole(example: Example) -> None:
    """To the last byte."""
    example.holds("R-JRN-08")
