"""DocumentReference: journal notes and epikriser (no-basis-DocumentReference 2.0.15, types of Volven 9602)."""

from base64 import b64encode
from functools import lru_cache

from simulator.domain.codes import DOCUMENT_TYPE, EPIKRISE, ICPC2_NAMES, JOURNAL_NOTE, profile
from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, concept, ref


def note(contact: Contact) -> Resource:
    """A journal note of a contact."""
    return _document(contact, JOURNAL_NOTE, "Tilstand vurdert, tiltak gjennomført etter plan.")


def discharge_summary(contact: Contact) -> Resource:
    """The epikrise of a stay."""
    return _document(contact, EPIKRISE, "Utskrevet i god almenntilstand. Oppfølging ved fastlege og hjemmetjeneste.")


def _document(contact: Contact, kind: tuple[str, str], text: str) -> Resource:
    resource: Resource = {
        "resourceType": "DocumentReference",
        "meta": {"profile": profile("DocumentReference")},
        "status": "current",
        "docStatus": "final",
        "type": concept(DOCUMENT_TYPE, kind),
        "subject": contact.subject,
        "date": contact.at,
        "author": [ref(contact.author)],
        "content": [
            {
                "attachment": {
                    "contentType": "text/plain; charset=utf-8",
                    "language": "nb",
                    "data": _data(text, contact.reason),
                    "title": kind[1],
                }
            }
        ],
    }
    if contact.organisation:
        resource["custodian"] = ref(contact.organisation)
    if contact.encounter:
        resource["context"] = {"encounter": [ref(contact.encounter)]}
    return resource


@lru_cache(maxsize=1024)
def _data(text: str, reason: str | None) -> str:
    about = f"{ICPC2_NAMES.get(reason, reason)}. " if reason else ""
    return b64encode(f"{about}{text}".encode()).decode()
