"""Just-in-time access for those who run the journal: a ticket opens one patient's record for a while.

A ticket is a Task of code ``operator-access``: for a patient, requested by who approves it, owned by the operator by
person number, with a reason, and with a period (``restriction.period``) no longer than a working day. It is in force
while its status is one of work under way. Operators cannot write one.
"""

from collections.abc import Iterator
from typing import Any, Final

from simulator.journal import dates
from simulator.journal.access import words
from simulator.journal.access.caller import Caller
from simulator.journal.access.relations import Relations, now_in
from simulator.journal.store import Reader

Json = dict[str, Any]
SYSTEM: Final = "https://journalbenk.example/access"
CODE: Final = "operator-access"
UNDER_WAY: Final = frozenset({"accepted", "ready", "in-progress"})
LONGEST_MS: Final = 8 * 3_600_000
"""A working day (bench value)."""


def tickets_of(relations: Relations, reader: Reader, caller: Caller) -> Iterator[tuple[str, str]]:
    """The tickets in force that an operator has: ``Patient/id``, and what access then rests on."""
    if not caller.pid:
        return
    owner = ",".join(f"{system}|{caller.pid}" for system in sorted(words.PERSON_SYSTEMS))
    asked = (("code", f"{SYSTEM}|{CODE}"), ("owner:identifier", owner), ("status", ",".join(sorted(UNDER_WAY))))
    for task in relations.found(reader, "Task", *asked):
        reason = str((task.get("reasonCode") or {}).get("text") or "")
        patient = relations.here(str((task.get("for") or {}).get("reference")))
        if patient.startswith("Patient/") and reason and _in_force(task):
            yield patient, f"ticket Task/{task['id']}: {reason}"


def _in_force(task: Json) -> bool:
    period = (task.get("restriction") or {}).get("period") or {}
    span = dates.indexed(period) if {"start", "end"} <= set(period) and task.get("requester") else None
    return span is not None and span[1] - span[0] <= LONGEST_MS and now_in(period)
