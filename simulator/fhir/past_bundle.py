"""Pasts as a candidate can be seeded with them: a FHIR transaction a resident."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import orjson

from simulator.fhir.contact import Made
from simulator.fhir.elements import Resource, by_identifier
from simulator.fhir.past_long import listed
from simulator.fhir.registry import Registry

_CONDITIONAL: Final = frozenset({"Organization", "Practitioner", "PractitionerRole", "Patient"})
_URN: Final = b'"urn:uuid:'
_UUID: Final = 36


def transactions(pasts: Iterable[list[Made]], registry: Registry) -> Iterator[Resource]:
    """A transaction Bundle for each past, whole in itself: with the organisations and practitioners it refers to.

    Those and the Patient are created only if nobody has their identifier. All pasts are told before the first bundle
    is given, because only then the registry knows everybody it must tell apart.
    """
    told = list(pasts)
    shared = {made.interaction: made for made in listed(registry)}
    roles = [
        (made.interaction, set(_ids(orjson.dumps(made.resource))))
        for made in shared.values()
        if made.resource["resourceType"] == "PractitionerRole"
    ]
    for past in told:
        found = _needed(past, shared, roles)
        wanted = [made for made in shared.values() if made.interaction in found]
        yield {"resourceType": "Bundle", "type": "transaction", "entry": [_entry(made) for made in (*wanted, *past)]}


def _entry(made: Made) -> dict[str, Any]:
    kind = made.resource["resourceType"]
    request = {"method": "POST", "url": kind}
    if kind in _CONDITIONAL:
        request["ifNoneExist"] = by_identifier(made.resource)
    return {"fullUrl": f"urn:uuid:{made.interaction}", "resource": made.resource, "request": request}


def _needed(past: Iterable[Made], shared: dict[str, Made], roles: list[tuple[str, set[str]]]) -> set[str]:
    """Ids of what a past refers to in the registry, transitively, and of the roles of those referred to."""
    found: set[str] = set()
    fresh = list(past)
    while fresh:
        referred = {identity for made in fresh for identity in _ids(orjson.dumps(made.resource))} & shared.keys()
        fresh = [shared[identity] for identity in referred - found]
        found |= referred
    return found | {role for role, both in roles if both <= found}


def _ids(body: bytes) -> list[str]:
    """The ids that a body refers to."""
    return [part[:_UUID].decode() for part in body.split(_URN)[1:]]
