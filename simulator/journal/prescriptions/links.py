"""From what an order is called at its receiver back to the order, for answers that name it so."""

from typing import Any, NamedTuple

from simulator.journal.prescriptions import outbox
from simulator.journal.store import Reader

Json = dict[str, Any]


class Link(NamedTuple):
    """Where an answer names an order: element, identifier system, the message it went out by, the order's type."""

    element: str
    system: str
    event: str
    kind: str


def linked(reader: Reader, answer: Json, link: Link) -> Json:
    """The answer with a reference to each order that it names by identifier only."""
    orders = [one | _reference(reader, one, link) for one in answer.get(link.element) or ()]
    return answer | ({link.element: orders} if orders else {})


def _reference(reader: Reader, named: Json, link: Link) -> Json:
    identifier = named.get("identifier") or {}
    if "reference" in named or identifier.get("system") != link.system:
        return {}
    request = outbox.request_of(reader, str(identifier.get("value")), link.event)
    return {"reference": f"{link.kind}/{request}"} if request else {}


def same_patient(one: Json, other: Json) -> bool:
    """Whether two resources are about the same patient."""
    names = {str(resource["subject"].get("reference", "")).rpartition("/")[2] for resource in (one, other)}
    return len(names) == 1 and "" not in names
