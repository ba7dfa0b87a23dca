"""Claim: what a contact is claimed from Helfo by (behandlerkravmelding, BKM), one item of the tariff per contact."""

from simulator.domain.clinical_codes import CLAIM_TYPE, PROCESS_PRIORITY, TARIFF
from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, concept, ref
from simulator.fhir.references import tariffs


def claim(contact: Contact) -> Resource:
    """The main item for the contact's channel; a contact of another channel is claimed as one in person."""
    table = tariffs()
    tariff = table.get(contact.channel) or table["in-person"]
    amount = {"value": tariff.value, "currency": tariff.unit}
    item: Resource = {
        "sequence": 1,
        "productOrService": concept(TARIFF, (tariff.code, tariff.name)),
        "servicedDate": contact.at[:10],
        "net": amount,
    }
    if contact.encounter:
        item["encounter"] = [ref(contact.encounter)]
    return {
        "resourceType": "Claim",
        "status": "active",
        "type": concept(CLAIM_TYPE, ("professional", "Professional")),
        "use": "claim",
        "patient": contact.subject,
        "created": contact.at,
        "insurer": {"display": "Helfo"},
        "provider": ref(contact.organisation or contact.author),
        "priority": concept(PROCESS_PRIORITY, ("normal", "Normal")),
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"display": "Folketrygden"}}],
        "item": [item],
        "total": amount,
    }
