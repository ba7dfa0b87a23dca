"""How a fault gets into a journal: by changing what one interaction is asked, or what it answers."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from simulator.journal.app import JournalApp
from simulator.journal.http import Answer, Call

Resource = dict[str, Any]
Fault = Callable[[JournalApp], None]

RACE_S = 0.4


@dataclass(frozen=True, slots=True)
class Mutant:
    """A journal with one fault."""

    name: str
    rule: str
    """The rule whose check is expected to catch it."""
    description: str
    consequence: str
    """What it would mean for a patient or a care worker."""
    fault: Fault = lambda _: None
    secured: bool = False
    """Whether the fault is in what a secured journal does: then it runs beside a token service."""
    neighbours: bool = False
    """Whether the fault shows in dealing with neighbours: then it runs beside them."""
    again: bool = False
    """Whether the fault shows only when the journal finds something in its folder: not in its first life."""
    before: Callable[[Path], None] | None = None
    """What it does to its folder before it opens it."""
    operating: Callable[[], None] | None = None
    """What it changes before a backup is taken or restored."""
    team: Callable[[], None] | None = None
    """What it changes in how several processes work together."""
    to_come: Fault | None = None
    """What is wrong with the version that a change brings."""


def asked(code: str, change: Callable[[Call], None]) -> Fault:
    """The interaction is asked something else: ``change`` alters the call after it has been read and checked."""

    def into(app: JournalApp) -> None:
        sound = app.journal.interactions[code]

        def apply(journal: Any, store: Any, call: Call) -> Answer:
            change(call)
            return sound.apply(journal, store, call)

        app.journal.interactions[code] = replace(sound, apply=apply)

    return into


def answered(code: str, change: Callable[[Call, Resource], None]) -> Fault:
    """The interaction answers something else: ``change`` alters the resource in the answer."""

    def into(app: JournalApp) -> None:
        sound = app.journal.interactions[code]

        def apply(journal: Any, store: Any, call: Call) -> Answer:
            answer = sound.apply(journal, store, call)
            if answer.content:
                resource = orjson.loads(answer.content)
                change(call, resource)
                answer.content = orjson.dumps(resource)
            return answer

        app.journal.interactions[code] = replace(sound, apply=apply)

    return into


def both(*faults: Fault) -> Fault:
    """One fault that shows in several interactions."""

    def into(app: JournalApp) -> None:
        for fault in faults:
            fault(app)

    return into


def stores(kind: str, change: Callable[[Resource], None], *, codes: tuple[str, ...] = ("create", "update")) -> Fault:
    """Something is stored otherwise than it was sent."""

    def alter(call: Call) -> None:
        if kind in ("", call.kind) and isinstance(call.resource, dict):
            change(call.resource)

    return both(*(asked(code, alter) for code in codes))


def ignores(kind: str, parameter: str) -> Fault:
    """A search passes over a parameter in silence."""

    def alter(call: Call) -> None:
        if call.kind == kind:
            call.query = [(name, text) for name, text in call.query if name != parameter]

    return asked("search-type", alter)


def without(code: str, header: str, *, kind: str = "") -> Fault:
    """A header field is passed over in silence."""

    def alter(call: Call) -> None:
        if kind in ("", call.kind):
            call.headers.pop(header, None)

    return asked(code, alter)


def races(code: str, header: str, kind: str) -> Fault:
    """A condition is looked at before the write has its turn, so that those who come at once all pass."""
    first_seen: dict[str, float] = {}

    def alter(call: Call) -> None:
        condition = call.headers.get(header)
        if call.kind == kind and condition is not None:
            now = time.monotonic()
            if now - first_seen.setdefault(f"{call.identity}{condition}", now) < RACE_S:
                del call.headers[header]

    return asked(code, alter)


def entries(bundle: Resource) -> list[Resource]:
    """The resources of a bundle."""
    return [e["resource"] for e in bundle.get("entry", ()) if "resource" in e]
