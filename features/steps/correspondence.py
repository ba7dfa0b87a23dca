"""Steps on messages that other systems send by themselves: late, again, and in another order."""

from collections.abc import Sequence
from typing import Final

from pytest_bdd import given, then, when

from features.example import Example
from features.posting import CHAIN, envelope, ready, told, written
from features.study import Written
from features.telling import step
from simulator.fhir import message_id

HOSPITAL, COMMON, SURGERY = "sykehus", "helseplattformen", "fastlege"
STAY: Final = (CHAIN[0], CHAIN[3], CHAIN[6])
LETTERS: Final = (
    step("gp.doctor", message="MEDISINSKE_OPPLYSNINGER", receiver="home-care"),
    step("gp.doctor", message="DIALOG_FORESPORSEL", receiver="home-care"),
    step("hospital.nurse", message="HELSEOPPL_SOKNAD", receiver="intake"),
    step("hospital.nurse", message="DIALOG_HELSEFAGLIG", receiver="home-care"),
)
"""Two of a fastlege, then two of Helseplattformen."""


def _begin(example: Example, *systems: str) -> list[Written]:
    """Well-behaved systems, and somebody to write about; what is written."""
    example.neighbours.behave_well(*systems)
    example.meet()
    messages = told(example, STAY if HOSPITAL in systems else LETTERS)
    ready(example, messages)
    bundles = [envelope(example, message) for message in messages]
    facts = [
        {
            "id": message_id(message.id),
            "kind": bundle["entry"][0]["resource"]["eventCoding"]["code"],
            "identifier": message.resource["identifier"],
        }
        for message, bundle in zip(messages, bundles, strict=True)
    ]
    example.know(written=facts)
    return messages


def _write(example: Example, system: str, messages: Sequence[Written]) -> None:
    bundles = [envelope(example, message) for message in messages]
    example.neighbours.tell(system, "messages", {"messages": bundles}, method="POST")


def _look(example: Example, *systems: str) -> None:
    """What came back to them, and what the record holds."""
    wanted = {"messages": [one["id"] for one in example.facts["written"]]}
    seen = [example.neighbours.look(system, "receipts", wanted)["answers"] for system in systems]
    example.know(answers={one: [a for answers in seen for a in answers[one]] for one in wanted["messages"]})
    example.chart("Communication", "inbox")


@given("a resident whose stay the hospital's own system tells of")
def stay_told(example: Example) -> None:
    """Admitted, ready, discharged."""
    sent = [message.resource["sent"] for message in _begin(example, HOSPITAL)]
    example.know(admitted=sent[0], discharged=sent[-1])


@when("its line is dead until the stay is over, and it then tells everything twice, last to first")
def told_afterwards(example: Example) -> None:
    """Nothing goes out while it is down; all of it does when it is up."""
    messages = written(example)
    example.neighbours.behave(HOSPITAL, down=True)
    _write(example, HOSPITAL, messages)
    example.neighbours.behave(HOSPITAL, duplicate=True, out_of_order=True)
    example.neighbours.behave_well(HOSPITAL)
    _look(example, HOSPITAL)
    example.chart("Encounter", "stays")


@then("each message is acknowledged and in the record once, and the stay began and ended as it did")
def stay_right(example: Example) -> None:
    """One stay, finished."""
    example.holds("R-SAM-02C")


@given("a resident whom a fastlege outside and Helseplattformen write about")
def written_about(example: Example) -> None:
    """Two messages of each."""
    _begin(example, SURGERY, COMMON)


@when("both write, and write it all over again in another order as their receipts are lost")
def all_over_again(example: Example) -> None:
    """First to last; then last to first."""
    messages = written(example)
    for system, own in ((SURGERY, messages[:2]), (COMMON, messages[2:])):
        _write(example, system, own)
        example.neighbours.behave(system, out_of_order=True)
        _write(example, system, own)
        example.neighbours.behave_well(system)
    _look(example, SURGERY, COMMON)


@then("each message is acknowledged alike each time and is in the record once")
def known_again(example: Example) -> None:
    """The same receipts."""
    example.holds("R-SAM-03D")
