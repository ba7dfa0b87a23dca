"""Patient/$summary: the clinical summary as a document (http://hl7.org/fhir/uv/ips/STU1.1/OperationDefinition-summary.html).

The International Patient Summary (EN 17269) names the sections and their LOINC codes. A section without content says
so with ``emptyReason``, so that nothing known is told from not asked.
"""

from typing import Any, Final, NamedTuple
from uuid import uuid4

import orjson

from simulator.journal.clock import instant
from simulator.journal.errors import refuse
from simulator.journal.http import Answer, Call
from simulator.journal.journal import Interaction, Journal
from simulator.journal.operations import compartment
from simulator.journal.search.finder import Hit
from simulator.journal.store import Reader

LOINC: Final = "http://loinc.org"
BUNDLE_PROFILE: Final = "http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips"
COMPOSITION_PROFILE: Final = "http://hl7.org/fhir/uv/ips/StructureDefinition/Composition-uv-ips"
EMPTY: Final = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/list-empty-reason",
            "code": "nilknown",
            "display": "Nil Known",
        }
    ]
}
MOST_RESULTS: Final = 100
"""Measurements shown, the newest; what is older stays in the record."""


class Section(NamedTuple):
    """A section of the summary: its LOINC code, and which resources of a type stand in it."""

    code: str
    title: str
    kind: str
    criteria: tuple[tuple[str, str], ...] = ()
    required: bool = False


_ACTIVE: Final = "active,recurrence,relapse"
SECTIONS: Final = (
    Section("48765-2", "Allergies and Intolerances", "AllergyIntolerance", (("clinical-status", "active"),), True),
    Section("11450-4", "Problem List", "Condition", (("clinical-status", _ACTIVE),), True),
    Section("10160-0", "Medication Summary", "MedicationStatement", (("status", "active,intended,on-hold"),), True),
    Section("11369-6", "Immunizations", "Immunization", (("status", "completed"),)),
    Section("47519-4", "History of Procedures", "Procedure"),
    Section("30954-2", "Results", "Observation"),
    Section("18776-5", "Plan of Care", "CarePlan", (("status", "active"),)),
    Section("46240-8", "Services", "EpisodeOfCare", (("status", "active"),)),
)


def apply(journal: Journal, reader: Reader, call: Call) -> Answer:
    """200 with a Bundle of type document; 404 for an unknown patient."""
    if call.query and any(key not in {"_format", "_pretty", "profile"} for key, _ in call.query):
        raise refuse(400, "not-supported", "$summary takes no parameter but 'profile'", "Patient")
    subject = compartment.patient(reader, call)
    found = {section.code: _found(journal, reader, call, section) for section in SECTIONS}
    shown = [hit for hits in found.values() for hit in hits]
    others = compartment.supporting(journal, reader, [subject, *shown])
    for hit in (*shown, *others):
        call.record.touch(f"{hit.type}/{hit.id}", hit.patient)
    stamp = instant(journal.clock.now())
    composition = {
        "resourceType": "Composition",
        "id": str(uuid4()),
        "meta": {"profile": [COMPOSITION_PROFILE]},
        "status": "final",
        "type": {"coding": [{"system": LOINC, "code": "60591-5", "display": "Patient summary Document"}]},
        "subject": {"reference": _url(journal, subject)},
        "date": stamp,
        "author": [{"display": f"journalbenk reference journal at {journal.base}"}],
        "title": "International Patient Summary",
        "section": [s for section in SECTIONS if (s := _section(journal, section, found[section.code]))],
    }
    return Answer(200, _document(journal, composition, [subject, *shown, *others], stamp))


def _found(journal: Journal, reader: Reader, call: Call, section: Section) -> list[Hit]:
    hits = compartment.hits(journal, reader, call, section.kind, section.criteria)
    return hits[-MOST_RESULTS:] if section.kind == "Observation" else hits


def _section(journal: Journal, section: Section, hits: list[Hit]) -> dict[str, Any] | None:
    if not hits and not section.required:
        return None
    told: dict[str, Any] = {
        "title": section.title,
        "code": {"coding": [{"system": LOINC, "code": section.code}]},
        "text": {"status": "generated", "div": _narrative(section, hits)},
    }
    entries = [{"reference": _url(journal, hit)} for hit in hits]
    return told | ({"entry": entries} if entries else {"emptyReason": EMPTY})


def _narrative(section: Section, hits: list[Hit]) -> str:
    amount = f"{len(hits)} entries" if hits else "nothing known"
    return f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{section.title}: {amount}</p></div>'


def _url(journal: Journal, hit: Hit) -> str:
    return f"{journal.base}/{hit.type}/{hit.id}"


def _document(journal: Journal, composition: dict[str, Any], hits: list[Hit], stamp: str) -> bytes:
    unique = {(hit.type, hit.id): hit for hit in hits}.values()
    entries = [{"fullUrl": f"urn:uuid:{composition['id']}", "resource": composition}]
    entries += [{"fullUrl": _url(journal, hit), "resource": orjson.Fragment(hit.content)} for hit in unique]
    return orjson.dumps(
        {
            "resourceType": "Bundle",
            "meta": {"profile": [BUNDLE_PROFILE]},
            "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{uuid4()}"},
            "type": "document",
            "timestamp": stamp,
            "entry": entries,
        }
    )


INTERACTION = Interaction(apply, place="pool")
