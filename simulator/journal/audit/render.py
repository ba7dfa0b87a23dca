"""Shows a line of the audit trail as an AuditEvent (http://hl7.org/fhir/R4/auditevent.html)."""

from base64 import b64encode
from typing import Any, Final, NamedTuple

import orjson

from simulator.journal.audit.accounts import account
from simulator.journal.clock import instant

COLUMNS: Final = "a.seq, a.recorded, a.interaction, a.status, a.target, a.query, a.client, a.links, a.agent"
ACTIONS: Final = {
    "capabilities": "R",
    "create": "C",
    "read": "R",
    "vread": "R",
    "history-instance": "R",
    "history-type": "R",
    "update": "U",
    "patch": "U",
    "delete": "D",
    "search-type": "E",
    "transaction": "E",
    "batch": "E",
    "$cds-service": "E",
    "$cds-feedback": "C",
    "$elsewhere": "E",
    "$everything": "E",
    "$outside-documents": "E",
    "$outside-document": "R",
    "$export": "E",
    "$follow-register": "E",
    "$kpr-report": "E",
    "$research-extract": "E",
    "$process-message": "C",
    "hodemelding": "C",
    "$send-message": "E",
    "export-file": "R",
    "export-delete": "D",
    "$summary": "E",
    "$status": "E",
    "$events": "E",
    "$notify": "R",
    "$pass-on": "R",
    "$unusual-access": "E",
    "$validate": "E",
}  # fmt: skip  a table
OUTCOMES: Final = {"0": (0, 399), "4": (400, 499), "8": (500, 599)}
TYPE: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/audit-event-type",
    "code": "rest",
    "display": "RESTful Operation",
}
SUBTYPES: Final = "http://hl7.org/fhir/restful-interaction"
_ENTITY: Final = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_ROLE: Final = "http://terminology.hl7.org/CodeSystem/object-role"
_PERSON: Final = {
    "type": {"system": _ENTITY, "code": "1", "display": "Person"},
    "role": {"system": _ROLE, "code": "1", "display": "Patient"},
}
_OBJECT: Final = {
    "type": {"system": _ENTITY, "code": "2", "display": "System Object"},
    "role": {"system": _ROLE, "code": "4", "display": "Domain Resource"},
}
_QUERY: Final = {
    "type": {"system": _ENTITY, "code": "2", "display": "System Object"},
    "role": {"system": _ROLE, "code": "24", "display": "Query"},
}


class Line(NamedTuple):
    """A row of the audit table."""

    seq: int
    recorded: int
    interaction: str
    status: int
    target: str
    query: str
    client: str
    links: str
    agent: str


def subtype_code(interaction: str) -> str:
    """The code of the RESTful interaction; that of every operation, and of what follows one, is ``operation``."""
    return "operation" if interaction.startswith(("$", "export-", "hodemelding")) else interaction


def outcome_code(status: int) -> str:
    """The AuditEvent.outcome of an HTTP status: 0 success, 4 the client's failure, 8 the journal's."""
    return "0" if status < 400 else "4" if status < 500 else "8"


def render(line: Line, base: str) -> dict[str, Any]:
    """The AuditEvent of a line; the query is base64 of the search with person numbers masked."""
    entities: list[dict[str, Any]] = [
        {"what": {"reference": ref}, **(_PERSON if ref.startswith("Patient/") else _OBJECT)}
        for ref in line.links.split()
    ]
    if line.query:
        text = f"{base}/{line.target}?{line.query}"
        entities.append({**_QUERY, "query": b64encode(text.encode()).decode()})
    event = {
        "resourceType": "AuditEvent",
        "id": str(line.seq),
        "meta": {"versionId": "1", "lastUpdated": instant(line.recorded)},
        "type": TYPE,
        "subtype": [{"system": SUBTYPES, "code": subtype_code(line.interaction), "display": line.interaction}],
        "action": ACTIONS[line.interaction],
        "recorded": instant(line.recorded),
        "outcome": outcome_code(line.status),
        "outcomeDesc": f"HTTP {line.status}",
        "agent": [
            {
                "who": {"display": "anonymous"},
                "requestor": True,
                "network": {"address": line.client, "type": "2"},
            }
        ],
        "source": {"observer": {"display": f"journalbenk reference journal at {base}"}},
    }
    if line.agent:
        patient = next((ref for ref in line.links.split() if ref.startswith("Patient/")), "")
        account(event, orjson.loads(line.agent), (line.interaction, patient, line.client))
    return event | {"entity": entities} if entities else event
