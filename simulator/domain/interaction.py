"""A FHIR interaction as data: what is to be sent, not yet how or when it went."""

from dataclasses import dataclass
from typing import Literal

Verb = Literal[
    "read",
    "vread",
    "create",
    "update",
    "patch",
    "delete",
    "search",
    "history",
    "transaction",
    "batch",
    "capabilities",
    "operation",
]  # fmt: skip  a table


@dataclass(frozen=True, slots=True)
class Interaction:
    """One FHIR interaction against a candidate.

    References to resources the candidate has not yet named are written ``urn:uuid:<interaction id>``, the id of
    the interaction that creates them; whoever sends replaces them by what the candidate called the resource.
    """

    id: str
    verb: Verb
    type: str = ""
    """Resource type; the name of an operation (``$process-message``); empty for transaction, batch and capabilities."""
    target: str | None = None
    """Interaction id (or ``Type/id``, or ``Type/id/_history/n``) of the resource acted on."""
    query: str = ""
    """Search parameters, form-encoded; sent in the body of ``POST _search`` so that no identity stands in a URL."""
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    """Further request headers, such as ``If-Match``, ``If-None-Exist`` or ``Prefer``."""
    needs: tuple[str, ...] = ()
    resident: int = -1
    profession: str = ""
    event: int = -1
