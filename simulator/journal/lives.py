"""The lives of tasks, requests and appointments: which state may follow which, and that no time is given twice.

A resource may be made in any state, since its life may have begun elsewhere. Afterwards it takes the steps of its
state machine (http://hl7.org/fhir/R4/task.html#statemachine, request.html#statemachine, appointment.html): it may pass
over steps, and never goes back.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from simulator.journal import dates
from simulator.journal.errors import FhirError, refuse
from simulator.journal.indexing import relative
from simulator.journal.search.finder import Finder
from simulator.journal.search.request import Parser
from simulator.journal.store import Found, Reader

Json = dict[str, Any]
Time = tuple[int, int]
"""From when until when, in milliseconds since 1970."""
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
LONGEST_MS: Final = 7 * 24 * 3_600_000
"""An appointment that lasts longer than a week keeps nobody from others."""
MOST_NEAR: Final = 10_000
_FIRST_MS, _LAST_MS = -62_135_596_800_000, 253_402_300_799_000
"""The years that a date can name: 1 to 9999."""
_SERVICE: Final = "HealthcareService/"


class Lives:
    """Holds a write of a Task, ServiceRequest or Appointment against its life so far, and times against who has them.

    Args:
        parser: Understands searches, without any caller's view: a taken time is taken whoever asks.
        finder: Carries them out.
        base: The journal's own, so that a reference is the same with it and without.
    """

    def __init__(self, parser: Parser, finder: Finder, base: str = "") -> None:
        self.parser = parser
        self.finder = finder
        self.base = base
        self.steps = STEPS

    def check(self, reader: Reader, resource: Json, identity: str, found: Found | None) -> None:
        """Raises a 409 when the resource cannot become this, or wants a time that another has and it has not."""
        kind = resource["resourceType"]
        if kind not in self.steps:
            return
        before: Json = orjson.loads(found.content) if found is not None and found.content else {}
        if before:
            self.check_step(kind, str(before.get("status")), str(resource.get("status")))
        if kind == "Appointment" and resource.get("status") in HOLDING:
            held = before if before.get("status") in HOLDING else {}
            self.check_time(reader, resource, identity, held)
            self.check_presence(reader, resource, identity, held)

    def check_step(self, kind: str, before: str, after: str) -> None:
        """Raises a 409 that names the rule when no step leads from one state to the other."""
        steps = self.steps[kind].get(before, "").split()
        if before == after or after in steps or (after == _WRONG and before != _WRONG):
            return
        onwards = ", ".join([*steps, _WRONG] if before != _WRONG else []) or "nothing"
        words = f"a {kind} that is {before} cannot become {after}; from {before} leads: {onwards}"
        raise _conflict("business-rule", f"{words} (R4 {PARAGRAPHS[kind]})", f"{kind}.status")

    def check_time(self, reader: Reader, appointment: Json, identity: str, held: Json) -> None:
        """Raises a 409 when another appointment has one of the slots; not for those that this one ``held`` before."""
        for slot in sorted(self._slots(appointment) - self._slots(held)):
            query = [("slot", _SPECIAL.sub(r"\\\g<0>", slot)), ("status", ",".join(HOLDING))]
            search = self.parser.parse("Appointment", query, strict=True)
            if any(hit.id != identity for hit in self.finder.after(reader, search, 0, 2)):
                words = "another appointment has this time; no time is given twice (R4 appointment.html, Slot)"
                raise _conflict("conflict", words, "Appointment.slot")

    def check_presence(self, reader: Reader, appointment: Json, identity: str, held: Json) -> None:
        """Raises a 409 when somebody or something that must be present must be so elsewhere at the same time.

        Not for who had to be so already, at a time that the appointment ``held`` before.
        """
        before = self._required(held)
        for actor, times in sorted(self._required(appointment).items()):
            fresh = [time for time in times if not any(_is_within(time, other) for other in before.get(actor, ()))]
            if not fresh:
                continue
            place = _SPECIAL.sub(r"\\\g<0>", actor)
            query = [("actor", place), ("status", ",".join(HOLDING)), *_near(fresh)]
            search = self.parser.parse("Appointment", query, strict=True)
            for hit in self.finder.after(reader, search, 0, MOST_NEAR):
                taken = self._required(orjson.loads(hit.content)).get(actor, ())
                if hit.id != identity and any(_overlap(one, other) for one in fresh for other in taken):
                    words = f"{_named(actor)} must be at another appointment then (R4 Appointment.participant.required)"
                    raise _conflict("conflict", words, "Appointment.participant")

    def _slots(self, appointment: Json) -> set[str]:
        return {relative(str(one.get("reference", "")), self.base) for one in appointment.get("slot", ())} - {""}

    def _required(self, appointment: Json) -> dict[str, list[Time]]:
        """When an appointment cannot do without whom or what, by reference; a service may be in many places.

        Nobody of one whose time is not settled; a participant's own ``period`` is the part he takes part in.
        """
        found: dict[str, list[Time]] = {}
        span = _span(appointment)
        if span is None:
            return found
        for one in appointment.get("participant", ()):
            reference = relative(str((one.get("actor") or {}).get("reference", "")), self.base)
            if one.get("required") == "required" and one.get("status") != "declined" and _SERVICE not in reference:
                found.setdefault(reference, []).append(_part(span, one.get("period") or {}))
        found.pop("", None)
        return found


def _near(times: list[Time]) -> list[tuple[str, str]]:
    """Criteria of the appointments that may overlap some times."""
    first, last = min(time[0] for time in times), max(time[1] for time in times)
    bounds = (("ge", first - LONGEST_MS), ("lt", last))
    return [("date", f"{word}{_text(at)}") for word, at in bounds if _FIRST_MS <= at <= _LAST_MS]


def _part(time: Time, period: Json) -> Time:
    """The part of a time that lies in a Period; one of no length where they do not meet."""
    begins = max(time[0], dates.span(period["start"])[0]) if "start" in period else time[0]
    ends = min(time[1], dates.span(period["end"])[1]) if "end" in period else time[1]
    return begins, max(begins, ends)


def _span(appointment: Json) -> Time | None:
    """When an appointment is; None when that is not settled."""
    if "start" not in appointment or "end" not in appointment:
        return None
    return dates.span(appointment["start"])[0], dates.span(appointment["end"])[0]


def _overlap(one: Time, other: Time) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _is_within(one: Time, other: Time) -> bool:
    return other[0] <= one[0] and one[1] <= other[1]


def _text(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _named(actor: str) -> str:
    return f"the {actor.rpartition('/')[0].rpartition('/')[2] or 'participant'}"


def _conflict(code: str, words: str, place: str) -> FhirError:
    return refuse(409, code, words, place)
