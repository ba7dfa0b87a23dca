"""Shows who made a version, for whom, when and how, as a Provenance (http://hl7.org/fhir/R4/provenance.html).

The journal keeps no such resource for each write. A version knows when and by which method it was made, and beside it
stands who made it (table ``author``, filled where callers are known); the Provenance is made of the two when somebody
reads it. Its id is ``write-`` and the version's number.
"""

import re
from typing import Any, Final, NamedTuple

import orjson

from simulator.journal.access import words
from simulator.journal.clock import instant

Json = dict[str, Any]
PROVENANCE: Final = "Provenance"
PREFIX: Final = "write-"
OWN_ID: Final = re.compile(r"write-(\d{1,18})")
OPERATIONS: Final = {"POST": "CREATE", "PUT": "UPDATE", "PATCH": "UPDATE", "DELETE": "DELETE"}
COLUMNS: Final = "v.seq, v.type, v.id, v.vid, v.method, v.updated, r.patient, a.agent"
SOURCE: Final = "version v JOIN resource r ON r.rid = v.rid LEFT JOIN author a ON a.seq = v.seq"
_DATA_OPERATION: Final = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
_PARTICIPANT: Final = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


class Write(NamedTuple):
    """A version and who made it; ``agent`` is JSON as the audit trail keeps it, or None in open mode."""

    seq: int
    type: str
    id: str
    vid: int
    method: str
    updated: int
    patient: str
    agent: str | None


def render(write: Write) -> bytes:
    """The Provenance of a write."""
    code = "CREATE" if write.vid == 1 and write.method != "DELETE" else OPERATIONS[write.method]
    stamp = instant(write.updated)
    return orjson.dumps(
        {
            "resourceType": PROVENANCE,
            "id": f"{PREFIX}{write.seq}",
            "meta": {"versionId": "1", "lastUpdated": stamp},
            "target": [{"reference": f"{write.type}/{write.id}/_history/{write.vid}"}],
            "occurredDateTime": stamp,
            "recorded": stamp,
            "activity": {"coding": [{"system": _DATA_OPERATION, "code": code}], "text": write.method},
            "agent": [_agent(orjson.loads(write.agent) if write.agent else {})],
        }
    )


def _agent(told: Json) -> Json:
    """Who wrote: a person for an organisation, a system, or nobody known."""
    kind = {"coding": [{"system": _PARTICIPANT, "code": "author"}]}
    if not told:
        return {"type": kind, "who": {"display": "anonymous"}}
    if told["role"] == "system":
        kind = {"coding": [{"system": _PARTICIPANT, "code": "assembler"}]}
        return {"type": kind, "who": {"identifier": {"value": told.get("client", "unknown")}}}
    number = {"system": words.FNR, "value": told["pid"]} if "pid" in told else {}
    number = {"system": words.HPR, "value": told["hpr"]} if "hpr" in told else number
    agent: Json = {"type": kind, "who": {"display": told.get("name", "")} | ({"identifier": number} if number else {})}
    if "profession" in told:
        agent["role"] = [{"coding": [{"system": words.PROFESSION, "code": told["profession"]}]}]
    if "entity" in told:
        unit = {"identifier": {"system": words.ENH, "value": told.get("place") or told["entity"]}}
        agent["onBehalfOf"] = unit | ({"display": told["entityName"]} if "entityName" in told else {})
    return agent
