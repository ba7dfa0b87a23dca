"""What the municipality's own systems are handed: decision letters to archive and letter box, services to the accounts.

Each is stored with the write it follows from and carried like a prescription (``prescriptions``): once, however often
it has to be sent. A letter that is changed, and a service that ends, is handed over again under the same identifier.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, NamedTuple

import orjson

from simulator.journal.http import Answer, Call
from simulator.journal.journal import Interaction, Journal
from simulator.journal.prescriptions import outbox
from simulator.journal.prescriptions.messages import person_in
from simulator.journal.prescriptions.passing import wake
from simulator.journal.store import Store

Json = dict[str, Any]
NUMBER: Final = "https://journalbenk.example/fhir/sid/handed-over"
DOCUMENT_TYPE: Final = "urn:oid:2.16.578.1.12.4.1.1.9602"
LETTER: Final = "I02-2"
IPLOS: Final = "urn:oid:2.16.578.1.12.4.1.1.9151"


class Office(NamedTuple):
    """A receiver: the message it takes, of which type, when, and which elements go along."""

    receiver: str
    event: str
    kind: str
    wanted: Callable[[Json], bool]
    carried: tuple[str, ...]


def is_letter(document: Json) -> bool:
    """A finished letter to somebody."""
    codings = (document.get("type") or {}).get("coding") or ()
    coded = any(one.get("system") == DOCUMENT_TYPE and one.get("code") == LETTER for one in codings)
    return coded and document["status"] == "current" and document.get("docStatus", "final") in {"final", "amended"}


def is_service(episode: Json) -> bool:
    """A service granted by IPLOS, under way or ended."""
    codings = (one for kind in episode.get("type") or () for one in kind.get("coding") or ())
    return episode["status"] in {"active", "finished"} and any(one.get("system") == IPLOS for one in codings)


_LETTER: Final = ("resourceType", "status", "type", "date", "description", "content")
OFFICES: Final = (
    Office("arkiv", "JOURNALPOST", "DocumentReference", is_letter, _LETTER),
    Office("fiks", "FORSENDELSE", "DocumentReference", is_letter, _LETTER),
    Office("okonomi", "BETALINGSGRUNNLAG", "EpisodeOfCare", is_service, ("resourceType", "status", "type", "period")),
)
KINDS: Final = frozenset(office.kind for office in OFFICES)


def handing_over(interaction: Interaction) -> Interaction:
    """A write interaction that hands over what the municipality's own systems are to have."""

    def apply(journal: Journal, store: Any, call: Call) -> Answer:
        answer = interaction.apply(journal, store, call)
        if journal.neighbours is not None and call.kind in KINDS and call.identity:
            hand_over(store, call.kind, call.identity)
            for office in OFFICES:
                if office.kind == call.kind:
                    wake(journal, office.receiver)
        return answer

    return replace(interaction, apply=apply)


def hand_over(store: Store, kind: str, identity: str) -> None:
    """Stores what each receiver is to have, unless it has been told so already."""
    found = store.find(kind, identity)
    resource: Json = orjson.loads(found.content) if found and found.content else {}
    before = outbox.about(store, identity)
    for office in OFFICES:
        if office.kind != kind or not resource or not office.wanted(resource):
            continue
        element = "patient" if kind == "EpisodeOfCare" else "subject"
        identifier = person_in(store, {"subject": resource[element]})
        if identifier is None:
            continue
        told = {name: resource[name] for name in office.carried if name in resource}
        told |= {"identifier": [{"system": NUMBER, "value": identity}], element: {"identifier": identifier}}
        said = [message.resource for message in before if message.event == office.event]
        if not said or said[-1] != told:
            outbox.post(store, office.event, identity, identity, told)
