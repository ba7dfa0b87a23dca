"""A municipality of Norway as the official figures know it."""

from dataclasses import dataclass
from typing import Final

COUNTRY: Final = "norge"
"""What an organisation that the whole country shares is named after."""


@dataclass(frozen=True, slots=True)
class Municipality:
    """One municipality, with the codes valid from 1 January 2024 (SSB Klass 131)."""

    kommunenummer: str
    """Four digits, e.g. ``5501``."""
    name: str
    """The Norwegian name, e.g. ``Tromsø``."""
    official_name: str
    """Every official name, joined by hyphens where there are several languages."""
    county_code: str
    county: str
    health_region: str
    """The regional health authority, e.g. ``Helse Nord``."""
    population: int
    """Residents on 1 January of the figures' year."""


def area_code(name: str) -> str:
    """What an organisation shared by an area of that name is named after, e.g. ``helse-nord``."""
    return name.lower().replace(" ", "-")
