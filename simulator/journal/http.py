"""Requests and answers as the interactions see them, whether they come by HTTP or in a bundle."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from simulator.journal.access.caller import Caller
from simulator.journal.access.view import View
from simulator.journal.audit.record import Record
from simulator.journal.clock import http_date
from simulator.journal.errors import refuse

FHIR_JSON: Final = "application/fhir+json"
JSON_TYPES: Final = frozenset({FHIR_JSON, "application/json"})
PATCH_JSON: Final = "application/json-patch+json"
FORM: Final = "application/x-www-form-urlencoded"
_FORMATS: Final = JSON_TYPES | {"json"}
_ACCEPTED: Final = JSON_TYPES | {"*/*", "application/*"}
_TAG: Final = re.compile(r'\s*(?:W/)?"([^"]*)"\s*')


@dataclass(slots=True)
class Call:
    """One interaction asked for: by a request, or by an entry of a bundle.

    Attributes:
        interaction: A code of the RESTful interactions.
        kind: The resource type, empty for the whole system.
        identity: The id in the URL, or None.
        version: The version in the URL, or None.
        query: The parameters, decoded, in the order given.
        headers: The header fields that matter, names in lower case.
        body: The body as sent.
        resource: The body's JSON, once read.
        record: The audit record to fill in.
        inside: True for an entry of a transaction or batch.
        caller: Who asks; None in open mode.
        view: What the caller may see, once it has been worked out.
    """

    interaction: str
    kind: str
    identity: str | None
    version: str | None
    query: list[tuple[str, str]]
    headers: dict[str, str]
    record: Record
    body: bytes = b""
    resource: Any = None
    inside: bool = False
    caller: Caller | None = None
    view: View | None = None

    def prefer(self, name: str) -> str | None:
        """The value of one preference of the ``Prefer`` field (RFC 7240)."""
        text = self.headers.get("prefer")
        for part in re.split("[,;]", text) if text else ():
            key, _, value = part.strip().partition("=")
            if key == name:
                return value.strip('"')
        return None


@dataclass(slots=True)
class Answer:
    """What goes back: a status, bytes of a media type, and the version that the header fields describe.

    ``raw`` bytes are the content of a document, whatever their type, and no resource.
    """

    status: int
    content: bytes = b""
    vid: int | None = None
    updated: int | None = None
    location: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    media: str = FHIR_JSON
    raw: bool = False

    def fields(self) -> list[tuple[bytes, bytes]]:
        """The header fields."""
        found = [(b"content-length", b"%d" % len(self.content))] if self.status not in {204, 304} else []
        if self.content:
            found.append((b"content-type", self.media.encode()))
        if self.vid is not None:
            found.append((b"etag", b'W/"%d"' % self.vid))
        if self.updated is not None:
            found.append((b"last-modified", http_date(self.updated).encode()))
        if self.location:
            found.append((b"location", self.location.encode()))
        if self.headers:
            found += [(name.encode(), value.encode()) for name, value in self.headers.items()]
        return found


def tags(text: str) -> list[str] | None:
    """The version ids of an If-Match or If-None-Match field; None stands for ``*``.

    Raises:
        FhirError: 400, the field is not a list of entity tags.
    """
    if text.strip() == "*":
        return None
    parts = [_TAG.fullmatch(part) for part in text.split(",")]
    if not all(parts):
        raise refuse(400, "value", 'expected an entity tag such as W/"1" in If-Match or If-None-Match')
    return [part[1] for part in parts if part]


def check_accept(headers: dict[str, str], formats: list[str]) -> None:
    """Raises 406 unless the client takes JSON; ``_format`` has the last word (R4 http.html#mime-type)."""
    if formats:
        if formats[-1].split(";")[0].replace(" ", "+") not in _FORMATS:
            raise refuse(406, "not-supported", f"the format {formats[-1]!r} is not served; {FHIR_JSON} is")
        return
    accept = headers.get("accept")
    if accept in {None, "*/*", FHIR_JSON}:
        return
    ranges = {part.split(";")[0].strip().lower() for part in (accept or "*/*").split(",")}
    if not ranges & _ACCEPTED:
        raise refuse(406, "not-supported", f"none of {accept!r} is served; {FHIR_JSON} is")


def check_content_type(headers: dict[str, str], allowed: frozenset[str]) -> None:
    """Raises 415 unless the body's type is allowed and in UTF-8."""
    sent = headers.get("content-type", "")
    if sent in allowed:
        return
    kind, _, rest = sent.partition(";")
    if kind.strip().lower() not in allowed:
        wanted = " or ".join(sorted(allowed))
        raise refuse(415, "not-supported", f"the body's Content-Type is {kind!r}; expected {wanted}")
    charset = rest.lower().replace(" ", "").replace('"', "")
    if "charset=" in charset and "charset=utf-8" not in charset:
        raise refuse(415, "not-supported", "the body must be in UTF-8")


def parse_json(body: bytes) -> Any:
    """The body's JSON.

    Raises:
        FhirError: 400, the body is empty or not JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise refuse(400, "structure", f"the body is not JSON: {error}") from None


def parse_resource(body: bytes) -> dict[str, Any]:
    """The body's JSON as an object with a resourceType.

    Raises:
        FhirError: 400, it is something else.
    """
    resource = parse_json(body)
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise refuse(400, "structure", "the body is not a FHIR resource: expected a JSON object with resourceType")
    return resource
