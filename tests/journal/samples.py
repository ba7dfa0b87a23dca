"""The smallest valid resource of each type by the tables of R4, and of those that a rule asks more of."""

from typing import Any, Final

from simulator.journal.definitions import Element, Type, types
from tests.journal.receiving import subscription

Json = dict[str, Any]
VALUES: Final[Json] = {
    "boolean": True,
    "integer": 1,
    "positiveInt": 1,
    "unsignedInt": 1,
    "decimal": 1.5,
    "date": "2026-01-15",
    "dateTime": "2026-01-15T10:00:00Z",
    "instant": "2026-01-15T10:00:00Z",
    "code": "x",
    "string": "x",
    "markdown": "x",
    "uri": "urn:x",
    "url": "urn:x",
    "canonical": "urn:x",
    "id": "x",
    "base64Binary": "QQ==",
    "xhtml": "<div>x</div>",
    "time": "10:00:00",
}  # fmt: skip  a table
PREFERRED: Final = (
    "active",
    "final",
    "completed",
    "finished",
    "requested",
    "booked",
    "collection",
    "person",
    "patient",
)
"""Codes to take when a binding has several."""
SAMPLES: Final[dict[str, Json]] = {
    "Subscription": subscription("encounter-start", "http://127.0.0.1:9/none", "Encounter?class=AMB"),
}  # fmt: skip  what a rule of the journal asks more of than R4 does


def sample(kind: str) -> Json:
    """A valid resource of a type."""
    return SAMPLES.get(kind) or {"resourceType": kind} | _object(types()[kind])


def _object(kind: Type) -> Json:
    names = [kind.choices[name][0] if name in kind.choices else name for name in kind.required]
    return {name: _element(kind.elements[name]) for name in names}


def _element(element: Element) -> Any:
    value = _value(element)
    return [value] if element.many else value


def _value(element: Element) -> Any:
    if element.codes:
        code = next((one for one in PREFERRED if one in element.codes), min(element.codes))
        system, _, word = code.rpartition("|")
        coding = {"system": system, "code": word}
        return code if element.type == "code" else coding if element.type == "Coding" else {"coding": [coding]}
    if element.type in VALUES:
        return VALUES[element.type]
    if element.type == "Reference":
        return {"reference": f"{min(element.targets or ['Patient'])}/sample"}
    if element.type == "Resource":
        return {"resourceType": "Patient", "active": True}
    return _object(types()[element.type]) or {"id": "x"}
