"""What residents decide about who may see their record, as Consent."""

from typing import Any

from simulator.domain.codes import HL7_TERMINOLOGY


def blocking(patient: str, **denied: Any) -> dict[str, Any]:
    """A resident's block (sperring) of what ``denied`` says: elements of Consent.provision."""
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"system": f"{HL7_TERMINOLOGY}consentscope", "code": "patient-privacy"}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"reference": f"urn:uuid:{patient}"},
        "policyRule": {"text": "pasient- og brukerrettighetsloven § 5-3"},
        "provision": {"type": "deny", **denied},
    }
