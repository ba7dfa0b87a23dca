"""Journals with one fault each in how they look for snooping."""

from typing import Any

from simulator.journal.app import JournalApp
from simulator.journal.audit import unusual
from tests.mutants.faults import Mutant


def flags_nobody(_: JournalApp) -> None:
    unusual.ENOUGH = 1000  # type: ignore[misc]


def flags_everybody(_: JournalApp) -> None:
    unusual.ENOUGH = 0  # type: ignore[misc]


def contacts_unknown(_: JournalApp) -> None:
    sound = unusual._Examiner.grounds

    def grounds(self: Any, trace: Any) -> list[str]:
        return [*sound(self, trace), *([] if trace.overrode else ["own-record"])]

    setattr(unusual._Examiner, "grounds", grounds)  # noqa: B010  replaced in this process only


SNOOPING_MUTANTS = (
    Mutant(
        "blind-analysis",
        "R-TIL-03",
        "Log analysis shows nobody.",
        "Whoever snoops in a hundred records is never found.",
        flags_nobody,
        secured=True,
    ),
    Mutant(
        "everybody-suspect",
        "R-TIL-03",
        "Log analysis shows every look-up.",
        "Nobody can find the one who snoops among all who do their work.",
        flags_everybody,
        secured=True,
    ),
    Mutant(
        "treating-staff-suspect",
        "R-TIL-03",
        "Log analysis takes the look-ups of treating staff for their own affair.",
        "Those who treat are called in to explain themselves, and stop looking when they should.",
        contacts_unknown,
        secured=True,
    ),
)  # fmt: skip  a table
