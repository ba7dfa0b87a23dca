"""What can be subscribed to: the topics, each with the change of a resource that is its event.

A topic is known by its canonical address, as in Subscriptions R5 Backport 1.1
(https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/components.html#subscription-topics).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from simulator.journal.access.relations import OPEN_TASK

Json = dict[str, Any]
Happened = Callable[[Json, Json], bool]
BASE: Final = "https://journalbenk.example/fhir/SubscriptionTopic/"
UNDER_WAY: Final = frozenset({"arrived", "triaged", "in-progress", "onleave"})
ANSWERED: Final = frozenset({"final", "amended", "corrected"})


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic.

    Attributes:
        name: The last part of its address.
        kinds: The types whose changes are looked at.
        happened: Whether a change is its event, from the resource before and after (empty when there is none).
        filters: The search parameters, all references and tokens, that its events can be filtered by.
        overdue: Whether its events come with time, when an open Task passes its deadline, and not with a change.
    """

    name: str
    kinds: tuple[str, ...]
    happened: Happened
    filters: tuple[str, ...]
    overdue: bool = False

    @property
    def url(self) -> str:
        """Its canonical address."""
        return BASE + self.name


def _enters(states: frozenset[str]) -> Happened:
    return lambda before, after: after.get("status") in states and before.get("status") not in states


def _assigned(before: Json, after: Json) -> bool:
    owner = (after.get("owner") or {}).get("reference")
    return (
        owner is not None and after.get("status") in OPEN_TASK and owner != (before.get("owner") or {}).get("reference")
    )


def _answered(before: Json, after: Json) -> bool:
    laboratory = any(
        c.get("code") == "LAB" for category in after.get("category", ()) for c in category.get("coding", ())
    )
    return laboratory and after.get("status") in ANSWERED and _differs(before, after)


def _moved(before: Json, after: Json) -> bool:
    return bool(after) and before.get("status") != after.get("status")


def _differs(before: Json, after: Json) -> bool:
    return _content(before) != _content(after)


def _content(resource: Json) -> Json:
    return {name: value for name, value in resource.items() if name != "meta"}


def _appears(before: Json, after: Json) -> bool:
    return not before and bool(after)


def _never(_: Json, __: Json) -> bool:
    return False


TOPICS: Final[dict[str, Topic]] = {
    topic.url: topic
    for topic in (
        Topic(
            "encounter-start", ("Encounter",), _enters(UNDER_WAY), ("patient", "service-provider", "class", "location")
        ),
        Topic(
            "encounter-end", ("Encounter",), _enters(frozenset({"finished"})), ("patient", "service-provider", "class")
        ),
        Topic("task-assigned", ("Task",), _assigned, ("patient", "owner", "code", "requester")),
        Topic("task-overdue", ("Task",), _never, ("patient", "owner", "code", "requester"), overdue=True),
        Topic("lab-result", ("DiagnosticReport",), _answered, ("patient", "code", "status", "based-on")),
        Topic("referral-state", ("ServiceRequest",), _moved, ("patient", "status", "performer", "requester")),
        Topic("medication-list", ("MedicationStatement", "MedicationRequest"), _differs, ("patient", "status")),
        Topic("message-received", ("Communication",), _appears, ("patient", "recipient", "sender", "category")),
    )
}  # fmt: skip  a table
KINDS: Final = tuple(sorted({kind for topic in TOPICS.values() for kind in topic.kinds}))
