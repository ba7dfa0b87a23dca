"""Journals with one fault each in what the municipality's own systems are handed, and what the roster sends."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from simulator.journal import handing_over
from simulator.journal.app import JournalApp
from simulator.journal.http import Answer, Call
from simulator.journal.prescriptions import outbox
from tests.mutants.faults import Mutant


def _without(receiver: str) -> Any:
    """A journal that hands one receiver nothing."""

    def fault(_: JournalApp) -> None:
        kept = tuple(office for office in handing_over.OFFICES if office.receiver != receiver)
        setattr(handing_over, "OFFICES", kept)  # noqa: B010  replaced in this process only

    return fault


def letters_doubled(_: JournalApp) -> None:
    """Each letter is posted twice, as two letters."""
    post = outbox.post

    def twice(store: Any, event: str, request: str, number: str, resource: Any) -> None:
        post(store, event, request, number, resource)
        if event == "FORSENDELSE":
            other = str(uuid4())
            identifier = [{"system": handing_over.NUMBER, "value": other}]
            post(store, event, request, other, {**resource, "identifier": identifier})

    setattr(outbox, "post", twice)  # noqa: B010  as above


def endless(_: JournalApp) -> None:
    """The end of a service is told to nobody."""
    told = handing_over.is_service

    def is_service(episode: Any) -> bool:
        return told(episode) and episode["status"] == "active"

    offices = [o._replace(wanted=is_service) if o.receiver == "okonomi" else o for o in handing_over.OFFICES]
    setattr(handing_over, "OFFICES", tuple(offices))  # noqa: B010  as above


def shifts_pile_up(app: JournalApp) -> None:
    """What is written by what identifies it is made anew each time."""
    sound = app.journal.interactions["update"]

    def apply(journal: Any, store: Any, call: Call) -> Answer:
        if call.kind in {"PractitionerRole", "Schedule"} and call.query:
            call.query, call.identity = [], str(uuid4())
        return sound.apply(journal, store, call)

    app.journal.interactions["update"] = replace(sound, apply=apply)


MUNICIPAL_MUTANTS = (
    Mutant(
        "unarchived",
        "R-ADM-05A",
        "Letters are not archived.",
        "Nobody can show what was decided when the decision is appealed.",
        _without("arkiv"),
        neighbours=True,
    ),
    Mutant(
        "posted-twice",
        "R-ADM-05B",
        "Each letter is sent as two.",
        "An old man believes that his application was turned down twice.",
        letters_doubled,
        neighbours=True,
    ),
    Mutant(
        "endless-service",
        "R-ADM-05C",
        "The accounts are told when a service begins, and never when it ends.",
        "A widow goes on paying for her husband's home help.",
        endless,
        neighbours=True,
    ),
    Mutant(
        "shifts-pile-up",
        "R-ADM-05D",
        "A shift that is told again is another shift.",
        "Roster and record disagree on who is on duty at night.",
        shifts_pile_up,
        neighbours=True,
    ),
)  # fmt: skip  a table
