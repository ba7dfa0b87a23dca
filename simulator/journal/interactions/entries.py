"""The entries of a transaction or batch as calls, and their answers as entries (http://hl7.org/fhir/R4/http.html#transaction)."""

from base64 import b64decode
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from simulator.journal.audit.record import Record
from simulator.journal.clock import instant
from simulator.journal.errors import FhirError, refuse
from simulator.journal.http import Answer, Call
from simulator.journal.hurried import Hurried
from simulator.journal.journal import Journal
from simulator.journal.primitives import is_base64
from simulator.journal.routing import route

HEADERS: Final = {
    "ifMatch": "if-match",
    "ifNoneMatch": "if-none-match",
    "ifNoneExist": "if-none-exist",
    "ifModifiedSince": "if-modified-since",
}
REASONS: Final = {
    200: "OK",
    201: "Created",
    204: "No Content",
    304: "Not Modified",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    410: "Gone",
    412: "Precondition Failed",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
    500: "Internal Server Error",
}  # fmt: skip  a table
OUTER: Final = frozenset({"transaction", "capabilities", "smart-configuration", "hodemelding"})


@dataclass(slots=True)
class Entry:
    """One entry: where it stands, what it asks for, and its fullUrl if it has one."""

    place: str
    call: Call
    full_url: str | None


def entry_call(journal: Journal, outer: Call, position: int, entry: dict[str, Any]) -> Entry:
    """The call that an entry asks for, its body checked.

    Raises:
        FhirError: The entry is not understood or not valid; its issues say which entry.
    """
    place = f"Bundle.entry[{position}]"
    try:
        request = entry.get("request")
        if request is None:
            raise refuse(400, "required", "an entry of a transaction or batch needs a request", "Bundle.request")
        return Entry(place, _call(journal, outer, request, entry.get("resource")), entry.get("fullUrl"))
    except FhirError as error:
        raise placed(error, place) from None


def _call(journal: Journal, outer: Call, request: dict[str, Any], resource: Any) -> Call:
    address = urlsplit(request["url"].removeprefix(f"{journal.base}/"))
    try:
        found = route(request["method"], unquote(address.path))
    except FhirError as error:
        error.issues = [type(issue)(issue.code, issue.diagnostics, "Bundle.request.url") for issue in error.issues]
        raise
    if found.interaction in OUTER or found.interaction.startswith(("$", "export-")):
        raise refuse(400, "not-supported", "this interaction cannot be an entry of a bundle", "Bundle.request.url")
    headers = {name: str(request[key]) for key, name in HEADERS.items() if key in request}
    headers["prefer"] = outer.headers.get("prefer", "")
    target = found.kind + (f"/{found.identity}" if found.identity else "")
    record = Record(found.interaction, target, "", outer.record.client, agent=outer.record.agent)
    query = parse_qsl(address.query, keep_blank_values=True)
    call = Call(found.interaction, found.kind, found.identity, found.version, query, headers, record, inside=True)
    outer.record.parts.append(record)
    call.caller = outer.caller
    if journal.gate is not None:
        journal.gate.permit(call)
    if found.interaction in {"create", "update", "patch"}:
        if not isinstance(resource, dict):
            raise refuse(400, "required", f"a {found.interaction} needs a resource", f"{found.kind}")
        call.resource = _json_patch(resource) if found.interaction == "patch" else resource
    prepare = journal.interactions[found.interaction].prepare
    if prepare is not None:
        prepare(journal, call)
    return call


def _json_patch(binary: dict[str, Any]) -> Any:
    """The patch in a Binary, the only way R4 lets a bundle carry one."""
    data = binary.get("data")
    if binary.get("resourceType") != "Binary" or not is_base64(data):
        raise refuse(400, "structure", "a PATCH entry carries its JSON Patch as the data of a Binary", "Binary.data")
    try:
        return orjson.loads(b64decode(str(data)))
    except ValueError:
        raise refuse(400, "structure", "the Binary does not hold JSON", "Binary.data") from None


def placed(error: FhirError, place: str) -> FhirError:
    """The refusal with its issues pointing into the entry."""
    if not error.prefix:
        error.prefix = place
    return error


def run(journal: Journal, store: Any, entry: Entry) -> Answer:
    """Does what an entry asks for; a refusal says which entry."""
    interaction = journal.interactions[entry.call.interaction]
    reader = store if interaction.place == "writer" else Hurried(store, journal.database)
    try:
        answer = interaction.apply(journal, reader, entry.call)
    except FhirError as error:
        entry.call.record.status = error.status
        raise placed(error, entry.place) from None
    entry.call.record.status = answer.status
    return answer


def answered(answer: Answer, *, body: bool) -> dict[str, Any]:
    """An answer as a bundle entry; ``body`` says whether the resource goes with it."""
    response: dict[str, Any] = {"status": f"{answer.status} {REASONS.get(answer.status, 'OK')}"}
    if answer.location:
        response["location"] = answer.location
    if answer.vid is not None:
        response["etag"] = f'W/"{answer.vid}"'
    if answer.updated is not None:
        response["lastModified"] = instant(answer.updated)
    entry: dict[str, Any] = {"response": response}
    if body and answer.content:
        entry["resource"] = orjson.Fragment(answer.content)
    return entry


def refused(error: FhirError) -> dict[str, Any]:
    """A refusal as a bundle entry."""
    status = f"{error.status} {REASONS.get(error.status, 'Error')}"
    return {"response": {"status": status, "outcome": error.resource()}}
