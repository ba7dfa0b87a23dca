"""What the bench says to a candidate's neighbours: what is so, how to behave, and what they were asked and sent."""

import os
import time
from collections.abc import Callable
from typing import Any, Final

import orjson

from simulator.candidates.lifetime import Running
from simulator.candidates.neighbourhood import address_of
from simulator.candidates.transport import Limits, NoAnswerError, Transport
from simulator.errors import BenchError

Know = Callable[[str, Any], None]
"""Writes down something true in the simulated world: its name, and what it is."""
Entries = list[dict[str, Any]]
_LIMITS: Final = Limits(timeout_s=60.0, max_body=64 * 1024 * 1024)
_PAUSE_S: Final = 0.02
PATIENCE_S: Final = 10.0


def _nowhere(_name: str, _value: Any) -> None:
    return


class Neighbours:
    """The neighbours of a running candidate; everything told and asked is written down as facts of the example.

    Facts are ``told.<neighbour>`` (a list of ``path`` and ``body``), ``behaviour.<neighbour>`` (a list of what was
    asked for, in order) and ``received.<neighbour>`` (the entries last read).

    Raises:
        BenchError: A neighbour does not answer, or not as it should: nothing can be said of the candidate then.
    """

    def __init__(self, running: Running, know: Know = _nowhere) -> None:
        candidate = running.candidate
        assert candidate.neighbours is not None
        self.address = address_of(candidate.neighbours, {**os.environ, **running.environment})
        self._transport = Transport(_LIMITS)
        self._know = know
        self._facts: dict[str, list[Any]] = {}
        self._behaving: set[str] = set()
        audience = (candidate.tokens.audience or running.base_url) if candidate.tokens else ""
        self._ask("PUT", "/candidate", {"base_url": running.base_url, "audience": audience})

    def tell(self, name: str, path: str, body: Any = None, *, method: str = "PUT") -> Any:
        """Makes something so with a neighbour: ``PUT /facts/<name>/<path>``; what it answers."""
        told = self._ask(method, f"/facts/{name}/{path}", body)
        self._add("told", name, {"path": path, "body": body})
        return told

    def look(self, name: str, path: str, body: Any) -> Any:
        """How something stands with a neighbour: ``POST /facts/<name>/<path>``, written down nowhere."""
        return self._ask("POST", f"/facts/{name}/{path}", body)

    def behave(self, name: str, **how: Any) -> None:
        """Asks a neighbour to behave so from now on (``slow_s``, ``down``, ``wrong``, ``duplicate``, ``out_of_order``).

        ``down`` is true (503), ``refused`` (no answer) or ``cut`` (done as asked, and no answer). What it held back
        until now has been sent when this returns.
        """
        self._ask("PUT", f"/behaviour/{name}", how)
        self._behaving.add(name)
        self._add("behaviour", name, how)

    def behave_well(self, *names: str) -> None:
        """Asks neighbours (those that were asked to misbehave, when none is named) to behave well again."""
        for name in names or sorted(self._behaving):
            self.behave(name)
            self._behaving.discard(name)

    def received(self, name: str, *, least: int = 0, within_s: float = PATIENCE_S) -> Entries:
        """What a neighbour was asked and sent since it was last told to forget, waiting until there is so much.

        Each entry has ``number``, ``at``, ``direction`` (``in`` or ``out``), ``method``, ``address``, ``body`` and
        ``status`` (0: nobody answered).
        """
        until = time.monotonic() + within_s
        while True:
            entries: Entries = self._ask("GET", f"/received/{name}")["entries"]
            if len(entries) >= least or time.monotonic() > until:
                break
            time.sleep(_PAUSE_S)
        self._know(f"received.{name}", entries)
        return entries

    def forget(self, *names: str) -> None:
        """Lets neighbours forget what they were asked and sent, so that an example reads its own only."""
        for name in names:
            self._ask("DELETE", f"/received/{name}")

    def ask(self, name: str, path: str, *, method: str = "GET", body: Any = None) -> Any:
        """What a neighbour answers to whoever asks under its own path; None for no JSON."""
        return self._ask(method, f"/{name}/{path}", body)

    def close(self) -> None:
        """Lets go of the connection."""
        self._transport.close()

    def _add(self, what: str, name: str, value: Any) -> None:
        fact = f"{what}.{name}"
        self._facts.setdefault(fact, []).append(value)
        self._know(fact, self._facts[fact])

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        sent = orjson.dumps(body) if body is not None else None
        headers = {"Accept": "application/json", **({"Content-Type": "application/json"} if sent else {})}
        try:
            answer = self._transport.exchange(method, self.address + path, headers, sent)
        except NoAnswerError as error:
            raise BenchError(f"the neighbours: {error}", where=self.address + path) from None
        try:
            told = orjson.loads(answer.body) if answer.body else None
        except orjson.JSONDecodeError:
            told = None
        if answer.status >= 300:
            raise BenchError(f"a neighbour answered {answer.status}", where=self.address + path, remedy=str(told)[:300])
        return told
