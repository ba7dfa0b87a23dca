"""An endpoint that receives notifications, as a subscriber has one, and what a Subscription to it looks like."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-"
TOPIC = "https://journalbenk.example/fhir/SubscriptionTopic/"
PATIENCE_S = 20.0


@dataclass
class Receiver:
    """What has been received, and how the endpoint answers: ``status``, after ``slow_s`` seconds."""

    url: str = ""
    status: int = 200
    slow_s: float = 0.0
    got: list[Json] = field(default_factory=list)
    headers: list[Json] = field(default_factory=list)

    def of(self, kind: str) -> list[Json]:
        """The bundles of one type of notification that were answered with success."""
        return [bundle for bundle in self.got if told(bundle)["type"] == kind]

    def numbers(self) -> list[int]:
        """The numbers of the events, in the order they came."""
        return [int(event["event-number"]) for bundle in self.of("event-notification") for event in events(bundle)]

    def wait(self, until: Callable[["Receiver"], Any]) -> Any:
        """Waits until something is so."""
        end = time.monotonic() + PATIENCE_S
        while not (found := until(self)):
            assert time.monotonic() < end, f"not in time; got {[told(b) for b in self.got]}"
            time.sleep(0.02)
        return found


def value(parameter: Json) -> Any:
    """The value of a parameter, of a reference its target."""
    found = next(text for name, text in parameter.items() if name.startswith("value"))
    return found.get("reference", found) if isinstance(found, dict) else found


def told(bundle: Json) -> Json:
    """The SubscriptionStatus of a notification by parameter, events left out."""
    listed = bundle["entry"][0]["resource"]["parameter"]
    return {one["name"]: value(one) for one in listed if "part" not in one}


def events(bundle: Json) -> list[Json]:
    """The events of a notification by parameter."""
    listed = bundle["entry"][0]["resource"]["parameter"]
    return [{part["name"]: value(part) for part in one["part"]} for one in listed if "part" in one]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port of this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bundle = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            time.sleep(receiver.slow_s)
            if receiver.status == 200:
                receiver.headers.append({name.lower(): text for name, text in self.headers.items()})
                receiver.got.append(bundle)
            self.send_response(receiver.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/told"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield receiver
    server.shutdown()
    server.server_close()
    thread.join()


def subscription(topic: str, endpoint: str, *filters: str, content: str = "id-only", **channel: Any) -> Json:
    """A Subscription to a topic; ``channel`` may hold ``heartbeat``, ``count``, ``timeout`` and ``header``."""
    known = {"heartbeat": ("heartbeat-period", "valueUnsignedInt"), "timeout": ("timeout", "valueUnsignedInt")}
    known["count"] = ("max-count", "valuePositiveInt")
    extensions = [
        {"url": BACKPORT + known[name][0], known[name][1]: found} for name, found in channel.items() if name in known
    ]
    asked: Json = {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "Varsel til vakten",
        "criteria": TOPIC + topic,
        "channel": {
            "type": "rest-hook",
            "endpoint": endpoint,
            "payload": "application/fhir+json",
            "_payload": {"extension": [{"url": f"{BACKPORT}payload-content", "valueCode": content}]},
            "header": channel.get("header", ["X-Purpose: test"]),
        },
    }
    if extensions:
        asked["channel"]["extension"] = extensions
    if filters:
        told_apart = [{"url": f"{BACKPORT}filter-criteria", "valueString": text} for text in filters]
        asked["_criteria"] = {"extension": told_apart}
    return asked
