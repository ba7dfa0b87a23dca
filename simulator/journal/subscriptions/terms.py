"""What a Subscription asks for: topic, filters, channel, and how much is told. What is not served is refused.

https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/StructureDefinition-backport-subscription.html
"""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from simulator.journal import dates
from simulator.journal.definitions import Parameter, parameters
from simulator.journal.errors import PERSON_NUMBER, FhirError, refuse
from simulator.journal.http import FHIR_JSON
from simulator.journal.indexing import Indexer, relative
from simulator.journal.search.values import split, unescape
from simulator.journal.subscriptions.topics import TOPICS, Topic

Json = dict[str, Any]
BACKPORT: Final = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
FILTER: Final = f"{BACKPORT}backport-filter-criteria"
HEARTBEAT: Final = f"{BACKPORT}backport-heartbeat-period"
TIMEOUT: Final = f"{BACKPORT}backport-timeout"
MOST_AT_ONCE: Final = f"{BACKPORT}backport-max-count"
CONTENT: Final = f"{BACKPORT}backport-payload-content"
CONTENTS: Final = ("empty", "id-only", "full-resource")
MEDIA: Final = frozenset({FHIR_JSON, "application/json"})
USUAL_TIMEOUT_S: Final = 10
LONGEST_TIMEOUT_S: Final = 30
USUAL_COUNT: Final = 20
LARGEST_COUNT: Final = 100
MOST_HEADERS: Final = 10
_HEADER: Final = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9-]{0,63}):[ \t]*(?P<value>[\x20-\x7e]{0,2000})")
_OURS: Final = frozenset({"host", "content-length", "content-type", "transfer-encoding", "connection", "te", "upgrade"})


