"""Notifications as bundles of type history that begin with a SubscriptionStatus in its R4 form, a Parameters.

https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/StructureDefinition-backport-subscription-notification-r4.html
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import orjson

from simulator.journal.access.view import View
from simulator.journal.clock import instant
from simulator.journal.errors import masked
from simulator.journal.subscriptions.state import KIND, Notice, Subscriber
from simulator.journal.subscriptions.terms import BACKPORT

Json = dict[str, Any]
STATUS: Final = f"{BACKPORT}backport-subscription-status-r4"
NOTIFICATION: Final = f"{BACKPORT}backport-subscription-notification-r4"
SUBSETTED: Final = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}


@dataclass(frozen=True, slots=True)
class Telling:
    """What a notification or an answer tells.

    Attributes:
        type: ``handshake``, ``heartbeat``, ``event-notification``, ``query-status`` or ``query-event``.
        notices: The events it tells of.
        content: How much of each: ``empty``, ``id-only`` or ``full-resource``.
    """

    type: str
    notices: list[Notice]
    content: str = "empty"


def status(base: str, row: Subscriber, topic: str, telling: Telling, shows: Callable[[Notice], bool]) -> Json:
    """The SubscriptionStatus; an event whose focus may no longer be shown keeps its number and nothing else."""
    parameters: list[Json] = [
        {"name": "subscription", "valueReference": {"reference": f"{base}/{KIND}/{row.id}"}},
        {"name": "topic", "valueCanonical": topic},
        {"name": "status", "valueCode": row.status},
        {"name": "type", "valueCode": telling.type},
        {"name": "events-since-subscription-start", "valueString": str(row.counted)},
    ]
    for notice in telling.notices:
        part: list[Json] = [
            {"name": "event-number", "valueString": str(notice.number)},
            {"name": "timestamp", "valueInstant": instant(notice.at)},
        ]
        if telling.content != "empty" and shows(notice):
            focus = f"{base}/{notice.version.type}/{notice.version.id}"
            part.append({"name": "focus", "valueReference": {"reference": focus}})
        parameters.append({"name": "notification-event", "part": part})
    if row.problem and row.status in {"error", "off"}:
        parameters.append({"name": "error", "valueCodeableConcept": {"text": row.problem}})
    return {"resourceType": "Parameters", "meta": {"profile": [STATUS]}, "parameter": parameters}


def bundle(base: str, row: Subscriber, topic: str, telling: Telling, view: View | None) -> Json:
    """The notification as it may be told at this moment to who sees so much."""
    shown = {notice.number for notice in telling.notices if sees(view, notice)}
    first = {
        "fullUrl": f"urn:uuid:{uuid4()}",
        "resource": status(base, row, topic, telling, lambda notice: notice.number in shown),
        "request": {"method": "GET", "url": f"{base}/{KIND}/{row.id}/$status"},
        "response": {"status": "200"},
    }
    entries = [first]
    if telling.content != "empty":
        entries += [_entry(base, n, telling.content) for n in telling.notices if n.number in shown]
    return {"resourceType": "Bundle", "meta": {"profile": [NOTIFICATION]}, "type": "history", "entry": entries}


def sees(view: View | None, notice: Notice) -> bool:
    """Whether a view shows what an event is about."""
    version = notice.version
    if view is None:
        return True
    if version.content is None:
        return view.sees_row(version.type, version.id, notice.patient)
    return view.sees(version.content)


def _entry(base: str, notice: Notice, content: str) -> Json:
    version = notice.version
    reference = f"{version.type}/{version.id}"
    entry: Json = {"fullUrl": f"{base}/{reference}"}
    if content == "full-resource" and version.content is not None:
        entry["resource"] = without_numbers(orjson.loads(version.content))
    entry["request"] = {"method": version.method, "url": version.type if version.method == "POST" else reference}
    made = "204" if version.content is None else "201" if version.vid == 1 else "200"
    entry["response"] = {"status": made, "etag": f'W/"{version.vid}"', "lastModified": instant(version.updated)}
    return entry


def without_numbers(resource: Json) -> Json:
    """A resource with every eleven-digit number blotted out, marked as not whole when there was one."""
    found: Json = _blotted(resource)
    if found != resource:
        meta = found.get("meta") or {}
        found["meta"] = meta | {"tag": [*meta.get("tag", ()), SUBSETTED]}
    return found


def _blotted(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _blotted(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_blotted(value) for value in node]
    return masked(node) if isinstance(node, str) else node
