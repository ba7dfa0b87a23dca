"""Locust's own fast client on the same mix, run as a process; prints requests per CPU-second."""

import sys
import time
from pathlib import Path
from typing import Any

import gevent
import orjson
from locust import FastHttpUser, constant
from locust.env import Environment


class Closed(FastHttpUser):  # type: ignore[misc]  # Locust is not typed
    """Sends the mix over and over, without filling references, keeping order or recording by itself."""

    wait_time = constant(0)
    bodies: tuple[bytes, ...] = ()
    sent = 0

    def mix(self) -> None:
        """Two creates and a search, as in the trace."""
        encounter, observation = self.bodies
        json = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"}
        form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/fhir+json"}
        self.client.post("/fhir/Encounter", data=encounter, headers=json)
        self.client.post("/fhir/Observation", data=observation, headers=json)
        self.client.post("/fhir/Observation/_search", data=b"patient=Patient/1&_count=20", headers=form)
        Closed.sent += 3

    tasks = (mix,)


def main(url: str, bodies: Path, wanted: int) -> float:
    """Requests per CPU-second over about ``wanted`` requests."""
    Closed.bodies = tuple(body.encode() for body in orjson.loads(bodies.read_bytes()))
    environment: Any = Environment(user_classes=[Closed], host=url)
    runner = environment.create_local_runner()
    runner.start(32, spawn_rate=100)
    while Closed.sent < 300:
        gevent.sleep(0.01)
    sent, used = Closed.sent, time.process_time()
    while Closed.sent - sent < wanted:
        gevent.sleep(0.02)
    rate = (Closed.sent - sent) / (time.process_time() - used)
    runner.quit()
    return rate


if __name__ == "__main__":
    print(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
