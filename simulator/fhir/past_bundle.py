"""Pasts as a candidate can be seeded with them: a FHIR transaction a resident, or bulk NDJSON a resource type."""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Final

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


def write_ndjson(pasts: Iterable[list[Made]], registry: Registry, folder: Path) -> dict[str, int]:
    """Write ``<Type>.ndjson`` files to a folder that exists; gives the number of resources of each type.

    Resources have their derived ids and refer to one another as ``Type/id``, as a bulk import expects. Pasts are
    written as they are told, so any number of them fits; organisations and practitioners follow when all have been.
    """
    with ExitStack() as stack:
        lines = _Lines(folder, stack, registry)
        for past in pasts:
            lines.add(past)
        lines.add(listed(registry))
    return lines.counts


class _Lines:
    """Files under construction, one a resource type."""

    def __init__(self, folder: Path, stack: ExitStack, registry: Registry) -> None:
        self.counts: dict[str, int] = {}
        self._folder, self._stack, self._registry = folder, stack, registry
        self._files: dict[str, IO[bytes]] = {}
        self._types: dict[str, str] = {}

    def add(self, told: Iterable[Made]) -> None:
        """Write resources that refer to nothing but one another and the registry."""
        some = list(told)
        types = {made.interaction: made.resource["resourceType"] for made in some}
        for identity, resource in some:
            kind = resource["resourceType"]
            if kind not in self._files:
                self._files[kind] = self._stack.enter_context((self._folder / f"{kind}.ndjson").open("wb"))
            body = orjson.dumps({**resource, "id": identity})
            if any(identity not in types and identity not in self._types for identity in _ids(body)):
                # Somebody new is referred to, so the registry has grown.
                self._types = {made.interaction: made.resource["resourceType"] for made in listed(self._registry)}
            self._files[kind].write(_relative(body, ChainMap(types, self._types)) + b"\n")
            self.counts[kind] = self.counts.get(kind, 0) + 1


def _relative(body: bytes, types: Mapping[str, str]) -> bytes:
    """The body with ``urn:uuid`` references as ``Type/id``."""
    first, *rest = body.split(_URN)
    return first + b"".join(b'"' + f"{types[part[:_UUID].decode()]}/".encode() + part for part in rest)


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
