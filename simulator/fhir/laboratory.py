"""Observation and DiagnosticReport of the laboratory, by LOINC, with the range the laboratory calls normal."""

from statistics import NormalDist
from typing import Final

from simulator.domain.clinical_codes import DIAGNOSTIC_SERVICE, LABORATORY
from simulator.domain.codes import HL7_TERMINOLOGY, LOINC, UCUM
from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, coding, concept, ref
from simulator.fhir.references import LabTest, lab_tests

_QUANTILES: Final = tuple(NormalDist().inv_cdf((n + 0.5) / 256) for n in range(256))
_HIGH: Final = [concept(f"{HL7_TERMINOLOGY}v3-ObservationInterpretation", ("H", "High"))]
_LOW: Final = [concept(f"{HL7_TERMINOLOGY}v3-ObservationInterpretation", ("L", "Low"))]
_NORMAL: Final = [concept(f"{HL7_TERMINOLOGY}v3-ObservationInterpretation", ("N", "Normal"))]
_CATEGORY: Final = [{"coding": [LABORATORY]}]
_SERVICE: Final = [{"coding": [coding(DIAGNOSTIC_SERVICE, ("LAB", "Laboratory"))]}]


def test_for(contact: Contact) -> LabTest:
    """The test that fits the contact's reason; without one that does, any, the same for the whole episode."""
    tests = lab_tests()
    fitting = [test for test in tests if contact.reason in test.reasons]
    return fitting[0] if fitting else tests[contact.person.resident % len(tests)]


def lab_value(contact: Contact) -> Resource:
    """The value measured, told to be high or low against the range."""
    test = test_for(contact)
    draw = _QUANTILES[int(contact.identity[:2], 16)]
    value = round(max(test.mean + test.spread * draw, test.mean / 10), 1)
    resource: Resource = {
        "resourceType": "Observation",
        "status": "final",
        "category": _CATEGORY,
        "code": concept(LOINC, (test.code, test.name)),
        "subject": contact.subject,
        "effectiveDateTime": contact.began,
        "issued": contact.at,
        "performer": [ref(contact.author)],
        "valueQuantity": _quantity(value, test.unit),
        "interpretation": _HIGH if value > test.high else _LOW if value < test.low else _NORMAL,
        "referenceRange": [{"low": _quantity(test.low, test.unit), "high": _quantity(test.high, test.unit)}],
    }
    ordered = contact.made.get("lab-order")
    if ordered:
        resource["basedOn"] = [ref(ordered.interaction)]
    return resource


def lab_report(contact: Contact) -> Resource:
    """The answer of the laboratory (svarrapport) that the value belongs to."""
    test = test_for(contact)
    resource: Resource = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "category": _SERVICE,
        "code": concept(LOINC, (test.code, test.name)),
        "subject": contact.subject,
        "effectiveDateTime": contact.began,
        "issued": contact.at,
        "performer": [ref(contact.author)],
        "result": [ref(contact.made["lab-value"].interaction)],
    }
    ordered = contact.made.get("lab-order")
    if ordered:
        resource["basedOn"] = [ref(ordered.interaction)]
    return resource


def _quantity(value: float, unit: str) -> Resource:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}
