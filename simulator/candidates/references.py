"""What the candidate called things: from the id of the interaction that created a resource to ``Type/id``.

Interactions name each other as ``urn:uuid:<interaction id>``; just before sending, those the candidate has named are
replaced. The resources a transaction makes are named by the ``fullUrl`` of its entries.
"""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

_URN: Final = re.compile(r"(?P<only_id>\b_id=)?urn(?P<colon>:|%3[Aa])uuid(?:%3[Aa]|:)(?P<id>[A-Za-z0-9\-.]{1,64})")
_LOCATION: Final = re.compile(
    r"(?:^|/)(?P<type>[A-Z][A-Za-z]{1,63})/(?P<id>[A-Za-z0-9\-.]{1,64})(?:/_history/(?P<version>[A-Za-z0-9\-.]{1,64}))?/?$"
)


@dataclass(frozen=True, slots=True)
class Named:
    """A resource as the candidate named it."""

    reference: str
    """``Type/id``."""
    version: str = ""
    """The version that interaction made; empty when the candidate did not say."""


class References:
    """What has been learnt so far; may be shared between threads and sessions."""

    def __init__(self) -> None:
        self._named: dict[str, Named] = {}
        self._lock = threading.Lock()

    def get(self, interaction_id: str) -> Named | None:
        """What the candidate called the resource that interaction created; None when that is not known."""
        return self._named.get(interaction_id)

    def learn(self, interaction_id: str, named: Named) -> None:
        """Remember what the candidate called it."""
        with self._lock:
            self._named[interaction_id] = named

    def fill(self, text: str, *, keep: Iterable[str] = ()) -> str:
        """``text`` with every known ``urn:uuid:`` replaced, in plain and in form-encoded text, except those kept.

        ``_id=urn:uuid:`` becomes the id alone, as that search parameter takes it.
        """
        kept = set(keep)

        def replace(match: re.Match[str]) -> str:
            named = None if match["id"] in kept else self.get(match["id"])
            if named is None:
                return match[0]
            text = named.reference.partition("/")[2] if match["only_id"] else named.reference
            return (match["only_id"] or "") + (text if match["colon"] == ":" else quote(text, safe=""))

        return _URN.sub(replace, text)


def urns_in(text: str) -> set[str]:
    """The interaction ids that ``text`` refers to."""
    return {match["id"] for match in _URN.finditer(text)}


def named_by(headers: dict[str, str], resource: Any, expected_type: str = "") -> Named | None:
    """What an answer calls the resource it is about: by Location, else by its body; None when it does not say."""
    for header in ("location", "content-location"):
        named = parse_location(headers.get(header, ""))
        if named is not None and named.reference.startswith(f"{expected_type}/" if expected_type else ""):
            return named if named.version else Named(named.reference, _version_in(headers, resource))
    if not isinstance(resource, dict):
        return None
    kind, identity = resource.get("resourceType"), resource.get("id")
    if not (isinstance(kind, str) and isinstance(identity, str)) or (expected_type and kind != expected_type):
        return None
    named = parse_location(f"{kind}/{identity}")
    return Named(named.reference, _version_in(headers, resource)) if named is not None else None


def named_by_entries(sent: Any, received: Any) -> dict[str, Named]:
    """What a transaction's answer calls the resources of its entries, by the id in their ``fullUrl``."""
    found: dict[str, Named] = {}
    for asked, answered in zip(_entries(sent), _entries(received), strict=False):
        full_url, response = asked.get("fullUrl"), answered.get("response")
        ids = urns_in(full_url) if isinstance(full_url, str) else set()
        if not ids or not isinstance(response, dict):
            continue
        location = response.get("location")
        headers = {"location": location} if isinstance(location, str) else {}
        named = named_by(headers, answered.get("resource"))
        if named is not None and str(response.get("status", "")).startswith("2"):
            found[ids.pop()] = named
    return found


def full_urls(bundle: Any) -> set[str]:
    """The ids that a bundle's own entries carry as ``urn:uuid:`` in ``fullUrl``."""
    return {i for entry in _entries(bundle) if isinstance(entry.get("fullUrl"), str) for i in urns_in(entry["fullUrl"])}


def parse_location(location: str) -> Named | None:
    """``Type/id`` and version out of an absolute or relative location; None when there is none in it."""
    try:
        path = urlsplit(location).path
    except ValueError:
        return None
    match = _LOCATION.search(path)
    return Named(f"{match['type']}/{match['id']}", match["version"] or "") if match else None


def _version_in(headers: dict[str, str], resource: Any) -> str:
    tag = re.fullmatch(r'(?:W/)?"([A-Za-z0-9\-.]{1,64})"', headers.get("etag", ""))
    if tag:
        return tag[1]
    meta = resource.get("meta") if isinstance(resource, dict) else None
    version = meta.get("versionId") if isinstance(meta, dict) else None
    return version if isinstance(version, str) else ""


def _entries(bundle: Any) -> list[dict[str, Any]]:
    entries = bundle.get("entry") if isinstance(bundle, dict) else None
    return [e if isinstance(e, dict) else {} for e in entries] if isinstance(entries, list) else []
