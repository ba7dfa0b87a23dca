"""$status and $events: how Subscriptions stand, and events once more from a number on.

https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/OperationDefinition-backport-subscription-status.html and
-backport-subscription-events.html
"""

from typing import Any, Final

import orjson

from simulator.journal.errors import refuse
from simulator.journal.http import JSON_TYPES, Answer, Call, check_content_type, parse_resource
from simulator.journal.interactions.common import existing
from simulator.journal.journal import Interaction, Journal
from simulator.journal.store import Reader
from simulator.journal.subscriptions.notification import Telling, bundle, sees, status
from simulator.journal.subscriptions.state import KIND, Notice, Subscriber, notices, subscriber, subscribers
from simulator.journal.subscriptions.terms import CONTENTS

Json = dict[str, Any]
LAST: Final = 2**62


def read_body(_: Journal, call: Call) -> None:
    """Takes the Parameters of a POST for a query."""
    if not call.body:
        return
    check_content_type(call.headers, JSON_TYPES)
    given = parse_resource(call.body)
    if given["resourceType"] != "Parameters":
        raise refuse(400, "structure", "the body is not a Parameters resource", "Parameters")
    for one in given.get("parameter") or []:
        values = [text for name, text in one.items() if name.startswith("value")] if isinstance(one, dict) else []
        call.query += [(str(one["name"]), str(value)) for value in values if "name" in one]


def tell_status(journal: Journal, reader: Reader, call: Call) -> Answer:
    """200 with a searchset of statuses; of one Subscription, of those named by ``id``, or of all."""
    if call.identity is not None:
        existing(reader.find(KIND, call.identity), call)
    wanted = {text for name, text in call.query if name == "id"} | ({call.identity} if call.identity else set())
    states = {text for name, text in call.query if name == "status"}
    entries = []
    for row in subscribers(reader):
        if (wanted and row.id not in wanted) or (states and row.status not in states):
            continue
        found = reader.find(KIND, row.id)
        if found is None or not found.content or (call.view is not None and not call.view.sees(found.content)):
            continue
        call.record.touch(f"{KIND}/{row.id}", "")
        topic = orjson.loads(found.content).get("criteria", "")
        told = status(journal.base, row, topic, Telling("query-status", []), lambda _: False)
        entries.append({"resource": told, "search": {"mode": "match"}})
    answer: Json = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
    return Answer(200, orjson.dumps(answer | ({"entry": entries} if entries else {})))


def tell_events(journal: Journal, reader: Reader, call: Call) -> Answer:
    """200 with the events from a number to a number, as many as a page holds; who wants more asks on from the last."""
    found = existing(reader.find(KIND, call.identity or ""), call)
    row = subscriber(reader, call.identity or "") or Subscriber(call.identity or "", found.vid, "", "[]", "off")
    first = max(_number(call, "eventsSinceNumber", 1), 1)
    last = _number(call, "eventsUntilNumber", LAST)
    content = next((text for name, text in call.query if name == "content"), "id-only")
    if content not in CONTENTS or (content == "full-resource" and call.view is not None):
        raise refuse(400, "value", "content is empty or id-only; resources are fetched by their address", KIND)
    some = notices(reader, row.id, first, last, journal.settings.page_cap)
    _touch(call, some)
    topic = orjson.loads(found.content or b"{}").get("criteria", "")
    told = bundle(journal.base, row, topic, Telling("query-event", some, content), call.view)
    return Answer(200, orjson.dumps(told))


def _touch(call: Call, some: list[Notice]) -> None:
    call.record.touch(f"{KIND}/{call.identity}", "")
    for notice in some:
        if sees(call.view, notice):
            call.record.touch(f"{notice.version.type}/{notice.version.id}", notice.patient)


def _number(call: Call, name: str, usual: int) -> int:
    text = next((text for key, text in call.query if key == name), None)
    if text is None:
        return usual
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise refuse(400, "value", f"{name} is the number of an event", KIND)
    return int(text)


STATUS = Interaction(tell_status, read_body, "pool")
EVENTS = Interaction(tell_events, read_body, "pool")
