"""The lives of tasks, requests and appointments: which state may follow which, and that nobody is given a taken time.

A resource may be made in any state, since its life may have begun elsewhere. Afterwards it takes the steps of its
state machine (http://hl7.org/fhir/R4/task.html#statemachine, request.html#statemachine, appointment.html): it may pass
over steps, and never goes back.
"""

import re
from typing import Any, Final

import orjson

from simulator.journal.errors import FhirError, refuse
from simulator.journal.search.finder import Finder
from simulator.journal.search.request import Parser
from simulator.journal.store import Found, Reader

Json = dict[str, Any]
_SPECIAL: Final = re.compile(r"[\\,|$]")
_WRONG: Final = "entered-in-error"
_TASK_ENDS: Final = "completed failed cancelled"
STEPS: Final[dict[str, dict[str, str]]] = {
    "Task": {
        "draft": "requested received accepted ready in-progress cancelled",
        "requested": f"received accepted rejected ready in-progress on-hold {_TASK_ENDS}",
        "received": f"accepted rejected ready in-progress on-hold {_TASK_ENDS}",
        "accepted": f"ready in-progress on-hold {_TASK_ENDS}",
        "ready": f"in-progress on-hold {_TASK_ENDS}",
        "in-progress": f"on-hold {_TASK_ENDS}",
        "on-hold": f"ready in-progress {_TASK_ENDS}",
        "completed": "",
        "failed": "",
        "cancelled": "",
        "rejected": "",
    },
    "ServiceRequest": {
        "draft": "active on-hold revoked completed unknown",
        "active": "on-hold revoked completed unknown",
        "on-hold": "active revoked completed unknown",
        "unknown": "draft active on-hold revoked completed",
        "completed": "",
        "revoked": "",
    },
    "Appointment": {
        "proposed": "pending waitlist booked cancelled",
        "pending": "proposed waitlist booked cancelled",
        "waitlist": "proposed pending booked cancelled",
        "booked": "pending arrived checked-in fulfilled noshow cancelled",
        "arrived": "checked-in fulfilled cancelled",
        "checked-in": "fulfilled cancelled",
        "fulfilled": "",
        "noshow": "",
        "cancelled": "",
    },
}  # fmt: skip  a table: from each state to those that may follow
PARAGRAPHS: Final = {
    "Task": "task.html#statemachine",
    "ServiceRequest": "request.html#statemachine",
    "Appointment": "appointment.html#statuses",
}
HOLDING: Final = ("booked", "arrived", "checked-in", "fulfilled")
"""The states in which an appointment has its time."""


class Lives:
    """Holds a write of a Task, ServiceRequest or Appointment against its life so far, and times against who has them.

    Args:
        parser: Understands searches, without any caller's view: a taken time is taken whoever asks.
        finder: Carries them out.
    """

    def __init__(self, parser: Parser, finder: Finder) -> None:
        self.parser = parser
        self.finder = finder
        self.steps = STEPS

    def check(self, reader: Reader, resource: Json, identity: str, found: Found | None) -> None:
        """Raises a 409 when the resource cannot become this, or wants a time that another has."""
        kind = resource["resourceType"]
        if kind not in self.steps:
            return
        if found is not None and found.content:
            self.check_step(kind, str(orjson.loads(found.content).get("status")), str(resource.get("status")))
        if kind == "Appointment" and resource.get("status") in HOLDING:
            self.check_time(reader, resource, identity)

    def check_step(self, kind: str, before: str, after: str) -> None:
        """Raises a 409 that names the rule when no step leads from one state to the other."""
        steps = self.steps[kind].get(before, "").split()
        if before == after or after in steps or (after == _WRONG and before != _WRONG):
            return
        onwards = ", ".join([*steps, _WRONG] if before != _WRONG else []) or "nothing"
        words = f"a {kind} that is {before} cannot become {after}; from {before} leads: {onwards}"
        raise _conflict("business-rule", f"{words} (R4 {PARAGRAPHS[kind]})", f"{kind}.status")

    def check_time(self, reader: Reader, appointment: Json, identity: str) -> None:
        """Raises a 409 when another appointment has one of the slots."""
        for slot in appointment.get("slot", ()):
            place = _SPECIAL.sub(r"\\\g<0>", str(slot.get("reference", "")))
            if not place:
                continue
            query = [("slot", place), ("status", ",".join(HOLDING))]
            search = self.parser.parse("Appointment", query, strict=True)
            if any(hit.id != identity for hit in self.finder.after(reader, search, 0, 2)):
                words = "another appointment has this time; no time is given twice (R4 appointment.html, Slot)"
                raise _conflict("conflict", words, "Appointment.slot")


def _conflict(code: str, words: str, place: str) -> FhirError:
    return refuse(409, code, words, place)
