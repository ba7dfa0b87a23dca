"""A home-care service, the patients it serves, and what of theirs is blocked or protected."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.journal.securing import HOME_CARE_SERVICE, Callers, in_care_of, ref

Json = dict[str, Any]
SECRET = "Hemmelighetsveien"
V = [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "V"}]


@pytest.fixture(scope="module")
def home_care(callers: Callers) -> Json:
    """The home-care service the nurse works for."""
    return callers.put_in(HOME_CARE_SERVICE)[0]


@pytest.fixture
def served(callers: Callers, home_care: Json) -> Callable[..., Json]:
    """Makes a patient whom home care serves."""
    return lambda **more: in_care_of(callers, home_care, **more)


def block(patient: Json, *, actor: list[Json] = (), data: list[Json] = (), kinds: tuple[str, ...] = ()) -> Json:  # type: ignore[assignment]
    """The patient's Consent that denies."""
    role = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "PRCP"}]}
    provision: Json = {"type": "deny"}
    if actor:
        provision["actor"] = [{"role": role, "reference": ref(one)} for one in actor]
    if data:
        provision["data"] = [{"meaning": "instance", "reference": ref(one)} for one in data]
    if kinds:
        provision["class"] = [{"system": "http://hl7.org/fhir/resource-types", "code": kind} for kind in kinds]
    scope = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]}
    category = [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentcategorycodes", "code": "np"}]}]
    made = {
        "resourceType": "Consent",
        "status": "active",
        "scope": scope,
        "category": category,
        "patient": ref(patient),
    }
    return made | {"provision": provision, "policyRule": {"text": "pbrl. § 5-3"}}
