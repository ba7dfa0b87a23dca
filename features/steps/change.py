"""Steps on change: an installation is brought to another version while people work."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import Any, Final

from pytest_bdd import given, then

from features.drills import Drills
from features.example import Example
from features.steps.operation import NURSE, WRITERS, possible, vital_signs
from features.study import Written
from features.versions import building_on
from simulator.candidates import Drill
from simulator.checks.evidence import version_given
from simulator.domain.exchange import Exchange
from simulator.errors import CandidateError

AROUND_S: Final = 0.4
"""How long people work before the change begins, and after it has ended."""
PACE_S: Final = 0.1
"""Between two things that one person does."""


@given("the version of an installation is changed while nurses write and look things up")
def version_changed(example: Example, drills: Drills) -> None:
    """It happens once, to an installation started as the file says for that."""
    possible(example, drills, "change")
    drills.once("change", example, change_version, changeable=True)


def change_version(example: Example, drill: Drill) -> None:
    """What was begun before, people at work all the while, and the same client afterwards."""
    resident = example.meet(record_Condition=1)
    example.seed([resident.patient])
    measured = iter(vital_signs(example))
    begun = next(measured)
    stored = example.write(begun, "begun", actor=NURSE)
    example.send("capabilities", "", "offered")
    over = Event()
    with ThreadPoolExecutor(WRITERS) as pool:
        lock = Lock()
        workers = [pool.submit(_work, example, _taking_turns(measured, lock), over) for _ in range(WRITERS)]
        time.sleep(AROUND_S)
        before = drill.processes
        example.know(began=time.time())
        try:
            drill.do(drill.candidate.operations.change)
        except CandidateError as error:
            example.know(failed=str(error)[:300])
        example.know(ended=time.time(), gone=sorted(set(before) - set(drill.processes)))
        time.sleep(AROUND_S)
        over.set()
        done = [exchange for worker in workers for exchange in worker.result()]
    for exchange in sorted(done, key=lambda e: e.number):
        example.keep(exchange)
    _go_on(example, begun, stored)


def _taking_turns(measured: Iterator[Written], lock: Lock) -> Iterator[Written]:
    """The next measurement for whoever asks; after the last one nobody writes any more."""
    while True:
        with lock:
            written = next(measured, None)
        if written is None:
            return
        yield written


def _work(example: Example, turns: Iterator[Written], over: Event) -> list[Exchange]:
    """Write a measurement and read it back, again and again; when there is none left, only read."""
    done: list[Exchange] = []
    last: Written | None = None
    while not over.is_set():
        written = next(turns, None)
        if written is not None:
            done.append(example.session.send(written.interaction, label="traffic.write", actor=NURSE))
            last = written
        if last is not None:
            interaction = example.interaction("read", last.type, target=last.id)
            done.append(example.session.send(interaction, label="traffic.read", actor=NURSE))
        time.sleep(PACE_S)
    return done


def _go_on(example: Example, begun: Written, stored: Exchange) -> None:
    """A client that knows only what was offered before reads, and changes the version it was given."""
    example.send("capabilities", "", "offered-after")
    example.send("read", begun.type, "begun-read", target=begun.id, actor=NURSE)
    tag = building_on(stored) if version_given(stored) else ()
    changes: dict[str, Any] = {"status": "amended"}
    example.change(begun, "begun-changed", changes, actor=NURSE, headers=tag)


@then("every one of them was answered, and all they wrote is there")
def nobody_noticed(example: Example) -> None:
    """Not one failed."""
    example.holds("R-NFR-08A")


@then("whoever was made for the version before finds all that it offered, and goes on with what was begun")
def earlier_version_tolerated(example: Example) -> None:
    """All of it."""
    example.holds("R-NFR-08B")
