"""Steps on an attack: ransomware spoils one installation, which is restored, while the others go on working."""

import time
from functools import partial
from typing import Final

from pytest_bdd import given, then

from features.drills import Drills
from features.example import Example
from features.steps.operation import CHART, LEGEVAKT, NURSE, PAUSE_S, SETTLE_S, open_chart, possible
from features.study import Written
from features.telling import step
from simulator.candidates import Drill, Session
from simulator.errors import CandidateError

VISITS: Final = 6


@given("ransomware spoils all that an installation has stored, and it is restored from a backup kept apart")
def attack(example: Example, drills: Drills) -> None:
    """It happens once; the installation that all examples share stands for the other municipalities."""
    possible(example, drills, "backup", "restore")
    drills.once("attack", example, partial(attacked, others=example.session))


def attacked(example: Example, drill: Drill, *, others: Session) -> None:
    """A backup, what is written after it, the attack, the restore; the others are asked before, during and after."""
    own = example.session
    resident = example.meet(record_AllergyIntolerance=1, record_MedicationStatement=1, record_Condition=1)
    example.seed(resident.written(phase="record"))
    known = resident.written(*CHART, phase="record")
    first, *late = _measured(example)
    example.seed([first, *late], leaving_out=[first, *late])
    example.write(first, "care", actor=NURSE)
    example.know(known=[w.id for w in (*known, first)])
    before = open_chart(example, "before")
    elsewhere = _others(example, others)
    try:
        example.know(backup_s=drill.do(drill.candidate.operations.backup))
        drill.put_away()
        example.session = own
        for number, written in enumerate(late, start=1):
            example.write(written, f"late.{number}", actor=NURSE)
        example.know(attacked=drill.kill(), spoilt=drill.spoil())
        _start_spoilt(example, drill)
        example.session = others
        _look_elsewhere(example, elsewhere[0], "during", write=elsewhere[1])
        example.session = own
        drill.kill()
        drill.clear()
        drill.fetch_back()
        example.know(restore_s=drill.do(drill.candidate.operations.restore))
    except CandidateError as error:
        example.know(failed=str(error)[:300])
        return
    _start_restored(example, drill, before)
    example.send("read", first.type, "restored.care", target=first.id, actor=NURSE)
    example.session = others
    _look_elsewhere(example, elsewhere[0], "after")


def _measured(example: Example) -> list[Written]:
    told = example.tell(*[step(NURSE, "vital-signs", channel="home")] * VISITS)
    return [w for visit in told for w in visit if w.type == "Observation"][:VISITS]


def _others(example: Example, others: Session) -> tuple[list[Written], Written]:
    """Somebody in the record of others: what is known of them, and a measurement still to be written."""
    example.session = others
    resident = example.meet(record_AllergyIntolerance=1, record_MedicationStatement=1, record_Condition=1)
    example.seed(resident.written(phase="record"))
    told = example.tell(step(NURSE, "vital-signs", channel="home"), about=resident)
    measurement = next(w for w in told[0] if w.type == "Observation")
    example.seed([measurement], leaving_out=[measurement])
    known = resident.written(*CHART, phase="record")
    example.know(elsewhere=[w.id for w in known])
    _look_elsewhere(example, known, "ahead")
    return known, measurement


def _look_elsewhere(example: Example, known: list[Written], label: str, *, write: Written | None = None) -> None:
    for number, written in enumerate(known, start=1):
        example.send("read", written.type, f"{label}.{number}", target=written.id, actor=LEGEVAKT)
    if write is not None:
        example.write(write, f"{label}-write", actor=NURSE)
        example.send("read", write.type, f"{label}-read", target=write.id, actor=NURSE)


def _start_spoilt(example: Example, drill: Drill) -> None:
    """Start it on what the attack has left: it ends, or answers, or the drill's patience does."""
    drill.again()
    until, number = time.monotonic() + SETTLE_S, 0
    while drill.alive and time.monotonic() < until:
        number += 1
        open_chart(example, f"spoilt.{number}")
        if example.exchanges[-1].response is not None:
            break
        example.wait(PAUSE_S)


def _start_restored(example: Example, drill: Drill, before: list[int]) -> None:
    drill.again()
    began, number, answered = time.monotonic(), 0, False
    until = began + drill.start.timeout_s
    while drill.alive and time.monotonic() < until:
        number += 1
        if open_chart(example, f"back.{number}") == before:
            break
        example.wait(PAUSE_S)
        if not answered and example.exchanges[-1].response is not None:
            answered, until = True, time.monotonic() + SETTLE_S
    example.know(waited=round(time.monotonic() - began, 1))


@then("the record is back within an hour as it was when the backup was taken")
def restored(example: Example) -> None:
    """Within the rule's limit, and whole."""
    example.know(limit_s=example.catalogue.rules["R-TIL-08A"].limit_s)
    example.holds("R-TIL-08A")


@then("the others read and write all the while, and nothing of theirs has changed")
def others_unharmed(example: Example) -> None:
    """Before, during and after."""
    example.holds("R-TIL-08B")
