"""capabilities: what this journal does, made from the tables that it does it by (http://hl7.org/fhir/R4/http.html#capabilities)."""

from functools import cache
from typing import Any

import orjson

from simulator.journal import routing
from simulator.journal.audit import find
from simulator.journal.definitions import parameters
from simulator.journal.http import Answer, Call
from simulator.journal.journal import Interaction, Journal
from simulator.journal.neighbours import NEEDING
from simulator.journal.store import Reader
from simulator.journal.subscriptions.terms import BACKPORT
from simulator.journal.subscriptions.topics import TOPICS
from simulator.journal.supported import AUDITED_ONLY, SUPPORTED, WRITABLE
from simulator.journal.version import RELEASED, VERSION

TEXT = (
    "Reference journal of journalbenk. Every read, search and write leaves an AuditEvent that no call can change."
    " The largest request body taken is {limit} bytes (413 beyond). Updates need no If-Match, and honour one."
    " Dates without a zone are taken as UTC. Page cursors are forgotten, oldest first."
)
OPEN = "Open mode: no authentication is asked for and every client may do everything. Only for synthetic data."
SECURED = (
    "Callers are known by access tokens of {issuer}, bound to a key by DPoP (HelseID) or bearer tokens of SMART Backend"
    " Services, with scopes of SMART version 2. Professionals need an attest (tillitsrammeverket) and a relation to the"
    " patient, or a logged override."
)
TOPIC = f"{BACKPORT}capabilitystatement-subscriptiontopic-canonical"
OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
SERVICES = "http://terminology.hl7.org/CodeSystem/restful-security-service"


def apply(journal: Journal, _: Reader, __: Call) -> Answer:
    """200 with the CapabilityStatement."""
    guard = journal.settings.guard
    lacking = () if journal.neighbours else NEEDING
    statement = _statement(journal.base, journal.settings.body_limit, guard.issuer if guard else "", lacking)
    return Answer(200, orjson.dumps(statement | {"date": RELEASED}))


@cache
def _statement(base: str, limit: int, issuer: str, lacking: tuple[str, ...]) -> dict[str, Any]:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "kind": "instance",
        "software": {"name": "journalbenk reference journal", "version": VERSION},
        "implementation": {"description": TEXT.format(limit=limit), "url": base},
        "instantiates": [
            "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data",
            "http://hl7.org/fhir/uv/subscriptions-backport/CapabilityStatement/backport-subscription-server-r4",
            "https://profiles.ihe.net/ITI/MHD/CapabilityStatement/IHE.MHD.DocumentResponder",
        ],
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "patchFormat": ["application/json-patch+json"],
        "rest": [
            {
                "mode": "server",
                "documentation": TEXT.format(limit=limit),
                "security": _security(issuer),
                "resource": [_resource(kind, lacking) for kind in SUPPORTED],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
                "operation": [_operation("", name) for name in routing.SYSTEM_OPERATIONS if name not in lacking],
            }
        ],
    }


def _security(issuer: str) -> dict[str, Any]:
    if not issuer:
        return {"description": OPEN}
    endpoint = {"url": "token", "valueUri": f"{issuer}/connect/token"}
    return {
        "extension": [{"url": OAUTH_URIS, "extension": [endpoint]}],
        "service": [{"coding": [{"system": SERVICES, "code": "SMART-on-FHIR", "display": "SMART-on-FHIR"}]}],
        "description": SECURED.format(issuer=issuer),
    }


def interactions(kind: str) -> list[str]:
    """The interactions of a type, from the routes."""
    tables = (routing.TYPE, routing.INSTANCE, routing.VERSION, routing.INSTANCE_HISTORY, routing.TYPE_HISTORY)
    names = dict.fromkeys(name for table in tables for name in table.values())
    return [name for name in names if kind != AUDITED_ONLY or name in routing.AUDIT_INTERACTIONS]


def _resource(kind: str, lacking: tuple[str, ...]) -> dict[str, Any]:
    shown: dict[str, Any] = {"type": kind, "interaction": [{"code": name} for name in interactions(kind)]}
    shown["versioning"] = "versioned"
    if kind in RULES:
        shown["documentation"] = RULES[kind]
    if kind != AUDITED_ONLY:
        shown |= {
            "readHistory": True,
            "updateCreate": True,
            "conditionalCreate": True,
            "conditionalRead": "full-support",
            "conditionalUpdate": True,
            "conditionalDelete": "single",
            "referencePolicy": ["literal", "logical"],
        }
    own = parameters()[kind].values()
    include = [f"{kind}:{p.name}" for p in own if p.kind == "reference"]
    back = [
        f"{source}:{p.name}"
        for source in WRITABLE
        for p in parameters()[source].values()
        if p.kind == "reference" and kind in p.targets
    ]
    shown |= {"searchInclude": include} if include else {}
    shown |= {"searchRevInclude": back} if back else {}
    if kind == "Subscription":
        shown["extension"] = [{"url": TOPIC, "valueCanonical": url} for url in TOPICS]
        shown["supportedProfile"] = [f"{BACKPORT}backport-subscription"]
    operations = [_operation(kind, name) for name in routing.operations(kind) if name not in lacking]
    shown |= {"operation": operations} if operations else {}
    shown["searchParam"] = [{"name": name, "type": code} for name, code in sorted(search_parameters(kind).items())]
    return shown


_LIFE = "A step of status that R4's state machine lacks is refused (409)."
RULES = {
    "Patient": "A fødselsnummer or D-number that another Patient has is refused (409), unless one has been merged into"
    " the other: inactive, with a link of type replaced-by.",
    "Task": _LIFE,
    "ServiceRequest": _LIFE,
    "Appointment": f"{_LIFE} A slot has one appointment at a time, and a participant who is required is so at one"
    " appointment at a time (409).",
}
"""What a write of a type is held against beside R4's own rules."""
DEFINITIONS = {
    "$export": "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export",
    "$follow-register": "https://journalbenk.example/fhir/OperationDefinition/follow-register",
    "$elsewhere": "https://journalbenk.example/fhir/OperationDefinition/elsewhere",
    "$kpr-report": "https://journalbenk.example/fhir/OperationDefinition/kpr-report",
    "$research-extract": "https://journalbenk.example/fhir/OperationDefinition/research-extract",
    "Patient/$export": "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export",
    "Group/$export": "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export",
    "$process-message": "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message",
    "$unusual-access": "https://journalbenk.example/fhir/OperationDefinition/unusual-access",
    "$status": "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-status",
    "$events": "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-events",
    "$outside-documents": "https://journalbenk.example/fhir/OperationDefinition/outside-documents",
    "$outside-document": "https://journalbenk.example/fhir/OperationDefinition/outside-document",
    "$send-message": "https://journalbenk.example/fhir/OperationDefinition/send-message",
    "$everything": "http://hl7.org/fhir/OperationDefinition/Patient-everything",
    "$summary": "http://hl7.org/fhir/uv/ips/OperationDefinition/summary",
    "$validate": "http://hl7.org/fhir/OperationDefinition/Resource-validate",
}


def _operation(kind: str, name: str) -> dict[str, str]:
    return {"name": name.removeprefix("$"), "definition": DEFINITIONS.get(f"{kind}/{name}") or DEFINITIONS[name]}


def search_parameters(kind: str) -> dict[str, str]:
    """The search parameters of a type and their kinds."""
    if kind == AUDITED_ONLY:
        return find.PARAMETERS
    own = {parameter.name: parameter.kind for parameter in parameters()[kind].values()}
    return {"_id": "token", "_lastUpdated": "date"} | own


INTERACTION = Interaction(apply, audited=False, public=True)
