"""Steps on operation: an installation of its own whose power fails, and what is there when it comes back."""

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from threading import Event
from typing import Any, Final

from pytest_bdd import given, then

from features.drills import Drills
from features.example import Example
from features.study import Written
from features.telling import step
from simulator.candidates import Drill
from simulator.domain.exchange import Exchange
from simulator.figures import Figures

NURSE, LEGEVAKT = "home-care.nurse", "legevakt.nurse"
CHART: Final = ("AllergyIntolerance", "MedicationStatement", "Condition")
WRITERS: Final = 4
VISITS: Final = 60
"""Visits told for those who write: more than are written before the power fails."""
ACKNOWLEDGED: Final = 40
"""Writes acknowledged before the power fails."""
PATIENCE_S: Final = 20.0
SETTLE_S: Final = 10.0
"""How long the drill waits for an installation that answers to do again all that it did."""
PAUSE_S: Final = 0.1


@given("the power of an installation fails while nurses write about a resident, and comes back")
def power_failure(example: Example, drills: Drills) -> None:
    """It happens once; every example about it has the whole of it."""
    possible(example, drills)
    drills.once("power failure", example, fail_power)


def possible(example: Example, drills: Drills, *operations: str) -> None:
    """A second installation can be started, and these operations done with it; otherwise the example ends here."""
    hindrance = drills.hindrance(*operations)
    if hindrance is not None:
        example.leave_out(dict.fromkeys(example.rules, hindrance))


def fail_power(example: Example, drill: Drill) -> None:
    """Somebody's chart is opened and written in, the power fails, and both are tried until they succeed again."""
    resident = example.meet(record_AllergyIntolerance=1, record_MedicationStatement=1, record_Condition=1)
    example.seed(resident.written(phase="record"))
    example.know(known=[w.id for w in resident.written(*CHART, phase="record")], assumed=assumed())
    measured = vital_signs(example)
    control = measured.pop()
    example.write(control, "control", actor=NURSE)
    example.send("read", control.type, "control-read", target=control.id, actor=NURSE)
    before = open_chart(example, "before")
    sent = write_on(example, drill, measured)
    rest = measured[len(sent) :]
    try_until_back(example, drill, rest, before)
    known = {w.id: w for w in measured}
    for number, exchange in enumerate((e for e in sent if e.outcome == "ok" and drill.alive), start=1):
        written = known[exchange.interaction]
        example.send("read", written.type, f"found.{number}", target=written.id, actor=NURSE)


def assumed() -> dict[str, dict[str, Any]]:
    """What is assumed of faults and of those who mend them, each with its unit, source and status."""
    figures, found = Figures.load(), {}
    for name in ("process_faults", "machine_faults", "notice", "mending"):
        value, use = figures.value(f"operation.{name}"), figures.origin(f"operation.{name}")
        found[name] = {"value": value, "unit": use.unit, "status": use.status, "source": use.source}
    return found


def vital_signs(example: Example) -> list[Written]:
    """As many measurements as will be needed, told and not yet written; all they rest on is."""
    told = example.tell(*[step(NURSE, "vital-signs", channel="home")] * VISITS)
    written = [w for visit in told for w in visit if w.type == "Observation"]
    example.seed(written, leaving_out=written)
    return written


def open_chart(example: Example, label: str) -> list[int]:
    """How many entries each part of the chart shows; nothing more is asked when a part is not answered."""
    shown = []
    for kind in CHART:
        pages = example.chart(kind, f"{label}.{kind}", actor=LEGEVAKT)
        if pages[-1].outcome != "ok":
            break
        shown.append(sum(len((page.resource() or {}).get("entry") or ()) for page in pages))
    return shown


def write_on(example: Example, drill: Drill, measured: list[Written]) -> list[Exchange]:
    """Several write at once and on and on until the power fails, and it comes back; what was sent, in order."""
    over, enough = Event(), Event()
    acknowledged: list[str] = []

    def write(number: int, written: Written) -> Exchange | None:
        if over.is_set():
            return None
        exchange = example.session.send(written.interaction, label=f"write.{number}", actor=NURSE)
        if exchange.outcome == "ok":
            acknowledged.append(written.id)
        if len(acknowledged) >= ACKNOWLEDGED or exchange.outcome == "refused":
            enough.set()
        return exchange

    with ThreadPoolExecutor(WRITERS) as pool:
        futures: list[Future[Exchange | None]] = [pool.submit(write, n, w) for n, w in enumerate(measured, start=1)]
        enough.wait(PATIENCE_S)
        example.know(killed=drill.kill())
        over.set()
        wait(futures)
    drill.again()
    found = [exchange for future in futures if (exchange := future.result()) is not None]
    return [example.keep(exchange) for exchange in sorted(found, key=lambda e: e.number)]


def try_until_back(example: Example, drill: Drill, rest: list[Written], before: list[int]) -> None:
    """Open the chart until it is whole and write until it is taken in, or the process or the drill's patience ends.

    The patience is the time that the candidate's file gives a start, and some seconds from the first answer on.
    """
    began = time.monotonic()
    until, answered, number = began + drill.start.timeout_s, False, 0
    undone = [partial(_read_again, example, before), partial(_write_again, example, iter(rest))]
    while undone and drill.alive and time.monotonic() < until:
        number += 1
        first = len(example.exchanges)
        undone = [attempt for attempt in undone if not attempt(number)]
        if not answered and any(e.response is not None for e in example.exchanges[first:]):
            answered, until = True, time.monotonic() + SETTLE_S
        if undone:
            example.wait(PAUSE_S)
    example.know(waited=round(time.monotonic() - began, 1))


def _read_again(example: Example, before: list[int], number: int) -> bool:
    return open_chart(example, f"back.{number}") == before


def _write_again(example: Example, rest: Any, number: int) -> bool:
    """Another measurement each time, so that none is written twice; the one taken in is read back."""
    written = next(rest, None)
    if written is None or example.write(written, f"taken.{number}", actor=NURSE).outcome != "ok":
        return written is None
    return example.send("read", written.type, f"seen.{number}", target=written.id, actor=NURSE).outcome == "ok"


@then("all that was acknowledged is there as written")
def nothing_lost(example: Example) -> None:
    """None lost."""
    example.holds("R-NFR-03A")


@then("the chart is back whole within five minutes, with the time until somebody notices")
def read_in_time(example: Example) -> None:
    """Within the rule's limit."""
    _holds_within(example, "R-NFR-03B")


@then("what is written is taken in within an hour, with the time until somebody notices")
def written_in_time(example: Example) -> None:
    """Within the rule's limit."""
    _holds_within(example, "R-NFR-03C")


@then("a year with the faults assumed has little unplanned downtime")
def little_downtime(example: Example) -> None:
    """Not more than the rule allows a year."""
    _holds_within(example, "R-NFR-01")


@then("in a year with the faults assumed the chart, medicines and critical information can nearly always be read")
def nearly_always(example: Example) -> None:
    """Not longer without than the rule allows a year."""
    _holds_within(example, "R-NFR-02")


def _holds_within(example: Example, rule: str) -> None:
    example.know(limit_s=example.catalogue.rules[rule].limit_s, seed=example.study.seed)
    example.holds(rule)
