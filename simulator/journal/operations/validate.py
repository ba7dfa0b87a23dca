"""$validate: says what a write would be refused for, and writes nothing (http://hl7.org/fhir/R4/resource-operation-validate.html)."""

from typing import Any, Final

import orjson

from simulator.journal.errors import FhirError, outcome, refuse, success_outcome
from simulator.journal.http import JSON_TYPES, Answer, Call, check_content_type, parse_resource
from simulator.journal.journal import Interaction, Journal
from simulator.journal.store import Reader

MODES: Final = frozenset({"create", "update", "profile"})


def prepare(_: Journal, call: Call) -> None:
    """Takes the resource out of the body, which may be the resource itself or Parameters that hold it."""
    check_content_type(call.headers, JSON_TYPES)
    body = parse_resource(call.body)
    if body["resourceType"] != "Parameters":
        call.resource = body
        return
    parts = [part for part in body.get("parameter") or [] if isinstance(part, dict)]
    modes = [str(part.get("valueCode")) for part in parts if part.get("name") == "mode"]
    if any(mode not in MODES for mode in modes):
        raise refuse(400, "not-supported", f"mode is one of {', '.join(sorted(MODES))}", "Parameters.parameter")
    call.resource = next((part.get("resource") for part in parts if part.get("name") == "resource"), None)
    if not isinstance(call.resource, dict):
        raise refuse(400, "required", "the Parameters hold no parameter 'resource' with a resource", "Parameters")


def apply(journal: Journal, _: Reader, call: Call) -> Answer:
    """200 with an OperationOutcome, whatever it says: the operation itself has succeeded."""
    try:
        journal.validator.check(_as_written(call.resource, call.identity), call.kind)
    except FhirError as error:
        return Answer(200, orjson.dumps(outcome([issue.render() for issue in error.issues])))
    return Answer(200, success_outcome(f"this {call.kind} would be taken"))


def _as_written(resource: dict[str, Any], identity: str | None) -> dict[str, Any]:
    return resource | {"id": identity} if identity else resource


INTERACTION = Interaction(apply, prepare)
