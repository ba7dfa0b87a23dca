"""The engine: releases each interaction at its intended instant and lets free slots carry it out.

Release is open: a slow answer never delays what is due next. Sending is partly open: an interaction waits for those
it follows (same resident, same event, what it refers to), and the wait counts as its own response time. Slots are
taken last in, first out, so that few connections stay warm.
"""

import time
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

import gevent
from gevent.event import Event
from gevent.hub import Waiter

from loadtests.client import Answer, Connection
from loadtests.recorder import NOT_SENT, OUTCOMES, Recorder
from loadtests.references import from_etag, from_location
from loadtests.timer import timer
from loadtests.trace import Trace
from loadtests.wire import Template

_OK, _REFUSED, _UNKNOWN = range(len(OUTCOMES))
_STOP: Final = -1


class Engine:
    """One replay of a trace: shared by the dispatcher and all slots."""

    def __init__(
        self, trace: Trace, requests: list[bytes | Template], references: dict[str, bytes], recorder: Recorder
    ) -> None:
        self.recorder = recorder
        self.size = len(requests)
        self.finished = Event()
        """Set when every interaction is done, or the replay was stopped."""
        self.unreported: list[int] = []
        """Positions done since the reporter last looked."""
        self.answered = 0
        self.in_flight = 0
        self.slot_waits = 0
        """Interactions that were ready while no slot was free."""
        self.backlog_max = 0
        self.start_ns = 0
        self._requests = requests
        self._references = references
        self._intended = trace.intended
        self._followers = trace.followers
        self._waits = list(trace.waits)
        self._creates = _creates(trace)
        self._targets = trace.care["target"].to_list()
        self._ready: deque[int] = deque()
        self._idle: list[Waiter] = []
        self._loop: Any = gevent.get_hub().loop

    @property
    def idle_slots(self) -> int:
        """Slots waiting for work."""
        return len(self._idle)

    @property
    def backlog(self) -> int:
        """Interactions ready to be sent but without a slot."""
        return len(self._ready)

    def dispatch(self, start_ns: int) -> None:
        """Release everything at its instant after ``start_ns`` (monotonic clock); returns when all is released."""
        self.start_ns = start_ns
        clock, intended, released = time.monotonic_ns, self._intended, self.recorder.released
        waits, size, position = self._waits, self.size, 0
        exact = timer()
        try:
            while position < size:
                now = clock() - start_ns
                while position < size and intended[position] <= now:
                    released[position] = now
                    waits[position] -= 1
                    if waits[position] < 0:
                        self._make_ready(position)
                    position += 1
                    now = clock() - start_ns
                if position < size:
                    exact.wait_until(start_ns + intended[position])
        finally:
            exact.close()

    def serve(self, connection: Connection) -> None:
        """Carry out interactions until the replay ends; the body of one slot."""
        waiter, ready = Waiter(), self._ready
        while not self.finished.is_set():
            if ready:
                position = ready.popleft()
            else:
                waiter.clear()
                self._idle.append(waiter)
                position = waiter.get()
            if position != _STOP:
                self._carry_out(position, connection)
        connection.close()

    def stop(self) -> None:
        """Let every waiting slot go; what is under way is left as it is."""
        self._ready.clear()
        self.finished.set()
        while self._idle:
            self._loop.run_callback(self._idle.pop().switch, _STOP)

    def _carry_out(self, position: int, connection: Connection) -> None:
        request = self._requests[position]
        whole = request if isinstance(request, bytes) else request.whole(self._references)
        recorder = self.recorder
        if whole is None:
            recorder.status[position], recorder.outcome[position] = NOT_SENT, _REFUSED
        else:
            recorder.sent[position] = time.monotonic_ns() - self.start_ns
            self.in_flight += 1
            answer = connection.exchange(whole)
            self.in_flight -= 1
            self._note(position, answer)
        recorder.done[position] = time.monotonic_ns() - self.start_ns
        self.answered += 1
        self.unreported.append(position)
        self._let_follow(position)

    def _note(self, position: int, answer: Answer) -> None:
        recorder, status = self.recorder, answer.status
        recorder.status[position] = status
        recorder.bytes[position] = answer.size
        good = 200 <= status < 300 or status == 304
        recorder.outcome[position] = _OK if good else _REFUSED if status else _UNKNOWN
        if not good:
            return
        created = self._creates[position]
        reference, version = from_location(answer.location) if created else (b"", b"")
        if created and reference:
            self._references[created] = reference
        elif target := self._targets[position]:
            reference = target.encode() if "/" in target else self._references.get(target, b"")
        version = version or from_etag(answer.etag)
        if reference:
            recorder.name(position, reference.decode("ascii", "replace"), version.decode("ascii", "replace"))

    def _let_follow(self, position: int) -> None:
        waits, ready = self._waits, self._ready
        for follower in self._followers[position]:
            waits[follower] -= 1
            if waits[follower] < 0:
                ready.append(follower)
        # This slot takes the first itself; others are woken only for more than that.
        for _ in range(len(ready) - 1):
            if not self._idle:
                break
            self._loop.run_callback(self._idle.pop().switch, ready.popleft())
        self.backlog_max = max(self.backlog_max, len(ready) - 1)
        if self.answered == self.size:
            self.stop()

    def _make_ready(self, position: int) -> None:
        if self._idle:
            self._loop.run_callback(self._idle.pop().switch, position)
        else:
            self._ready.append(position)
            self.slot_waits += 1
            self.backlog_max = max(self.backlog_max, len(self._ready))


def prepare(templates: list[Template], references: Mapping[str, bytes]) -> list[bytes | Template]:
    """The requests as whole bytes where all references are known already, and as templates where not."""
    return [template.whole(references) or template for template in templates]


def _creates(trace: Trace) -> list[str]:
    """The interaction id where it creates a resource, else empty."""
    verbs = trace.care["verb"].to_list()
    return [name if verb == "create" else "" for name, verb in zip(trace.care["interaction"], verbs, strict=True)]
