"""DocumentReference: notes, epikriser, letters and papers (no-basis-DocumentReference 2.0.15, types of Volven 9602)."""

from base64 import b64encode
from functools import lru_cache

from simulator.domain.clinical_codes import (
    ANTENATAL_CARD,
    CARE_SUMMARY,
    DEATH_CERTIFICATE,
    HEART_TRACING,
    LETTER,
    NAV_DOCUMENT,
    REPORT,
)
from simulator.domain.codes import DOCUMENT_TYPE, EPIKRISE, ICPC2_NAMES, JOURNAL_NOTE, profile
from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, concept, ref


def note(contact: Contact) -> Resource:
    """A journal note of a contact."""
    return _document(contact, JOURNAL_NOTE, "Tilstand vurdert, tiltak gjennomført etter plan.")


def discharge_summary(contact: Contact) -> Resource:
    """The epikrise of a stay."""
    return _document(contact, EPIKRISE, "Utskrevet i god almenntilstand. Oppfølging ved fastlege og hjemmetjeneste.")


def sick_note(contact: Contact) -> Resource:
    """A sick note (sykmelding) to NAV."""
    return _document(contact, NAV_DOCUMENT, "Sykmelding: arbeidsufør fra dato for kontakten.", "Sykmelding")


def statement(contact: Contact) -> Resource:
    """A doctor's statement to NAV."""
    return _document(contact, NAV_DOCUMENT, "Erklæring om funksjon og arbeidsevne.", "Legeerklæring")


def decision_letter(contact: Contact) -> Resource:
    """The letter that tells an applicant what was decided, and how to complain (pbrl. §§ 7-2 and 7-5)."""
    text = "Vedtak om helse- og omsorgstjenester. Klagefrist fire uker; klagen sendes kommunen."
    return _document(contact, LETTER, text, "Vedtaksbrev")


def coercion_letter(contact: Contact) -> Resource:
    """The letter that tells of a decision on health care against resistance, and how to complain (pbrl. § 4A-7)."""
    text = "Vedtak om helsehjelp etter kapittel 4 A. Klagefrist tre uker; klagen sendes Statsforvalteren."
    return _document(contact, LETTER, text, "Vedtaksbrev")


def antenatal_card(contact: Contact) -> Resource:
    """What a check adds to the antenatal card (helsekort for gravide)."""
    return _document(contact, ANTENATAL_CARD, "Kontroll i svangerskapet: alt normalt.", "Helsekort for gravide")


def care_summary(contact: Contact) -> Resource:
    """A summary of what was found and done, for somebody else who cares for the patient."""
    return _document(contact, CARE_SUMMARY, "Funn, tiltak og videre oppfølging etter kontakten.", "Sammenfatning")


def report(contact: Contact) -> Resource:
    """What was reported to a register or stated to an authority."""
    return _document(contact, REPORT, "Meldt eller uttalt til register eller myndighet.", "Melding eller erklæring")


def tracing(contact: Contact) -> Resource:
    """A heart tracing taken at the contact."""
    return _document(contact, HEART_TRACING, "EKG: sinusrytme.", "EKG")


def death_certificate(contact: Contact) -> Resource:
    """The doctor's statement of death (legeerklæring om dødsfall)."""
    return _document(contact, DEATH_CERTIFICATE, "Dødsfallet er konstatert av lege.")


def _document(contact: Contact, kind: tuple[str, str], text: str, title: str = "") -> Resource:
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
                    "title": title or kind[1],
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
