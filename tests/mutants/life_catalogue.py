"""Mutants of the lives of referrals, tasks and appointments."""

from simulator.journal.app import JournalApp
from simulator.journal.lives import STEPS
from tests.mutants.faults import Fault, Mutant


def leads(kind: str, **onwards: str) -> Fault:
    """From some states of a type more steps lead than there are."""

    def into(app: JournalApp) -> None:
        added = {state.replace("_", "-"): steps for state, steps in onwards.items()}
        app.journal.lives.steps = STEPS | {kind: STEPS[kind] | added}

    return into


def gives_twice(app: JournalApp) -> None:
    """Nobody looks who has a time."""
    app.journal.lives.check_time = lambda *_: None  # type: ignore[method-assign]


def two_places(app: JournalApp) -> None:
    """Nobody looks who must be where."""
    app.journal.lives.check_presence = lambda *_: None  # type: ignore[method-assign]


def numbers_twice(app: JournalApp) -> None:
    """Nobody looks who has a number."""
    app.journal.persons.check = lambda *_: None  # type: ignore[method-assign]


LIFE_MUTANTS = (
    Mutant(
        "returned-taken-up",
        "R-SAM-08B",
        "A referral that was returned can be accepted.",
        "The patient is called in for what was arranged elsewhere.",
        leads("Task", rejected="accepted"),
    ),
    Mutant(
        "withdrawn-revived",
        "R-SAM-08B",
        "A referral that was withdrawn can be made active again.",
        "A bed waits for somebody who is not coming.",
        leads("ServiceRequest", revoked="active"),
    ),
    Mutant(
        "done-reopened",
        "R-SAM-10B",
        "A task that is done can be requested again.",
        "An injection is given twice.",
        leads("Task", completed="requested"),
    ),
    Mutant(
        "absent-after-arrival",
        "R-INN-05B",
        "An appointment at which the patient arrived can be marked as missed.",
        "Whoever came is charged for staying away.",
        leads("Appointment", arrived="noshow checked-in fulfilled cancelled"),
    ),
    Mutant(
        "taken-time-given",
        "R-INN-05C",
        "A slot that somebody has is given to the next one who asks.",
        "Two patients sit in the waiting room with the same time.",
        gives_twice,
    ),
    Mutant(
        "two-places",
        "R-INN-05D",
        "Whoever must be present is booked for two appointments at the same time.",
        "One patient waits for a doctor who sits with another.",
        two_places,
    ),
    Mutant(
        "number-twice",
        "R-JRN-01B",
        "A national identity number is taken on as many people as anybody likes.",
        "The allergy stands in the record that is not opened.",
        numbers_twice,
    ),
)  # fmt: skip  a table
