"""Observation of a child's weight and height, each with the range it is to be seen against.

``referenceRange`` is two standard deviations to each side of the reference for age and sex, so that whoever reads it
can compute the z-score without a table: (value - middle) / (a quarter of the range).
"""

from datetime import date
from statistics import NormalDist
from typing import Final

from simulator.domain.clinical_codes import BODY_HEIGHT, BODY_WEIGHT, Code
from simulator.domain.codes import HL7_TERMINOLOGY, LOINC, UCUM
from simulator.fhir.contact import Contact, Person
from simulator.fhir.elements import Resource, concept, ref
from simulator.fhir.references import growth

_QUANTILES: Final = tuple(NormalDist().inv_cdf((n + 0.5) / 256) for n in range(256))
_VITAL_SIGNS: Final = [concept(f"{HL7_TERMINOLOGY}observation-category", ("vital-signs", "Vital Signs"))]
_DAYS_A_MONTH: Final = 30.4375
_GROWN_AFTER: Final = 216.0


def months_old(person: Person, at: str) -> float:
    """Age in months on the day of ``at``."""
    born = date.fromisoformat(person.row["birth_date"])
    return (date.fromisoformat(at[:10]) - born).days / _DAYS_A_MONTH


def weight(contact: Contact) -> Resource:
    """Weight in kilograms, to the nearest ten grams."""
    found = growth(contact.person.row["sex"], months_old(contact.person, contact.at))
    return _measured(contact, BODY_WEIGHT, "kg", (found.weight, found.weight * found.weight_spread))


def height(contact: Contact) -> Resource:
    """Length or height in centimetres."""
    found = growth(contact.person.row["sex"], months_old(contact.person, contact.at))
    return _measured(contact, BODY_HEIGHT, "cm", (found.height, found.height * found.height_spread))


def _measured(contact: Contact, code: Code, unit: str, reference: tuple[float, float]) -> Resource:
    middle, spread = reference
    months = months_old(contact.person, contact.at)
    value = middle + spread * _QUANTILES[int(contact.identity[:2], 16)]
    resource: Resource = {
        "resourceType": "Observation",
        "status": "final",
        "category": _VITAL_SIGNS,
        "code": concept(LOINC, code),
        "subject": contact.subject,
        "effectiveDateTime": contact.at,
        "performer": [ref(contact.author)],
        "valueQuantity": _quantity(value, unit),
        "referenceRange": [
            {
                "low": _quantity(middle - 2 * spread, unit),
                "high": _quantity(middle + 2 * spread, unit),
                "text": f"-2 til +2 SD ved {min(months, _GROWN_AFTER):.0f} måneder",
            }
        ],
    }
    if contact.encounter:
        resource["encounter"] = ref(contact.encounter)
    return resource


def _quantity(value: float, unit: str) -> Resource:
    return {"value": round(value, 2), "unit": unit, "system": UCUM, "code": unit}