@dataclass(frozen=True, slots=True)
class Filter:
    """One criterion on the events of a type: the values of a search parameter, any of which will do.

    ``wanted`` is targets for a reference; system (None for any) and code for a token.
    """

    kind: str
    parameter: Parameter
    wanted: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a Subscription asks for.

    Attributes:
        topic: The topic.
        filters: Criteria, all of which an event's resource must meet.
        endpoint: Where notifications go.
        content: How much they say: ``empty``, ``id-only`` or ``full-resource``.
        heartbeat_s: After how many seconds of silence a heartbeat is sent; 0 for never.
        timeout_s: How long an answer is waited for.
        at_once: How many events one notification tells of at most.
        end: When it ends, in milliseconds since 1970; None for never.
    """

    topic: Topic
    filters: tuple[Filter, ...]
    endpoint: str
    content: str
    heartbeat_s: int
    timeout_s: int
    at_once: int
    end: int | None

    def meets(self, resource: Json, indexer: Indexer) -> bool:
        """Whether the resource of an event meets every filter of its type."""
        kind = resource["resourceType"]
        mine = [one for one in self.filters if one.kind == kind]
        return not mine or _all_met(mine, indexer.rows(resource), indexer)

    def patients(self) -> list[str]:
        """The patients that all its events are about, when its filters name them for each of its types."""
        named = {f.kind: f.wanted for f in self.filters if f.parameter.name == "patient"}
        if set(named) != set(self.topic.kinds):
            return []
        return sorted({target for wanted in named.values() for target in wanted})


def _all_met(filters: list[Filter], rows: dict[str, set[tuple[Any, ...]]], indexer: Indexer) -> bool:
    for one in filters:
        number = indexer.numbers[one.parameter.key]
        if one.parameter.kind == "reference":
            found = {row[1] for row in rows.get("idx_reference", ()) if row[0] == number}
            met = bool(found.intersection(one.wanted))
        else:
            pairs = [(row[2], row[1]) for row in rows.get("idx_token", ()) if row[0] == number]
            met = any(_same(pair, wanted) for pair in pairs for wanted in one.wanted)
        if not met:
            return False
    return True


def _same(pair: tuple[str, str], wanted: tuple[str | None, str]) -> bool:
    system, code = wanted
    return (system is None or system == pair[0]) and (not code or code == pair[1])


def read_terms(resource: Json, base: str, hosts: frozenset[str]) -> Terms:
    """The terms of a Subscription that is valid R4; ``hosts`` are those that may be told besides this machine.

    Raises:
        FhirError: 422, something it asks for is not served.
    """
    topic = TOPICS.get(resource.get("criteria", ""))
    if topic is None:
        raise _unserved("the criteria name no topic that is served; see the CapabilityStatement", "criteria")
    channel: Json = resource["channel"]
    if channel.get("type") != "rest-hook":
        raise _unserved("only the channel rest-hook is served", "channel.type")
    if channel.get("payload", FHIR_JSON) not in MEDIA:
        raise _unserved(f"notifications are sent as {FHIR_JSON}", "channel.payload")
    content = _extension(channel.get("_payload"), CONTENT, "valueCode") or "empty"
    if content not in CONTENTS:
        raise _unserved(f"the content is one of {', '.join(CONTENTS)}", "channel.payload")
    _check_endpoint(str(channel.get("endpoint") or ""), base, hosts)
    return Terms(
        topic=topic,
        filters=tuple(_filters(resource, topic, base)),
        endpoint=channel["endpoint"],
        content=content,
        heartbeat_s=_number(channel, HEARTBEAT, "valueUnsignedInt", 0),
        timeout_s=min(_number(channel, TIMEOUT, "valueUnsignedInt", 0) or USUAL_TIMEOUT_S, LONGEST_TIMEOUT_S),
        at_once=min(_number(channel, MOST_AT_ONCE, "valuePositiveInt", USUAL_COUNT), LARGEST_COUNT),
        end=dates.span(resource["end"])[1] if "end" in resource else None,
    )  # fmt: skip  one line a field


def _unserved(words: str, place: str) -> FhirError:
    return refuse(422, "not-supported", words, f"Subscription.{place}")


def _extension(node: Any, url: str, key: str) -> Any:
    found = node.get("extension", ()) if isinstance(node, dict) else ()
    return next((one.get(key) for one in found if one.get("url") == url), None)


def _number(channel: Json, url: str, key: str, usual: int) -> int:
    found = _extension(channel, url, key)
    return found if isinstance(found, int) else usual


def check_headers(headers: list[str | None]) -> None:
    """Raises a 422 for header fields that cannot be sent along."""
    if len(headers) > MOST_HEADERS:
        raise _unserved(f"at most {MOST_HEADERS} header fields are sent", "channel.header")
    for text in headers:
        match = _HEADER.fullmatch(text or "")
        if match is None or match["name"].lower() in _OURS:
            raise _unserved("a header is 'Name: value', and not one that the connection itself needs", "channel.header")


def _check_endpoint(endpoint: str, base: str, hosts: frozenset[str]) -> None:
    """Notifications leave for this machine only, or for hosts that whoever runs the journal has named."""
    try:
        parts = urlsplit(endpoint)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _unserved("the endpoint is not a web address", "channel.endpoint") from None
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None or parts.fragment:
        raise _unserved("the endpoint is an http or https address without user or fragment", "channel.endpoint")
    if PERSON_NUMBER.search(endpoint):
        raise _unserved("the endpoint must not hold a person number", "channel.endpoint")
    if f"{endpoint}/".startswith(f"{base}/"):
        raise _unserved("the endpoint is this journal itself", "channel.endpoint")
    if host not in hosts and not is_here(host):
        raise _unserved("notifications are sent to this machine, and to hosts that are allowed", "channel.endpoint")


def is_here(host: str) -> bool:
    """Whether a host is this machine, by name or by a loopback address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _filters(resource: Json, topic: Topic, base: str) -> list[Filter]:
    extensions = (resource.get("_criteria") or {}).get("extension", ())
    found = []
    for text in (str(one.get("valueString") or "") for one in extensions if one.get("url") == FILTER):
        if PERSON_NUMBER.search(text):
            raise _unserved("a filter must not hold a person number; name the patient by reference", "criteria")
        kind, mark, query = text.partition("?")
        kinds = (kind,) if mark else topic.kinds
        if not set(kinds) <= set(topic.kinds):
            raise _unserved(f"the topic is about {', '.join(topic.kinds)}", "criteria")
        criteria = parse_qsl(query if mark else text, keep_blank_values=True)
        if not criteria:
            raise _unserved("a filter is '[Type]?parameter=value'", "criteria")
        found += [_filter(one, topic, name, value, base) for one in kinds for name, value in criteria]
    return found


def _filter(kind: str, topic: Topic, name: str, text: str, base: str) -> Filter:
    if name not in topic.filters or not text:
        raise _unserved(f"events of {topic.name} are filtered by {', '.join(topic.filters)}", "criteria")
    parameter = parameters()[kind][name]
    values = split(text, ",")
    if parameter.kind == "reference":
        targets = [relative(unescape(value), base) for value in values]
        only = parameter.targets[0] if len(parameter.targets) == 1 else "Patient" if name == "patient" else ""
        if not only and any("/" not in target for target in targets):
            raise _unserved(f"{name} is given as Type/id", "criteria")
        return Filter(kind, parameter, tuple(t if "/" in t else f"{only}/{t}" for t in targets))
    return Filter(kind, parameter, tuple(_token(value) for value in values))


def _token(text: str) -> tuple[str | None, str]:
    system, mark, code = text.partition("|")
    return (unescape(system), unescape(code)) if mark else (None, unescape(system))
