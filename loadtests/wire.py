"""Interactions as HTTP/1.1 bytes, with references to resources filled in as late as they are known.

The mapping follows FHIR R4, RESTful API (3.1.0); searches go by ``POST [type]/_search`` so that no identity stands
in a URL. A reference not yet known is written ``urn:uuid:<interaction>``; where only the logical id fits, as in the
body of an update, ``urn:logical-id:<interaction>``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from loadtests.target import Target
from simulator.errors import InputError

_JSON: Final = b"Content-Type: application/fhir+json\r\n"
_PATCH: Final = b"Content-Type: application/json-patch+json\r\n"
_FORM: Final = b"Content-Type: application/x-www-form-urlencoded\r\n"
_MINIMAL: Final = b"Prefer: return=minimal\r\n"
_WHOLE: Final = b"Prefer: return=representation\r\n"
_URN: Final = b"urn:uuid:"
_ID: Final = b"urn:logical-id:"


@dataclass(frozen=True, slots=True)
class Template:
    """A request that still refers to resources by the interactions that create them."""

    head: bytes
    body: bytes
    missing: tuple[str, ...]

    def whole(self, references: Mapping[str, bytes]) -> bytes | None:
        """The request as bytes; None while a reference is not known."""
        head, body = self.head, self.body
        for name in self.missing:
            reference = references.get(name)
            if reference is None:
                return None
            head, body = fill(head, name, reference), fill(body, name, reference)
        return closed(head, body)


def fill(data: bytes, name: str, reference: bytes) -> bytes:
    """``data`` with every mention of interaction ``name`` replaced by ``reference`` (``Type/id``) or its id."""
    key = name.encode()
    data = data.replace(_URN + key, reference)
    return data.replace(_ID + key, reference.rpartition(b"/")[2]) if _ID in data else data


def closed(head: bytes, body: bytes) -> bytes:
    """Head and body as one request."""
    if not body:
        return head + (b"Content-Length: 0\r\n\r\n" if head.startswith(b"POST") else b"\r\n")
    return b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body)


class Writer:
    """Turns rows of ``tables.INTERACTIONS`` into requests to one target."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._prefix = target.prefix.encode()
        self._common = target.common_headers()

    def template(self, row: Mapping[str, Any], *, answer: str = "minimal") -> Template:
        """The request of ``row``; ``answer`` is what a create should bring back: ``minimal`` or ``representation``."""
        verb, kind = str(row["verb"]), str(row["type"] or "")
        target = _target(row["target"])
        method, path = _route(verb, kind, target)
        headers, body = b"", row["body"] or b""
        match verb:
            case "create":
                headers = _JSON + (_MINIMAL if answer == "minimal" else _WHOLE) + _condition(row["if_none_exist"])
            case "update":
                headers, body = _JSON + _MINIMAL, _with_id(body, row["target"])
            case "patch":
                headers = _PATCH + _MINIMAL
            case "search":
                headers, body = _FORM, (row["query"] or "").encode().replace(b"urn%3Auuid%3A", _URN)
            case "transaction" | "batch":
                headers = _JSON + _MINIMAL
            case _:
                body = b""
        return Template(self._head(method, path, headers), body, _names(row))

    def transaction(self, entries: Sequence[bytes]) -> bytes:
        """A transaction Bundle of ready entries, as one request."""
        body = b'{"resourceType":"Bundle","type":"transaction","entry":[' + b",".join(entries) + b"]}"
        return closed(self._head(b"POST", b"", _JSON + _MINIMAL), body)

    def read(self, reference: str) -> bytes:
        """A read of ``Type/id``."""
        return closed(self._head(b"GET", reference.encode(), b""), b"")

    def _head(self, method: bytes, path: bytes, headers: bytes) -> bytes:
        where = self._prefix + b"/" + path if path else self._prefix or b"/"
        return b"%b %b HTTP/1.1\r\n%b%b" % (method, where, self._common, headers)


def entry(row: Mapping[str, Any], references: Mapping[str, bytes]) -> bytes:
    """A create as an entry of a transaction Bundle, filled with the references known so far."""
    request: dict[str, str] = {"method": "POST", "url": row["type"]}
    if row["if_none_exist"]:
        request["ifNoneExist"] = row["if_none_exist"]
    data = b'{"resource":%b,"request":%b}' % (row["body"], orjson.dumps(request))
    for name in row["needs"] or ():
        if name in references:
            data = fill(data, name, references[name])
    return b'{"fullUrl":"urn:uuid:%b",%b' % (row["interaction"].encode(), data[1:])


def _route(verb: str, kind: str, target: bytes) -> tuple[bytes, bytes]:
    """Method and path under the base of an interaction."""
    name = kind.encode()
    routes = {
        "create": (b"POST", name),
        "search": (b"POST", name + b"/_search"),
        "transaction": (b"POST", b""),
        "batch": (b"POST", b""),
        "capabilities": (b"GET", b"metadata"),
        "history": (b"GET", (target or name) + b"/_history"),
        "read": (b"GET", target),
        "vread": (b"GET", target),
        "update": (b"PUT", target),
        "patch": (b"PATCH", target),
        "delete": (b"DELETE", target),
    }
    if verb not in routes:
        raise InputError(f"'{verb}' is not an interaction the load generator knows", where="interactions.parquet")
    return routes[verb]


def _target(target: str | None) -> bytes:
    if not target:
        return b""
    return target.encode() if "/" in target else _URN + target.encode()


def _names(row: Mapping[str, Any]) -> tuple[str, ...]:
    named = list(row["needs"] or ())
    if row["target"] and "/" not in row["target"]:
        named.append(row["target"])
    return tuple(dict.fromkeys(named))


def _condition(criteria: str | None) -> bytes:
    if not criteria:
        return b""
    if not criteria.isprintable():
        raise InputError("criteria of a conditional create hold control characters", where="interactions.parquet")
    return f"If-None-Exist: {criteria}\r\n".encode()


def _with_id(body: bytes, target: str | None) -> bytes:
    """The body of an update, naming the logical id that its URL names (FHIR R4 3.1.0.7 requires both to agree)."""
    if not target:
        return body
    name = (target.rpartition("/")[2].encode()) if "/" in target else _ID + target.encode()
    resource = orjson.loads(body)
    if not isinstance(resource, dict):
        return body
    resource["id"] = name.decode()
    return orjson.dumps(resource)
