"""A document's index entry and its content agree: ``size`` and ``hash`` are those of what ``url`` leads to.

http://hl7.org/fhir/R4/datatypes.html#attachment (the hash is SHA-1, in base64); IHE MHD ITI-65 demands both.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from typing import Any, Final

import orjson

from simulator.journal.documents.binary import BINARY
from simulator.journal.errors import refuse
from simulator.journal.indexing import relative
from simulator.journal.store import Found

Json = dict[str, Any]
Find = Callable[[str, str], Found | None]
DOCUMENT: Final = "DocumentReference"


def check_agreement(resource: Json, find: Find, base: str) -> None:
    """Raises a 422 when a document states another size or hash than its content has; for either of the two.

    What lies elsewhere, or is not stored yet, is not looked at.
    """
    if resource["resourceType"] == DOCUMENT:
        for place, attachment in _attachments(resource):
            content = _inline(attachment)
            if content is None and ("size" in attachment or "hash" in attachment):
                content = _stored(relative(str(attachment.get("url", "")), base), find)
            if content is not None:
                _compare(attachment, content, f"{DOCUMENT}.content[{place}].attachment")
    elif resource["resourceType"] == BINARY:
        context = relative(str((resource.get("securityContext") or {}).get("reference")), base)
        kind, _, identity = context.partition("/")
        found = find(kind, identity) if kind == DOCUMENT else None
        for _, attachment in _attachments(orjson.loads(found.content)) if found and found.content else ():
            if relative(str(attachment.get("url", "")), base) == f"{BINARY}/{resource.get('id')}":
                _compare(attachment, b64decode(resource.get("data", "")), f"{BINARY}.data")


def sound(attachment: Json, content: bytes) -> bool:
    """Whether content has the size and the hash that are stated of it, as far as they are."""
    digest = b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()
    return bool(attachment.get("size", len(content)) == len(content) and attachment.get("hash", digest) == digest)


def _compare(attachment: Json, content: bytes, place: str) -> None:
    if not sound(attachment, content):
        raise refuse(422, "business-rule", "the size or hash stated is not that of the document's content", place)


def _attachments(document: Json) -> Iterator[tuple[int, Json]]:
    for place, content in enumerate(document.get("content", ())):
        yield place, content.get("attachment") or {}


def _inline(attachment: Json) -> bytes | None:
    return b64decode(attachment["data"]) if "data" in attachment else None


def _stored(reference: str, find: Find) -> bytes | None:
    kind, _, identity = reference.partition("/")
    found = find(kind, identity) if kind == BINARY and "/" not in identity else None
    return b64decode(orjson.loads(found.content).get("data", "")) if found and found.content else None
