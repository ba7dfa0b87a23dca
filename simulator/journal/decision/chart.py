"""What the rules need to know of a patient: medicines, allergies, diagnoses and measurements, as plain codes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from simulator.journal.http import Call
from simulator.journal.journal import Journal
from simulator.journal.operations import compartment
from simulator.journal.store import Reader

ATC: Final = "http://www.whocc.no/atc"
ICPC_2: Final = frozenset({"urn:oid:2.16.578.1.12.4.1.1.7170", "http://hl7.org/fhir/sid/icpc-2"})
LOINC: Final = "http://loinc.org"
_IN_USE: Final = (("MedicationStatement", "active,intended"), ("MedicationRequest", "active"))


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine by ATC code, and what it is called."""

    atc: str
    name: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement: LOINC code, day or instant as written, and value where it is a number."""

    loinc: str
    at: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Chart:
    """A patient as the rules see them."""

    medicines: tuple[Medicine, ...]
    allergies: tuple[Medicine, ...]
    conditions: frozenset[str]
    measured: tuple[Measured, ...]


def chart_of(journal: Journal, reader: Reader, call: Call) -> Chart:
    """The chart of the call's patient, as its caller may see it; everything looked at is noted for the audit trail."""

    def found(kind: str, *criteria: tuple[str, str]) -> Iterator[dict[str, Any]]:
        for hit in compartment.hits(journal, reader, call, kind, criteria):
            call.record.touch(f"{hit.type}/{hit.id}", hit.patient)
            yield orjson.loads(hit.content)

    medicines = [m for kind, status in _IN_USE for m in medicines_of(found(kind, ("status", status)))]
    allergies = found("AllergyIntolerance", ("clinical-status", "active"))
    conditions = found("Condition", ("clinical-status", "active,recurrence,relapse"))
    return Chart(
        tuple(dict.fromkeys(medicines)),
        tuple(named for allergy in allergies if (named := _named(allergy.get("code")))),
        frozenset(code for c in conditions if (code := _code(c.get("code"), ICPC_2))),
        tuple(m for o in found("Observation") if (m := _measured(o))),
    )


def medicines_of(resources: Iterable[dict[str, Any]]) -> list[Medicine]:
    """The medicines of statements and requests that are coded by ATC."""
    concepts = [resource.get("medicationCodeableConcept") for resource in resources]
    return [named for concept in concepts if (named := _named(concept))]


def _named(concept: Any) -> Medicine | None:
    coding = _coding(concept, (ATC,))
    return (
        Medicine(coding["code"], str(coding.get("display") or concept.get("text") or coding["code"]))
        if coding
        else None
    )


def _code(concept: Any, systems: Iterable[str]) -> str:
    return str(_coding(concept, systems).get("code", ""))


def _coding(concept: Any, systems: Iterable[str]) -> dict[str, Any]:
    """The first coding of some systems that has a code; empty without one, and for what is no concept."""
    listed = concept.get("coding") if isinstance(concept, dict) else None
    codings = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    known = (one for one in codings if isinstance(one.get("code"), str) and str(one.get("system")) in systems)
    return next(known, {})


def _measured(observation: dict[str, Any]) -> Measured | None:
    loinc = _code(observation.get("code"), {LOINC})
    if not loinc or observation.get("status") not in {"final", "amended", "corrected"}:
        return None
    value = (observation.get("valueQuantity") or {}).get("value")
    return Measured(loinc, str(observation.get("effectiveDateTime", "")), value)
