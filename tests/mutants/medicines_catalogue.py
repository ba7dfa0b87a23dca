"""Journals with one fault each in what they exchange with Reseptformidleren, the laboratory and the hub of devices."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import orjson

from simulator.journal import laboratory
from simulator.journal.app import JournalApp
from simulator.journal.prescriptions import courier, list_keeper, messages, one_list, passing
from simulator.journal.prescriptions.outbox import Posted
from tests.mutants.faults import Mutant


def sends_nothing(_: JournalApp) -> None:
    setattr(passing, "_prescribe", lambda *_: None)  # noqa: B010  replaced in this process only


def sends_anew(_: JournalApp) -> None:
    """What is sent again is another prescription."""
    sent: set[int] = set()

    def message(posted: Posted, endpoint: str) -> bytes:
        if posted.number not in sent:
            sent.add(posted.number)
            return messages.message(posted, endpoint)
        again = str(uuid4())
        named = posted.resource | {"identifier": [{"system": messages.PRESCRIPTION, "value": again}]}
        body = orjson.dumps(named) if posted.event == "ERM1" else posted.body
        return messages.message(replace(posted, message=again, body=body), endpoint)

    def receipt(answer: Any, posted: Posted) -> messages.Receipt:
        number = answer["entry"][0]["resource"]["response"]["identifier"] if answer else ""
        return messages.receipt_in(answer, replace(posted, message=number.removeprefix("urn:uuid:")))

    setattr(courier, "message", message)  # noqa: B010  as above
    setattr(courier, "receipt_in", receipt)  # noqa: B010  as above


def renews_beside(_: JournalApp) -> None:
    setattr(passing, "_recall_earlier", lambda *_: None)  # noqa: B010  as above


def tells_nobody(_: JournalApp) -> None:
    setattr(courier, "_tell_who_ordered", lambda *_: None)  # noqa: B010  as above


def completes_nothing(_: JournalApp) -> None:
    passing.complete = lambda *_: None


def last_come_stands(_: JournalApp) -> None:
    setattr(laboratory, "newer", lambda *_: None)  # noqa: B010  as above


def nameless(_: JournalApp) -> None:
    setattr(laboratory, "named", lambda _, __, call: call.resource)  # noqa: B010  as above


def overwrites(_: JournalApp) -> None:
    """Whatever the record says stands, as if nobody else had changed the list."""

    def merge(record: Any, listed: Any, _: Any, subject: Any) -> one_list.Merged:
        agreed = {number: one_list.digest(listed[number]) for number in record.keys() & listed.keys()}
        return one_list.merge(record, listed, agreed, subject)

    setattr(list_keeper, "merge", merge)  # noqa: B010  as above


MEDICINES_MUTANTS = (
    Mutant(
        "prescription-kept",
        "R-LEG-02A",
        "Prescriptions stay in the record.",
        "The pharmacy has nothing to hand out.",
        sends_nothing,
        neighbours=True,
    ),
    Mutant(
        "prescription-twice",
        "R-LEG-02A",
        "A message that is sent again is a new prescription.",
        "The patient gets the medicine twice.",
        sends_anew,
        neighbours=True,
    ),
    Mutant(
        "renewed-beside",
        "R-LEG-02B",
        "A renewal leaves the prescription before it as it was.",
        "The patient fetches both the old dose and the new one.",
        renews_beside,
        neighbours=True,
    ),
    Mutant(
        "refusal-untold",
        "R-LEG-02C",
        "A recall that is refused is forgotten.",
        "The doctor believes that the patient does not get what lies on the counter.",
        tells_nobody,
        neighbours=True,
    ),
    Mutant(
        "dispensing-unseen",
        "R-LEG-02D",
        "An order stays active after all of it has been handed out.",
        "Home care sends somebody to fetch a medicine that was fetched.",
        completes_nothing,
        neighbours=True,
    ),
    Mutant(
        "list-overwritten",
        "R-LEG-02E",
        "The list is sent as the record has it, whatever others have changed.",
        "The dose that the hospital lowered is the old one again.",
        overwrites,
        neighbours=True,
    ),
    Mutant(
        "last-come-stands",
        "R-SAM-09B",
        "Whatever answer comes last takes the place of the others.",
        "A late answer hides its own correction, and treatment follows the wrong one.",
        last_come_stands,
        neighbours=True,
    ),
    Mutant(
        "measured-by-number",
        "R-INN-06B",
        "Who was measured is kept as a number, and looked up nowhere.",
        "Home care does not see that the blood pressure has been rising for a week.",
        nameless,
        neighbours=True,
    ),
)  # fmt: skip  a table
