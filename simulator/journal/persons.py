"""One Patient for each person: a national identity number that one Patient has is refused to any other.

A second record of somebody hides what the first one says. What has been merged is the exception that R4 knows: a
Patient that is not active and is ``replaced-by`` another keeps its number
(http://hl7.org/fhir/R4/patient-definitions.html#Patient.link).
"""

from typing import Any, Final

import orjson

from simulator.journal.errors import refuse
from simulator.journal.indexing import Indexer
from simulator.journal.no_basis import DNR, FNR
from simulator.journal.store import Found, Reader, Store

Json = dict[str, Any]
KIND: Final = "Patient"
PLACE: Final = "Patient.identifier"
NUMBERED: Final = frozenset({FNR, DNR})


class Persons:
    """Holds a write of a Patient against who has its numbers, inside the writer's transaction.

    Args:
        indexer: Knows the number of the search parameter for identifiers.
    """

    def __init__(self, indexer: Indexer) -> None:
        self.indexer = indexer

    def check(self, store: Store, resource: Json, found: Found | None) -> None:
        """Raises a 409 that says which Patient has a number already, unless it is this one or has been merged."""
        if resource["resourceType"] != KIND or is_merged(resource):
            return
        numbers = numbers_of(resource)
        before: Json = orjson.loads(found.content) if found is not None and found.content else {}
        if not numbers or (numbers <= numbers_of(before) and not is_merged(before)):
            return
        for identity in self.holders(store, resource):
            raise refuse(409, "duplicate", f"this person is in the record already{_where(store, identity)}", PLACE)

    def holders(self, reader: Reader, patient: Json) -> list[str]:
        """The ids of other Patients, merged ones aside, that have a number of this one, which has not been merged."""
        numbers = sorted(numbers_of(patient))
        if not numbers or is_merged(patient):
            return []
        marks = ", ".join("?" * len(numbers))
        rows = reader.rows(
            "SELECT r.id, v.content FROM idx_token t JOIN resource r ON r.rid = t.rid JOIN version v ON v.seq = r.seq"  # noqa: S608  values are bound
            f" WHERE t.param = ? AND t.code IN ({marks}) AND t.system IN (?, ?) AND r.deleted = 0",
            [self.indexer.numbers["Patient.identifier"], *numbers, FNR, DNR],
        )
        others = {str(identity): bytes(content) for identity, content in rows if identity != patient["id"]}
        return [identity for identity, content in others.items() if not is_merged(orjson.loads(content))]


def numbers_of(patient: Json) -> set[str]:
    """Every fødselsnummer and D-number of a Patient, former ones too: none is ever given to somebody else."""
    listed = patient.get("identifier") or ()
    return {str(one["value"]) for one in listed if one.get("system") in NUMBERED and one.get("value")}


def is_merged(patient: Json) -> bool:
    """Whether a Patient has been replaced by another one, and is kept as it was."""
    links = patient.get("link") or ()
    return patient.get("active") is False and any(link.get("type") == "replaced-by" for link in links)


def in_use(patients: list[Json]) -> list[Json]:
    """Those of some Patients that have not been merged: whom a number now stands for."""
    return [patient for patient in patients if not is_merged(patient)]


def _where(store: Store, identity: str) -> str:
    """Which Patient it is, for who may see every patient: nobody, in open mode, or a system."""
    agent = getattr(store.record, "agent", None) or {"role": "system"}
    return f", as {KIND}/{identity} (R4 patient.html)" if agent.get("role") == "system" else ""
