"""Steps on the access log: looking, seeing who has looked, and trying to remove the trace."""

from typing import Any, Final

import orjson
from pytest_bdd import given, then, when

from features.example import Example

ATTEMPTS: Final = 5
PAUSE_S: Final = 0.3


@given("a resident with diagnoses and medicines in the record")
def in_the_record(example: Example) -> None:
    """Somebody with a past, which is written; one diagnosis is left for the staff to write."""
    resident = example.meet(record_Condition=2, record_MedicationStatement=1)
    latest = resident.written("Condition", phase="record")[-1]
    example.seed([w for w in resident.written(phase="record") if w.id != latest.id])
    example.know(patient=[resident.patient.id])


@when("staff look at the record and write in it")
def look_and_write(example: Example) -> None:
    """A read, two searches and a write, by several people."""
    patient = example.resident.patient
    example.send("read", "Patient", "look.1", target=patient.id, actor="gp.secretary")
    example.chart("Condition", "look.2", actor="gp.doctor")
    example.chart("MedicationStatement", "look.3", actor="home-care.nurse")
    example.write(example.resident.written("Condition", phase="record")[-1], "look.4", actor="gp.doctor")


@when("the resident opens the access log on Helsenorge")
def open_log(example: Example) -> None:
    """A few times, since a log may lag a moment behind."""
    _read_log(example, len(example.exchanges))


def _read_log(example: Example, enough: int) -> list[dict[str, Any]]:
    """The newest entries of the log, read again while there are fewer than the exchanges so far."""
    found: list[dict[str, Any]] = []
    for attempt in range(1, ATTEMPTS + 1):
        pages = example.chart("AuditEvent", f"log.{attempt}", _count=50, actor="citizen")
        found = [e.get("resource") or {} for p in pages for e in (p.resource() or {}).get("entry") or []]
        if len(found) >= enough:
            break
        example.wait(PAUSE_S)
    return found


@then("every look and every change is there")
def all_logged(example: Example) -> None:
    """Nothing unseen."""
    example.holds("R-INN-01")


@when("somebody looks at the record and tries to change and remove the trace")
def tamper(example: Example) -> None:
    """By every way the interface has."""
    example.send("read", "Patient", "look.1", target=example.resident.patient.id, actor="gp.secretary")
    trace = next((e for e in _read_log(example, 1) if "id" in e), None)
    if trace is None:
        return
    name = f"AuditEvent/{trace['id']}"
    example.know(log_entry=name)
    example.send("read", "AuditEvent", "entry-before", target=name)
    changed = {**trace, "recorded": "2001-01-01T00:00:00Z"}
    example.send("update", "AuditEvent", "tamper.update", target=name, body=changed)
    patch = orjson.dumps([{"op": "replace", "path": "/recorded", "value": "2001-01-01T00:00:00Z"}])
    example.send("patch", "AuditEvent", "tamper.patch", target=name, body=patch)
    example.send("delete", "AuditEvent", "tamper.delete", target=name)
    example.send("read", "AuditEvent", "entry-after", target=name)


@then("the trace is still there, unchanged")
def trace_stays(example: Example) -> None:
    """As it was."""
    example.holds("R-TIL-04")
