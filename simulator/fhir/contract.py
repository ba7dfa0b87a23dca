"""The contract as a CapabilityStatement of kind ``requirements`` (FHIR R4 capabilitystatement.html)."""

from typing import Any

from simulator.domain.codes import EXPECTATION
from simulator.domain.contract import ContractResource
from simulator.domain.requirement import Catalogue
from simulator.domain.verdict import Level
from simulator.fhir.elements import Resource


def capability_statement(catalogue: Catalogue) -> Resource:
    """What a candidate must offer; each interaction carries its level as the expectation extension."""
    contract = catalogue.contract
    rules = "\n".join(f"* {rule.id} ({rule.level}): {rule.text['en']}" for rule in catalogue.rules.values())
    return {
        "resourceType": "CapabilityStatement",
        "url": contract.url,
        "version": contract.version,
        "name": "JournalbenkContract",
        "title": contract.title["en"],
        "status": "active",
        "experimental": True,
        "date": contract.date.isoformat(),
        "publisher": "journalbenk",
        "description": f"{contract.description['en']}\n\n{rules}",
        "kind": "requirements",
        "fhirVersion": contract.fhir_version,
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "resource": [_resource(item) for item in contract.resources],
                "interaction": [_interaction(code, level) for code, level in contract.system.items()],
            }
        ],
    }


def _resource(item: ContractResource) -> dict[str, Any]:
    described: dict[str, Any] = {
        "type": item.type,
        "interaction": [_interaction(code, level) for code, level in item.interactions.items()],
        "conditionalCreate": item.conditional_create,
        "searchParam": [{"name": name, "type": kind} for name, kind in item.search.items()],
    }
    if item.profile:
        described["supportedProfile"] = [item.profile]
    if "vread" in item.interactions:
        described["versioning"] = "versioned-update" if "update" in item.interactions else "versioned"
    return described


def _interaction(code: str, level: Level) -> dict[str, Any]:
    return {"extension": [{"url": EXPECTATION, "valueCode": level}], "code": code}
