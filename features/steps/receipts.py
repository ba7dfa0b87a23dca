"""Steps on standard messages sent in envelopes: what is acknowledged, refused, repeated or late."""

from datetime import timedelta
from typing import Any

from pytest_bdd import given, then, when

from features.example import Example
from features.posting import CHAIN, DIALOGUE, changed, envelope, identified, post, ready, told, written
from features.telling import step
from simulator.fhir import message_id

NOT_HERE = "399999995"
REPORT = step("hospital.nurse", message="LOG_INNLAGT", receiver="home-care")
QUESTION = step("hospital.nurse", message="DIALOG_FORESPORSEL", receiver="home-care")


@given("a resident whom hospital, surgery and municipality write to one another about")
def many_messages(example: Example) -> None:
    """Every standard message between them."""
    example.meet()
    messages = told(example, (*CHAIN, *DIALOGUE))
    ready(example, messages)
    example.know(limit_s=example.catalogue.rules["R-SAM-01A"].limit_s, messages=[w.id for w in messages])


@when("each standard message is sent")
def send_each(example: Example) -> None:
    """In the order written; then the record is looked at."""
    messages = written(example)
    for number, message in enumerate(messages, start=1):
        body = envelope(example, message, messages)
        post(example, body, f"message.{number}", message.row["profession"] or "")
    example.chart("Communication", "inbox")


@then("each is acknowledged in time and in the resident's record once")
def acknowledged(example: Example) -> None:
    """Positive receipts, and what they promise."""
    example.holds("R-SAM-01A")


@given("a resident whom the hospital writes about")
def somebody(example: Example) -> None:
    """Anybody."""
    example.meet()


@when("messages come that name no patient, an unknown one, another receiver or an unknown type")
def send_wrong(example: Example) -> None:
    """Each wrong in one thing; and one that is sound."""
    stranger = example.meet().patient.resource["identifier"]
    messages = told(example, (QUESTION,) * 6)
    ready(example, messages)
    wrong: dict[str, tuple[str, Any, list[str]]] = {
        "no-number": ("Patient", lambda r: r.pop("identifier"), ["E30"]),
        "no-such-number": ("Patient", _misspell, ["E31", "E35", "E53", "E54"]),
        "unknown-number": ("Patient", lambda r: r.update(identifier=stranger), ["E31", "E35", "E53", "E54"]),
        "not-here": ("Organization", _elsewhere, ["E21"]),
        "no-such-type": ("MessageHeader", lambda r: r["eventCoding"].update(code="LOG_UKJENT"), ["T10", "T02", "T99"]),
    }
    sound, *others = messages
    post(example, envelope(example, sound), "sound", "hospital.nurse")
    for message, (label, (kind, change, _)) in zip(others, wrong.items(), strict=True):
        post(example, changed(envelope(example, message), kind, change), label, "hospital.nurse")
    example.know(sound=sound.id, wrong={label: codes for label, (_, _, codes) in wrong.items()})
    example.chart("Communication", "inbox")
    example.search("Communication", "anywhere", identifier=identified(messages))


def _misspell(patient: dict[str, Any]) -> None:
    """The last digit of each number is another, so that its check digit does not hold."""
    for number in patient["identifier"]:
        number["value"] = f"{number['value'][:-1]}{(int(number['value'][-1]) + 1) % 10}"


def _elsewhere(organisation: dict[str, Any]) -> None:
    organisation["identifier"][0]["value"] = NOT_HERE


@then("each is refused with its error code, and only the sound message is in the record")
def refused(example: Example) -> None:
    """Negative receipts, with codes of Volven 8221."""
    example.holds("R-SAM-01B")


@when("the hospital sends a test message, and then a real one")
def send_test(example: Example) -> None:
    """Two requests for an answer, one of them a test."""
    test, real = messages = told(example, (QUESTION, QUESTION))
    ready(example, messages)
    post(example, envelope(example, test, test=True), "test", "hospital.nurse")
    post(example, envelope(example, real), "real", "hospital.nurse")
    example.know(test=test.id, real=real.id)
    example.chart("Communication", "inbox")
    example.search("Communication", "anywhere", identifier=identified(messages))


@then("both are acknowledged and only the real one is in the record")
def test_apart(example: Example) -> None:
    """The test is nowhere."""
    example.holds("R-SAM-01C")


@given("a resident whose stay is told by message")
def stay_told(example: Example) -> None:
    """Admission, ready, discharge; and a withdrawal a day after the discharge."""
    example.meet()
    late = step("hospital.nurse", message="LOG_AVMELDING", receiver="intake", later=timedelta(days=1))
    messages = told(example, (CHAIN[0], CHAIN[3], CHAIN[6], late))
    ready(example, messages)
    sent = [w.resource["sent"] for w in messages]
    example.know(admitted=sent[0], discharged=sent[2])


@when("the messages of the stay arrive last to first")
def send_backwards(example: Example) -> None:
    """Discharged, then ready, then admitted."""
    *messages, _ = written(example)
    for number, message in enumerate(reversed(messages), start=1):
        post(example, envelope(example, message), f"message.{number}", "hospital.nurse")
    example.chart("Encounter", "stays.before")


@when("ready for discharge is taken back after the discharge")
def withdraw_late(example: Example) -> None:
    """LOG_AVMELDING after LOG_UTSKREVET."""
    message = written(example)[-1]
    post(example, envelope(example, message), "message.4", "hospital.nurse")
    example.chart("Encounter", "stays.after")


@then("the stay began and ended as it did, and is not opened again")
def stay_right(example: Example) -> None:
    """One finished stay."""
    example.holds("R-SAM-02B")


@when("the same message is sent twice")
def send_twice(example: Example) -> None:
    """The same id, the same content."""
    (message,) = told(example, (REPORT,))
    ready(example, [message])
    body = envelope(example, message)
    post(example, body, "first", "hospital.nurse")
    post(example, body, "again", "hospital.nurse")
    example.know(message=message.id, identity=message_id(message.id))
    example.chart("Communication", "inbox")


@then("both are acknowledged alike and the message is in the record once")
def receipt_again(example: Example) -> None:
    """The same receipt."""
    example.holds("R-SAM-03B")
