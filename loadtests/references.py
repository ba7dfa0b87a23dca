"""What the candidate called the resources it made: ``Type/id`` by the interaction that created them."""

import re
from typing import Any, Final

import orjson

_LOCATION: Final = re.compile(rb"([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})(?:/_history/([A-Za-z0-9.-]{1,64}))?/?$")
_VERSION: Final = re.compile(rb'(?:W/)?"?([A-Za-z0-9.-]{1,64})"?')
_NAMED: Final = re.compile(r"^[A-Z][A-Za-z]+$")
_ID: Final = re.compile(r"^[A-Za-z0-9.-]{1,64}$")


def from_location(location: bytes) -> tuple[bytes, bytes]:
    """Reference and version in a Location header, empty where it says nothing of the kind."""
    found = _LOCATION.search(location)
    return (found[1], found[2] or b"") if found else (b"", b"")


def from_etag(etag: bytes) -> bytes:
    """The version in an ETag (``W/"3"``), empty where it holds none that FHIR could have (ids, R4 2.24.0.1)."""
    found = _VERSION.fullmatch(etag)
    return found[1] if found else b""


def from_resource(body: bytes | dict[str, Any]) -> bytes:
    """The reference a resource has by its own account, empty when the body is no resource with an id."""
    if isinstance(body, bytes):
        try:
            body = orjson.loads(body)
        except orjson.JSONDecodeError:
            return b""
    if not isinstance(body, dict):
        return b""
    kind, name = body.get("resourceType"), body.get("id")
    if isinstance(kind, str) and isinstance(name, str) and _NAMED.match(kind) and _ID.match(name):
        return f"{kind}/{name}".encode()
    return b""


def from_transaction(body: bytes, count: int) -> list[tuple[bytes, bool]]:
    """Reference and whether it is new, per entry of a transaction's answer; empty when it does not have ``count``."""
    try:
        bundle = orjson.loads(body)
    except orjson.JSONDecodeError:
        return []
    entries = bundle.get("entry") if isinstance(bundle, dict) else None
    if not isinstance(entries, list) or len(entries) != count:
        return []
    return [_entry(entry) for entry in entries]


def _entry(entry: Any) -> tuple[bytes, bool]:
    if not isinstance(entry, dict) or not isinstance(entry.get("response"), dict):
        return b"", False
    response = entry["response"]
    reference, _ = from_location(str(response.get("location", "")).encode())
    return reference or from_resource(entry.get("resource") or {}), str(response.get("status", "")).startswith("201")
