"""Observation: vital signs by LOINC, as in HL7 Norway's VKP observation guide."""

from math import sqrt
from statistics import NormalDist
from typing import Any, Final

from simulator.domain.clinical_codes import CHILD_DEVELOPMENT
from simulator.domain.codes import BLOOD_PRESSURE, DIASTOLIC, HEART_RATE, HL7_TERMINOLOGY, LOINC, SYSTOLIC, UCUM
from simulator.fhir.assumptions import assumption
from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, concept, ref

_VITAL_SIGNS: Final = [
    {
        "coding": [
            {
                "system": f"{HL7_TERMINOLOGY}observation-category",
                "code": "vital-signs",
                "display": "Vital Signs",
            }
        ]
    }
]
_BLOOD_PRESSURE: Final = concept(LOINC, BLOOD_PRESSURE)
_SYSTOLIC: Final = concept(LOINC, SYSTOLIC)
_DIASTOLIC: Final = concept(LOINC, DIASTOLIC)
_HEART_RATE: Final = concept(LOINC, HEART_RATE)
_DEVELOPMENT: Final = concept(LOINC, CHILD_DEVELOPMENT)
_EXAM: Final = [concept(f"{HL7_TERMINOLOGY}observation-category", ("exam", "Exam"))]
_QUANTILES: Final = tuple(NormalDist().inv_cdf((n + 0.5) / 256) for n in range(256))


def blood_pressure(contact: Contact) -> Resource:
    """Systolic and diastolic pressure, which go together."""
    resource = _observation(contact, _BLOOD_PRESSURE)
    high, shared = _draw(contact, 0), assumption("blood_pressure_correlation")
    low = shared * high + sqrt(1 - shared**2) * _draw(contact, 2)
    resource["component"] = [
        {"code": _SYSTOLIC, "valueQuantity": _quantity(_value(high, "systolic"), "mm[Hg]")},
        {"code": _DIASTOLIC, "valueQuantity": _quantity(_value(low, "diastolic"), "mm[Hg]")},
    ]
    return resource


def heart_rate(contact: Contact) -> Resource:
    """Pulse."""
    resource = _observation(contact, _HEART_RATE)
    resource["valueQuantity"] = _quantity(_value(_draw(contact, 0), "heart_rate"), "/min")
    return resource


def development(contact: Contact) -> Resource:
    """What a child check found of the child's development, in words."""
    resource = _observation(contact, _DEVELOPMENT)
    resource["category"] = _EXAM
    resource["valueString"] = "Utvikling som ventet for alderen"
    return resource


def home_measurement(contact: Contact) -> Resource:
    """Blood pressure the inhabitant measured at home: the device's value, the inhabitant its performer."""
    resource = blood_pressure(contact)
    resource["performer"] = [contact.subject]
    resource["method"] = {"text": "Hjemmemåling"}
    return resource


def _observation(contact: Contact, code: dict[str, Any]) -> Resource:
    resource: Resource = {
        "resourceType": "Observation",
        "status": "final",
        "category": _VITAL_SIGNS,
        "code": code,
        "subject": contact.subject,
        "effectiveDateTime": contact.at,
        "performer": [ref(contact.author)],
    }
    if contact.encounter:
        resource["encounter"] = ref(contact.encounter)
    return resource


def _draw(contact: Contact, place: int) -> float:
    """A normal draw keyed by the interaction: two hexadecimal digits of its id choose one of 256 quantiles."""
    return _QUANTILES[int(contact.identity[place : place + 2], 16)]


def _value(draw: float, name: str) -> int:
    return round(assumption(f"{name}_mean") + assumption(f"{name}_spread") * draw)


def _quantity(value: int, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}
