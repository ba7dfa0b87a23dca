"""Standard messages that an example sends: what it tells, in an envelope, to ``$process-message``."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from features.example import Example
from features.study import Resident, Written
from features.telling import step
from simulator.domain.exchange import Exchange
from simulator.fhir import Parties, message_bundle

Envelope = dict[str, Any]
CHAIN = (
    step("hospital.nurse", message="LOG_INNLAGT", receiver="home-care"),
    step("home-care.nurse", message="INNLEGGELSESRAPPORT", receiver="hospital"),
    step("hospital.nurse", message="HELSEOPPL_SOKNAD", receiver="intake"),
    step("hospital.nurse", message="LOG_UTSKRIVNINGSKLAR", receiver="intake"),
    step("hospital.nurse", message="LOG_AVMELDING", receiver="intake"),
    step("hospital.nurse", message="LOG_UTSKRIVNINGSKLAR", receiver="intake"),
    step("hospital.nurse", message="LOG_UTSKREVET", receiver="intake"),
    step("hospital.nurse", message="UTSKRIVNINGSRAPPORT", receiver="home-care"),
    step("hospital.doctor", message="EPIKRISE", receiver="gp"),
)
"""A whole stay in hospital, with a report of being ready that is taken back."""
DIALOGUE = (
    step("gp.doctor", message="HENVISNING", receiver="hospital", reason="R81"),
    step("gp.doctor", message="MEDISINSKE_OPPLYSNINGER", receiver="home-care"),
    step("home-care.nurse", message="DIALOG_FORESPORSEL", receiver="gp"),
    step("gp.doctor", message="DIALOG_SVAR", receiver="home-care"),
    step("home-care.nurse", message="DIALOG_HELSEFAGLIG", receiver="gp"),
    step("home-care.nurse", message="HELSEOPPLYSNINGER_LEGE", receiver="gp"),
    step("intake.case-officer", message="ORIENTERING_TJENESTETILBUD", receiver="gp"),
)
"""What a GP's surgery and the municipality write to one another."""


def told(example: Example, steps: Sequence[Any], about: Resident | None = None) -> list[Written]:
    """The Communications of some steps that are messages, in order."""
    example.tell(*steps, about=about)
    return written(example)


def written(example: Example) -> list[Written]:
    """The Communications that the steps told last write, in order."""
    return [w for written in example.told for w in written if w.type == "Communication"]


def identified(messages: Iterable[Written]) -> str:
    """Search words for some messages by their identifiers, any of them."""
    numbers = [message.resource["identifier"][0] for message in messages]
    return ",".join(f"{n['system']}|{n['value']}" for n in numbers)


def ready(example: Example, messages: Sequence[Written]) -> None:
    """Let the candidate know the patient and the organisations of some messages, but not the messages."""
    example.seed(messages, leaving_out=messages)


def envelope(example: Example, message: Written, among: Iterable[Written] = (), *, test: bool = False) -> Envelope:
    """The message in its envelope; what it answers is looked for ``among`` others, and named by identifier."""
    needed = {w.id: w for w in map(Written, example.study.needed([message.row]))}
    content = message.resource
    sender, receiver, patient = (
        _entry(needed, reference) for reference in (content["sender"], content["recipient"][0], content["subject"])
    )
    asked = [reference["reference"] for reference in content.get("inResponseTo", ())]
    answers = [w.resource["identifier"][0] for w in among if f"urn:uuid:{w.id}" in asked]
    return message_bundle((message.id, content), Parties(sender, receiver, patient), answers=answers, test=test)


def _entry(needed: dict[str, Written], reference: dict[str, str]) -> tuple[str, dict[str, Any]]:
    found = needed[reference["reference"].removeprefix("urn:uuid:")]
    return found.id, found.resource


def post(example: Example, body: Envelope, label: str, actor: str = "") -> Exchange:
    """Send a message; the receipt is the answer."""
    return example.send("operation", "$process-message", label, body=body, actor=actor)


def changed(body: Envelope, kind: str, change: Callable[[dict[str, Any]], None]) -> Envelope:
    """The message with one of its resources changed: the last of its type, which of Organizations is the receiver."""
    change([e["resource"] for e in body["entry"] if e["resource"]["resourceType"] == kind][-1])
    return body
