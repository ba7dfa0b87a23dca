"""Binary as what it holds: raw bytes in and out, by content negotiation (http://hl7.org/fhir/R4/binary.html#rest).

IHE MHD's ITI-68 reads a document so. Who asks for FHIR gets the resource; inside a bundle it always is one.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any, Final

import orjson

from simulator.journal.errors import refuse
from simulator.journal.http import JSON_TYPES, PATCH_JSON, Answer, Call

BINARY: Final = "Binary"
_FHIR: Final = JSON_TYPES | {"json"}
_MEDIA: Final = re.compile(r"[\w.+-]+/[\w.+-]+(\s*;\s*[\w-]+=(?:[\w.+-]+|\"[\w .+-]*\"))*", re.ASCII)
UNKNOWN: Final = "application/octet-stream"
CONTEXT: Final = "X-Security-Context"
SAFE: Final = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
"""What is served is shown by no browser as a page of this journal's own."""


def is_raw(call: Call) -> bool:
    """Whether a create or update sends the content of a Binary and not the resource."""
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    return call.kind == BINARY and not call.inside and "/" in kind and kind not in JSON_TYPES | {PATCH_JSON}


def wrapped(call: Call) -> dict[str, Any]:
    """The Binary that raw content stands for; ``X-Security-Context`` says whose it is.

    Raises:
        FhirError: 415, the content has no media type; 400, it is empty.
    """
    media = call.headers["content-type"]
    if not _MEDIA.fullmatch(media):
        raise refuse(415, "value", "the Content-Type is no media type", BINARY)
    if not call.body:
        raise refuse(400, "required", "the content is empty", BINARY)
    resource = {"resourceType": BINARY, "contentType": media, "data": b64encode(call.body).decode()}
    context = call.headers.get(CONTEXT.lower())
    named = {"id": call.identity} if call.identity else {}
    return resource | named | ({"securityContext": {"reference": context}} if context else {})


def media_type(text: Any) -> str:
    """A content type that a header field can say; for what is none, that nothing is known of it."""
    return str(text) if _MEDIA.fullmatch(str(text)) else UNKNOWN


def shown(call: Call, answer: Answer) -> Answer:
    """The answer to a read of a Binary as its reader takes it: the content itself, or the resource.

    Raises:
        FhirError: 406, neither the content's type nor FHIR is taken.
    """
    resource = orjson.loads(answer.content)
    media = media_type(resource["contentType"])
    if call.inside or _prefers_fhir(call, media):
        return answer
    context = (resource.get("securityContext") or {}).get("reference")
    answer.content, answer.media, answer.raw = b64decode(resource.get("data", "")), media, True
    answer.headers |= SAFE | ({CONTEXT: context} if context and context.isascii() and context.isprintable() else {})
    return answer


def _prefers_fhir(call: Call, media: str) -> bool:
    """Whether the resource is wanted and not its content; ``_format`` has the last word."""
    kind = media.partition(";")[0].strip().lower()
    formats = [text for key, text in call.query if key == "_format"]
    if formats:
        wanted = formats[-1].partition(";")[0].replace(" ", "+").lower()
        if wanted in _FHIR or wanted == kind:
            return wanted in _FHIR
        raise refuse(406, "not-supported", f"this is {kind}; it is not served as {formats[-1][:40]!r}")
    ranges = dict(_ranges(call.headers.get("accept", "*/*")))
    native = max((ranges.get(one, 0.0) for one in (kind, f"{kind.partition('/')[0]}/*", "*/*")), default=0.0)
    fhir = max(ranges.get(one, 0.0) for one in JSON_TYPES)
    if not native and not fhir and not ranges.get("application/*"):
        raise refuse(406, "not-supported", f"this is {kind}, and served as that or as FHIR")
    if kind in ranges:
        return fhir > native
    return fhir > 0 and fhir >= native


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    """The media ranges of an Accept field with their weights (RFC 9110 section 12.5.1)."""
    for part in accept.split(","):
        name, *more = [one.strip().lower() for one in part.split(";")]
        weight = next((one[2:] for one in more if one.startswith("q=")), "1")
        if name:
            yield name, float(weight) if re.fullmatch(r"[01](\.\d{1,3})?", weight) else 1.0
