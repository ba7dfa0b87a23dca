"""A message that is to be sent, as a Task: to whom, how far it has come, and that nobody has acknowledged it."""

from datetime import UTC, datetime, timedelta
from typing import Final

from simulator.journal.messages.parcel import Party
from simulator.journal.messages.words import ENH, HER, MESSAGE_ID, SERVICES, Json

KINDS: Final = "https://journalbenk.example/fhir/CodeSystem/journal-task"
STATES: Final = "https://journalbenk.example/fhir/CodeSystem/message-state"
CODE: Final = {"system": KINDS, "code": "send-message", "display": "Send melding"}
OPEN: Final = ("requested", "in-progress")
SAID: Final = {
    "no-address": "Mottakeren står ikke i Adresseregisteret",
    "not-delivered": "Ikke levert",
    "delivered": "Levert, ikke kvittert ennå",
    "not-acknowledged": "Ikke kvittert",
    "acknowledged": "Kvittert",
    "refused": "Avvist",
}
"""How far a message has come."""


def errand(communication: Json, identity: str, receiver: Party, service: str, within: float) -> Json:
    """The Task of sending a Communication; ``within`` says after how many seconds silence is to be told of."""
    now = datetime.now(UTC)
    wanted = [(HER, receiver.her)] if receiver.her else [(ENH, receiver.value(ENH))]
    inputs = [{"type": {"text": "receiver"}, "valueIdentifier": {"system": s, "value": v}} for s, v in wanted]
    if service:
        inputs.append({"type": {"text": "service"}, "valueCoding": {"system": SERVICES, "code": service}})
    return {
        "resourceType": "Task",
        "id": identity,
        "identifier": [{"system": MESSAGE_ID, "value": identity}],
        "status": "requested",
        "intent": "order",
        "priority": "routine",
        "code": {"coding": [CODE]},
        "description": "Send melding, og følg opp at den blir kvittert",
        "focus": {"reference": f"Communication/{communication['id']}"},
        "for": communication["subject"],
        "authoredOn": _text(now),
        "lastModified": _text(now),
        "requester": communication["sender"],
        "owner": communication["sender"],
        "restriction": {"period": {"end": _text(now + timedelta(seconds=within))}},
        "input": inputs,
    }


def wanted(task: Json) -> tuple[str, str, str]:
    """To whom: HER-id, organisation number and service, those that are not given empty."""
    given = {one["type"]["text"]: one for one in task.get("input") or []}
    number = given["receiver"]["valueIdentifier"]
    her, enh = (number["value"] if number["system"] == system else "" for system in (HER, ENH))
    return her, enh, str(given.get("service", {}).get("valueCoding", {}).get("code", ""))


def is_late(task: Json) -> bool:
    """Whether the time for a receipt is over."""
    return datetime.now(UTC) >= deadline(task)


def deadline(task: Json) -> datetime:
    """By when there must be a receipt."""
    return datetime.fromisoformat(task["restriction"]["period"]["end"])


def moved(task: Json, state: str, *, endpoint: str = "", errors: tuple[str, ...] = ()) -> Json:
    """The Task, come so far; the same when nothing is new.

    One that is not acknowledged in time says so, and is urgent, whatever the last attempt came to.
    """
    late = state in {"no-address", "not-delivered", "delivered"} and is_late(task)
    shown = "not-acknowledged" if late else state
    status = {"acknowledged": "completed", "refused": "failed", "delivered": "in-progress"}.get(state, task["status"])
    found = task | {
        "status": status,
        "priority": "urgent" if late or state == "refused" else task["priority"],
        "businessStatus": {"coding": [{"system": STATES, "code": shown, "display": SAID[shown]}]},
    }
    if shown != state or errors:
        found["statusReason"] = {"text": "; ".join([SAID[state], *errors])}
    told = [{"type": {"text": "endpoint"}, "valueUrl": endpoint}] if endpoint else []
    others = [one for one in task.get("output") or [] if one["type"]["text"] != "endpoint" or not endpoint]
    if others or told:
        found["output"] = [*others, *told]
    return task if found == task else found | {"lastModified": _text(datetime.now(UTC))}


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
