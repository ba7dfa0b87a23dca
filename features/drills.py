"""Second installations of the candidate for what must not happen to the one that all examples share."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

from features.example import Example
from simulator.candidates import Drill, Limits, Session
from simulator.domain.candidate import Candidate
from simulator.domain.exchange import Exchange
from simulator.domain.verdict import Finding
from simulator.histories import Recorder

ANSWER_S: Final = 5.0
"""How long one question may take while it is asked again and again."""


@dataclass(slots=True)
class _Event:
    """What happened once, for all examples that speak of it."""

    facts: dict[str, Any] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    error: Exception | None = None


class Drills:
    """The second installations of one run, and what happened to them."""

    def __init__(self, candidate: Candidate, folder: Path, recorder: Recorder) -> None:
        self.candidate = candidate
        self._folder = folder
        self._recorder = recorder
        self._numbers = count(1)
        self._events: dict[str, _Event] = {}

    def hindrance(self, *operations: str) -> Finding | None:
        """Why there can be no drill, or none with these operations; None when there can."""
        if self.candidate.start is None:
            return Finding(
                "not_applicable",
                "The candidate runs elsewhere; the bench ends, damages and restores only what it has started itself.",
            )
        if "{port}" not in self.candidate.base_url:
            return Finding(
                "not_applicable",
                "The candidate's file fixes its port, so the bench cannot start a second one for a drill.",
            )
        missing = ", ".join(name for name in operations if not getattr(self.candidate.operations, name))
        if missing:
            return Finding("not_applicable", f"The candidate's file does not say how to do this: {missing}.")
        return None

    def once(
        self, name: str, example: Example, happens: Callable[[Example, Drill], None], *, changeable: bool = False
    ) -> None:
        """Let it happen to a new installation, or tell it again when it has: the history of each example is whole.

        While it happens the example is about that installation; it ends with it. What broke it off breaks off every
        example that speaks of it.
        """
        if name not in self._events:
            self._events[name] = self._lived(example, happens, changeable=changeable)
        else:
            event = self._events[name]
            example.know(**event.facts)
            for exchange in event.exchanges:
                self._recorder.exchange(example.name, example.keep(exchange))
        error = self._events[name].error
        if error is not None:
            raise error

    def _lived(self, example: Example, happens: Callable[[Example, Drill], None], *, changeable: bool) -> _Event:
        shared, event = example.session, _Event()
        drill = Drill(self.candidate, self._folder / f"drill-{next(self._numbers)}", changeable=changeable)
        try:
            within = min(ANSWER_S, float(os.environ.get("JOURNALBENK_ANSWER_WITHIN", ANSWER_S)))
            session = Session(drill.begin(), self._recorder, example.name, limits=Limits(timeout_s=within))
            try:
                example.session = session
                happens(example, drill)
            finally:
                example.session = shared
                session.close()
        except Exception as error:  # noqa: BLE001  it is told to every example that rests on it
            event.error = error
        finally:
            drill.close()
        event.facts, event.exchanges = dict(example.facts), list(example.exchanges)
        return event
