"""Whether a parent represents a child by where they live.

Helsenorge: parents with parental responsibility represent a child when at least one of them is registered at the
child's address. Its Norwegian page lets both parents then see the record, its English page only the one who lives
there; which holds here is ``Guard.parents_home``.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from simulator.journal.access import words
from simulator.journal.access.relations import Relations
from simulator.journal.access.secrecy import is_labelled
from simulator.journal.store import Reader

Json = dict[str, Any]
EITHER, OWN = "either", "own"
NOT_HOME: Final = frozenset({"old", "temp", "work", "billing"})
PROVED: Final = frozenset({"line", "postalCode"})


def lives_with(
    relations: Relations, reader: Reader, pair: tuple[Json, Json], is_parent: Callable[[Json], bool], rule: str
) -> bool:
    """Whether a parent may represent a child.

    Args:
        relations: Finds who else is a parent.
        reader: What is stored.
        pair: The child's Patient, and the parent's RelatedPerson.
        is_parent: Tells whether a RelatedPerson in force has parental responsibility.
        rule: ``either`` when one parent at the child's address is enough for both, ``own`` when each must live there.
    """
    child, link = pair
    homes = addresses(child)
    if not homes:
        return False
    reference = f"Patient/{child['id']}"
    found = relations.found(reader, "RelatedPerson", ("patient", reference)) if rule == EITHER else [link]
    return any(homes & _registered(relations, reader, one) for one in found if is_parent(one))


def _registered(relations: Relations, reader: Reader, link: Json) -> frozenset[tuple[str, str]]:
    """Where a parent is registered: as a Patient of the same number, or else as the RelatedPerson itself says."""
    for identifier in link.get("identifier", ()):
        if identifier.get("system") in words.PERSON_SYSTEMS:
            known = relations.patients(reader, str(identifier.get("value")))
            if known:
                return frozenset().union(*(addresses(one) for one in known if not is_labelled(one)))
    return addresses(link)


def addresses(resource: Json) -> frozenset[tuple[str, str]]:
    """The homes of a person today, each as street and postal code; what lacks either is no proof of anything."""
    return frozenset(_homes(resource))


def _homes(resource: Json) -> Iterator[tuple[str, str]]:
    for address in resource.get("address", ()):
        ended = "end" in (address.get("period") or {})
        if address.get("use") not in NOT_HOME and not ended and set(address) >= PROVED:
            yield " ".join(" ".join(address["line"]).casefold().split()), str(address["postalCode"])
