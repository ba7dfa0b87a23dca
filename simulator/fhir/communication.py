"""Communication: a standard message (Volven 8279) as the record keeps it.

HL7 Norway has no FHIR form of these messages; the bench's own is category = message type, identifier = message id,
sender and recipient = organisations. Logistics messages (LOG_...) and short answers carry no clinical text. A reminder
(purring) is a message of its own that says the same again, part of the one it reminds of where that has come.
"""

from typing import Final

from simulator.domain.clinical_codes import CONCERN, MESSAGE_KIND
from simulator.domain.codes import ICPC2_NAMES, MESSAGE_ID, MESSAGE_NAMES, MESSAGE_TYPE
from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, concept, identifier, ref

_ANSWERS: Final[dict[str, tuple[str, ...]]] = {
    "INNLEGGELSESRAPPORT": ("LOG_INNLAGT",),
    "LOG_AVMELDING": ("LOG_UTSKRIVNINGSKLAR",),
    "DIALOG_SVAR": ("DIALOG_FORESPORSEL", "LOG_UTSKRIVNINGSKLAR"),
    "DIALOG_HELSEFAGLIG": ("LOG_UTSKRIVNINGSKLAR",),
}
"""Message -> what it answers, if the episode has it: the first that is there."""

_CLINICAL: Final = frozenset(
    {
        "EPIKRISE",
        "HELSEOPPLYSNINGER_LEGE",
        "HELSEOPPL_SOKNAD",
        "HENVISNING",
        "INNLEGGELSESRAPPORT",
        "MEDISINSKE_OPPLYSNINGER",
        "UTSKRIVNINGSRAPPORT",
    }
)
"""Messages that carry health information; all others say only what they are."""


def communication(contact: Contact) -> Resource:
    """The message of a contact."""
    message = contact.message or ""
    name = MESSAGE_NAMES.get(message, message)
    resource: Resource = {
        "resourceType": "Communication",
        "identifier": identifier(MESSAGE_ID, contact.identity),
        "status": "completed",
        "category": [concept(MESSAGE_TYPE, (message, name))],
        "subject": contact.subject,
        "sent": contact.at,
        "sender": ref(contact.organisation or contact.author),
        "payload": [{"contentString": _text(contact, message, name)}],
    }
    if contact.received:
        resource["received"] = contact.received
    if contact.receiver:
        resource["recipient"] = [ref(contact.receiver)]
    if contact.reminder:
        resource["payload"] = [{"contentString": f"Purring: {_text(contact, message, name)}"}]
        if message in contact.made:
            resource["partOf"] = [ref(contact.made[message].interaction)]
        return resource
    asked = [contact.made[name].interaction for name in _ANSWERS.get(message, ()) if name in contact.made]
    if asked:
        resource["inResponseTo"] = [ref(asked[0])]
    return resource


def concern(contact: Contact) -> Resource:
    """A report of concern (bekymringsmelding) to child welfare: who it is about and who reports, nothing clinical."""
    office = contact.receiver or contact.registry.organisation(f"{contact.person.site}/child-welfare")
    return {
        "resourceType": "Communication",
        "identifier": identifier(MESSAGE_ID, contact.identity),
        "status": "completed",
        "category": [concept(MESSAGE_KIND, CONCERN)],
        "subject": contact.subject,
        "sent": contact.at,
        "sender": ref(contact.organisation or contact.author),
        "recipient": [ref(office or contact.author)],
        "payload": [{"contentString": CONCERN[1]}],
    }


def _text(contact: Contact, message: str, name: str) -> str:
    if message not in _CLINICAL:
        return name
    parts = [name]
    if contact.reason:
        parts.append(f"Årsak: {ICPC2_NAMES.get(contact.reason, contact.reason)}")
    medicines = contact.person.medicines
    parts.append(f"Legemidler: {', '.join(m.name for m in medicines)}" if medicines else "Ingen faste legemidler")
    hours = contact.person.row["home_care_hours"]
    if hours > 0:
        parts.append(f"Hjemmetjeneste {hours:.1f} timer per uke".replace(".", ","))
    return ". ".join(parts)
