"""Consent: what an inhabitant has agreed that others may see. HL7 Norway has a draft only for withdrawing it."""

from simulator.domain.clinical_codes import CONSENT_SCOPE, PRIVACY_CONSENT
from simulator.domain.codes import ACT_CODE, LOINC
from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, concept, ref


def consent(contact: Contact) -> Resource:
    """Consent given in the contact to the organisation that asks (or to the receiver)."""
    asked = contact.receiver or contact.organisation
    resource: Resource = {
        "resourceType": "Consent",
        "status": "active",
        "scope": concept(CONSENT_SCOPE, ("patient-privacy", "Privacy Consent")),
        "category": [concept(LOINC, PRIVACY_CONSENT)],
        "patient": contact.subject,
        "dateTime": contact.at,
        "performer": [contact.subject],
        "policyRule": concept(ACT_CODE, ("OPTIN", "opt-in")),
        "provision": {"type": "permit", "period": {"start": contact.at}},
    }
    if asked:
        resource["organization"] = [ref(asked)]
    return resource
