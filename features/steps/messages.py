"""Steps on messages: the discharge chain, and a message sent again."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from pytest_bdd import given, then, when

from features.example import Example
from features.study import Resident
from simulator.streams import derived_id

OSLO = ZoneInfo("Europe/Oslo")
READY, DISCHARGED = "LOG_UTSKRIVNINGSKLAR", "LOG_UTSKREVET"


@given("a resident whose stay in hospital ends with home care")
def whole_stay(example: Example) -> None:
    """Somebody whose whole chain lies in the study's period."""
    resident = example.meet(LOG_INNLAGT=1, LOG_UTSKRIVNINGSKLAR=1, LOG_UTSKREVET=1)
    sent = {e["event"]: e for e in resident.events if e["message"]}
    chain = resident.written("Communication", phase="care")
    example.know(
        chain=[w.id for w in chain],
        message_types={w.id: sent[w.row["event"]]["message"] for w in chain},
        days_to_pay=_days_to_pay(resident),
    )


def _days_to_pay(resident: Resident) -> int:
    """Days from the last report of being ready to the discharge, by the calendar in Norway."""
    day = {e["message"]: e["at"].astimezone(OSLO).date() for e in resident.events if e["message"]}
    return int((day[DISCHARGED] - day[READY]).days)


@when("the messages of the stay arrive in another order than they were sent")
def send_chain(example: Example) -> None:
    """The study's messages; they arrive last to first, as far as none answers another."""
    for number, message in enumerate(reversed(example.resident.written("Communication", phase="care")), start=1):
        if not example.session.knows(message.id):
            example.write(message, f"care.{number}")


@when("the intake office (tildelingskontoret) reads the messages in the order they were sent")
def read_chain(example: Example) -> None:
    """Sorted by the time they were sent."""
    example.chart("Communication", "messages", _sort="sent", actor="intake.case-officer")


@then("the chain is complete and in order, and the days to pay for are right")
def chain_is_right(example: Example) -> None:
    """Complete, in order, adding up."""
    example.holds("R-SAM-02")


@given("a resident who is reported admitted to hospital")
def reported(example: Example) -> None:
    """Somebody with a message about them."""
    example.meet(LOG_INNLAGT=1)


@when("the hospital sends the message, and sends it again")
def send_again(example: Example) -> None:
    """The same message with the same message id; the sender asks that it be kept once."""
    message = example.resident.written("Communication", phase="care")[0]
    identifier = message.resource["identifier"][0]
    once = (("If-None-Exist", f"identifier={identifier['system']}|{identifier['value']}"),)
    first = replace(message.interaction, headers=once)
    example.seed([message], leaving_out=[message])
    example.keep(example.session.send(first, label="message", actor="hospital.nurse"))
    again = replace(first, id=derived_id("again", message.id))
    example.keep(example.session.send(again, label="repeat", actor="hospital.nurse"))
    example.search("Communication", "inbox", identifier=f"{identifier['system']}|{identifier['value']}")


@then("the municipality has it once")
def kept_once(example: Example) -> None:
    """Once."""
    example.holds("R-SAM-03")
