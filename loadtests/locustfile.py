"""Locust as the runner of the replay: its users are the slots, its statistics and events stay alive.

A request costs Locust's own bookkeeping as much as sending it, so finished requests are reported in small batches
between releases instead of on the way. Exact figures come from the recorder; Locust rounds (stats.py,
``bucket_response_time``).
"""

import logging
import time
from collections.abc import Callable
from typing import Any, Final

import gevent
from locust import User, constant
from locust.env import Environment
from locust.exception import StopUser

from loadtests.client import Bounds, Connection, watch
from loadtests.engine import Engine
from loadtests.recorder import OUTCOMES
from loadtests.target import Target
from loadtests.trace import Trace
from simulator.errors import OutputError

_TICK_S: Final = 0.1
_BATCH: Final = 25
_LEAD_NS: Final = 100_000_000


class CareUser(User):  # type: ignore[misc]  # Locust is not typed
    """One slot: a connection that carries out whatever the engine hands it."""

    wait_time = constant(0)

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._connection = Connection(environment.replay.target, environment.replay.bounds)
        environment.replay.connections.append(self._connection)
        self._engine: Engine = environment.replay.engine

    def serve(self) -> None:
        """Serve the engine until the replay ends."""
        self._engine.serve(self._connection)
        raise StopUser

    tasks = (serve,)


class Replay:
    """One replay of a trace under Locust's runner."""

    def __init__(self, trace: Trace, engine: Engine, target: Target, bounds: Bounds) -> None:
        self.engine = engine
        self.target = target
        self.bounds = bounds
        self.connections: list[Connection] = []
        self.in_flight: list[int] = []
        """Requests under way, sampled ten times a second: Little's law is checked against it."""
        self._names = trace.care.select("verb", "type").rows()
        self._intended = trace.intended
        self._environment = Environment(user_classes=[CareUser], host=f"{target.host}:{target.port}")
        self._environment.replay = self
        self.stopped = False
        self._fault: OutputError | None = None

    def run(self, slots: int, drain_s: float, progress: Callable[[str, int, int], None]) -> None:
        """Replay with ``slots`` in flight at most; ends when all is done, or ``drain_s`` after the last release.

        Raises OutputError when the record cannot be written any more.
        """
        logging.getLogger("locust").setLevel(logging.WARNING)
        runner = self._environment.create_local_runner()
        runner.start(slots, spawn_rate=min(slots, 100))
        helpers = [gevent.spawn(self._report, progress)]
        try:
            while self.engine.idle_slots < slots and not self.stopped:
                gevent.sleep(0.02)
            helpers.append(gevent.spawn(watch, self.connections))
            dispatcher = gevent.spawn(self.engine.dispatch, time.monotonic_ns() + _LEAD_NS)
            helpers.append(dispatcher)
            self._wait(dispatcher, drain_s)
        finally:
            gevent.killall(helpers)
            self.engine.stop()
            runner.quit()
            self._feed()
            progress("load", self.engine.answered, self.engine.size)
        if self._fault:
            raise self._fault

    def stop(self) -> None:
        """End the replay now; what is under way stays unknown."""
        self.stopped = True
        self.engine.stop()

    def _wait(self, dispatcher: Any, drain_s: float) -> None:
        while not self.engine.finished.wait(_TICK_S):
            if dispatcher.ready():
                dispatcher.get()
                self.engine.finished.wait(drain_s)
                return

    def _report(self, progress: Callable[[str, int, int], None]) -> None:
        while True:
            gevent.sleep(_TICK_S)
            if self.engine.start_ns:
                self.in_flight.append(self.engine.in_flight)
            self._feed()
            try:
                self.engine.recorder.flush()
            except OutputError as fault:
                self._fault = fault
                self.engine.stop()
                return
            progress("load", self.engine.answered, self.engine.size)

    def _feed(self) -> None:
        """Tell Locust of the requests done since the last time, in small batches so that no release is held up."""
        done, self.engine.unreported = self.engine.unreported, []
        fire, recorder = self._environment.events.request.fire, self.engine.recorder
        for count, position in enumerate(done, 1):
            verb, kind = self._names[position]
            good = OUTCOMES[recorder.outcome[position]] == "ok"
            fire(
                request_type=verb,
                name=kind,
                response_time=(recorder.done[position] - self._intended[position]) / 1e6,
                response_length=recorder.bytes[position],
                exception=None if good else RuntimeError(f"status {recorder.status[position]}"),
                context={},
            )
            if count % _BATCH == 0:
                gevent.sleep(0)
