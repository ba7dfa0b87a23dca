"""Shows a part of a resource: ``_summary`` and ``_elements`` (http://hl7.org/fhir/R4/search.html#summary)."""

from typing import Any, Final

import orjson

from simulator.journal.definitions import types

SUBSETTED: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
    "display": "subsetted",
}


def shaped(content: bytes, summary: str, elements: list[str]) -> bytes:
    """The resource with only what was asked for, marked as incomplete; the content itself when all of it was."""
    if summary not in {"true", "text", "data"} and not elements:
        return content
    resource = orjson.loads(content)
    kind = types()[resource["resourceType"]]
    needed = {"resourceType", "id", "meta", *kind.required}
    needed |= {key for name in kind.required for key in kind.choices.get(name, ())}
    if elements:
        kept = needed | set(elements)
    elif summary == "text":
        kept = needed | {"text"}
    elif summary == "data":
        kept = set(resource) - {"text"}
    else:
        kept = needed | {key for key, element in kind.elements.items() if element.summary}
    part: dict[str, Any] = {key: value for key, value in resource.items() if key.removeprefix("_") in kept}
    meta = dict(part.get("meta", {}))
    meta["tag"] = [*meta.get("tag", ()), SUBSETTED]
    part["meta"] = meta
    return orjson.dumps(part)
