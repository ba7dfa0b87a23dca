"""An Interaction as an HTTP request: FHIR R4's RESTful API, https://hl7.org/fhir/R4/http.html.

Searches always go as ``POST [type]/_search`` with the parameters in the body, so that no identity stands in a URL.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit

import orjson

from simulator.candidates.references import Named, References, full_urls, urns_in
from simulator.domain.interaction import Interaction, Verb

FHIR_JSON: Final = "application/fhir+json"
JSON_PATCH: Final = "application/json-patch+json"
FORM: Final = "application/x-www-form-urlencoded"

_METHODS: Final[dict[Verb, str]] = {
    "read": "GET",
    "vread": "GET",
    "create": "POST",
    "update": "PUT",
    "patch": "PATCH",
    "delete": "DELETE",
    "search": "POST",
    "history": "GET",
    "transaction": "POST",
    "batch": "POST",
    "capabilities": "GET",
    "operation": "POST",
}
_SYSTEM_PATHS: Final[dict[Verb, str]] = {"transaction": "", "batch": "", "capabilities": "metadata"}
# In a resource only these elements refer to others; a urn:uuid elsewhere is a value, such as a document's identifier.
_POINTER: Final = re.compile(r'"(?:reference|url)"\s*:\s*"urn:uuid:[^"]+"')
_PORTS: Final = {"http": 80, "https": 443}
_REFERENCE: Final = re.compile(r"[A-Z][A-Za-z]*/[^/?#]+(/_history/[^/?#]+)?")


class UnresolvedError(Exception):
    """A reference to something the candidate has not named, so that nothing sensible can be sent."""


class LinkError(Exception):
    """A link of the candidate's that leads away from it."""


@dataclass(frozen=True, slots=True)
class Wire:
    """What goes over the wire."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


def to_wire(interaction: Interaction, base_url: str, references: References) -> Wire:
    """The request for ``interaction`` with every reference filled in; raises UnresolvedError when one cannot be."""
    path = _path(interaction, references)
    query = references.fill(interaction.query)
    body = _body(interaction, references)
    headers = {"Accept": FHIR_JSON}
    if interaction.verb == "search":
        headers["Content-Type"], body = FORM, query.encode()
    elif query:
        path = f"{path}?{query}"
    if body is not None:
        headers.setdefault("Content-Type", _content_type(interaction, body))
    for name, value in interaction.headers:
        headers = {n: v for n, v in headers.items() if n.lower() != name.lower()}
        headers[name] = references.fill(value)
    unresolved = _unresolved(interaction, " ".join((path, query, *headers.values())), body)
    if unresolved:
        raise UnresolvedError(f"the candidate never named what interaction {min(unresolved)} was to create")
    url = f"{base_url}/{path}" if path else base_url
    return Wire(_METHODS[interaction.verb], url, headers, body)


def link_url(base_url: str, link: str) -> str:
    """A link of the candidate's as an absolute URL; raises LinkError when it leads away from its base."""
    try:
        url = urljoin(f"{base_url}/", link)
        parts, base = urlsplit(url), urlsplit(base_url)
        same = _origin(parts) == _origin(base)
    except ValueError:
        raise LinkError("the link is not a web address") from None
    inside = parts.path.rstrip("/") == base.path or parts.path.startswith(f"{base.path}/")
    if not same or not inside or "/../" in f"{parts.path}/" or parts.username is not None:
        raise LinkError(f"the link leads away from the candidate's base {base_url}")
    return url


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    """Scheme, host and port; the port of the scheme where none is named."""
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def type_in(base_url: str, url: str) -> str:
    """The resource type that a URL under the base is about; empty when it names none."""
    match = re.match(r"/?([A-Z][A-Za-z]*)", urlsplit(url).path.removeprefix(urlsplit(base_url).path))
    return match[1] if match else ""


def _path(interaction: Interaction, references: References) -> str:
    whole_system = _SYSTEM_PATHS.get(interaction.verb)
    if whole_system is not None:
        return whole_system
    if interaction.target is None or interaction.verb in {"create", "search"}:
        return _type_path(interaction)
    reference, version = _target(interaction, references)
    if interaction.verb == "operation":
        return f"{reference}/{interaction.type}"
    if interaction.verb == "history":
        return f"{reference}/_history"
    if interaction.verb != "vread" or "/_history/" in reference:
        return reference
    if not version:
        raise UnresolvedError(f"the candidate gave no version of {reference}")
    return f"{reference}/_history/{version}"


def _type_path(interaction: Interaction) -> str:
    suffix = {"search": "_search", "history": "_history"}.get(interaction.verb, "")
    if interaction.verb == "update" and not interaction.query:
        suffix = str(_parsed(interaction.body).get("id", ""))
    return "/".join(part for part in (interaction.type, suffix) if part)


def _target(interaction: Interaction, references: References) -> tuple[str, str]:
    """The resource acted on as ``Type/id`` and its last known version."""
    target = interaction.target or ""
    if _REFERENCE.fullmatch(target):
        return target, ""
    named = _created_by(target, references)
    if named is None:
        raise UnresolvedError(f"the candidate never named what interaction {target!r} was to create")
    return named.reference, named.version


def _created_by(target: str, references: References) -> Named | None:
    return references.get(target.removeprefix("urn:uuid:"))


def _body(interaction: Interaction, references: References) -> bytes | None:
    if interaction.body is None or interaction.verb in {"search", "read", "vread", "history", "capabilities"}:
        return None
    text = interaction.body.decode("utf-8", "surrogateescape")
    if interaction.verb in {"create", "update"}:
        text = _POINTER.sub(lambda match: references.fill(match[0]), text)
    else:
        text = references.fill(text, keep=full_urls(_parsed(interaction.body)))
    data = text.encode("utf-8", "surrogateescape")
    if interaction.verb != "update" or interaction.target is None or _REFERENCE.fullmatch(interaction.target):
        return data
    # An update must carry the id the candidate chose, which whoever wrote the resource could not know.
    named, resource = _created_by(interaction.target, references), _parsed(data)
    if named is None or not resource:
        return data
    return orjson.dumps({**resource, "id": named.reference.partition("/")[2]})


def _unresolved(interaction: Interaction, line: str, body: bytes | None) -> set[str]:
    """Ids that stand unresolved where that makes the request senseless.

    A bundle may refer to its own entries, and a dangling reference in one is the candidate's to refuse; only what
    the interaction says it needs must be there.
    """
    left = urns_in(line)
    if body is None or interaction.verb == "search":
        return left
    text = body.decode("utf-8", "replace")
    if interaction.verb in {"transaction", "batch", "operation"}:
        return left | (urns_in(text) & set(interaction.needs)) - full_urls(_parsed(body))
    return left | urns_in(" ".join(_POINTER.findall(text)))


def _content_type(interaction: Interaction, body: bytes) -> str:
    return JSON_PATCH if interaction.verb == "patch" and body.lstrip()[:1] == b"[" else FHIR_JSON


def _parsed(body: bytes | None) -> dict[str, Any]:
    """The body as a JSON object; empty when it is none (a body may be malformed on purpose)."""
    try:
        parsed = orjson.loads(body or b"")
    except orjson.JSONDecodeError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
