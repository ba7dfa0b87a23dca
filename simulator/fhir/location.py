"""Location: where an organisation's work is done (no-basis-Location)."""

from typing import Any

from simulator.domain.codes import profile
from simulator.fhir.elements import Resource, ref


def location(organisation: str, name: str, city: str) -> Resource:
    """The premises of the organisation with that id, in the town ``city``."""
    premises: dict[str, Any] = {
        "resourceType": "Location",
        "meta": {"profile": profile("Location")},
        "status": "active",
        "name": name,
        "mode": "instance",
        "address": {"use": "work", "type": "physical", "city": city, "country": "NO"},
        "managingOrganization": ref(organisation),
    }
    return premises
