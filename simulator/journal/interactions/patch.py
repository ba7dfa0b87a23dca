"""patch by JSON Patch, also by criteria (http://hl7.org/fhir/R4/http.html#patch, RFC 6902)."""

from typing import Any

import jsonpatch
import jsonpointer
import orjson

from simulator.journal.access.stage import check_target
from simulator.journal.errors import refuse
from simulator.journal.http import PATCH_JSON, Answer, Call, check_content_type, parse_json
from simulator.journal.interactions.common import check_if_match, criteria, existing, only_match, written
from simulator.journal.journal import Interaction, Journal
from simulator.journal.store import Store

MOST_STEPS = 200
# Each copy can double the document, so their number is what bounds its size.
MOST_COPIES = 8
_BROKEN = (
    jsonpatch.JsonPatchException,
    jsonpointer.JsonPointerException,
    TypeError,
    KeyError,
    ValueError,
    IndexError,
    AttributeError,
    RecursionError,
)  # fmt: skip  what the library raises on a patch that does not fit the document


def prepare(_: Journal, call: Call) -> None:
    """Reads the patch: a JSON array of operations, of bounded length."""
    if not call.inside:
        check_content_type(call.headers, frozenset({PATCH_JSON}))
        call.resource = parse_json(call.body)
    steps = call.resource
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise refuse(400, "structure", "a JSON Patch is an array of operations", call.kind)
    copies = sum(step.get("op") == "copy" for step in steps)
    if len(steps) > MOST_STEPS or copies > MOST_COPIES:
        raise refuse(
            422, "too-costly", f"at most {MOST_STEPS} operations and {MOST_COPIES} copies are taken", call.kind
        )


def apply(journal: Journal, store: Store, call: Call) -> Answer:
    """200 with the new version; 412 on a failed precondition; 422 if the patch or its result is not valid."""
    if call.identity is None:
        hit = only_match(journal, store, call, criteria(call))
        if hit is None:
            raise refuse(404, "not-found", "nothing matches the criteria", call.kind)
        call.identity = hit.id
    call.record.links.append(f"{call.kind}/{call.identity}")
    found = store.find(call.kind, call.identity)
    check_target(call, found)
    found = existing(found, call)
    check_if_match(call, found)
    patched = _patched(orjson.loads(found.content or b""), call)
    journal.validator.check(patched, call.kind)
    if patched.get("id") != call.identity:
        raise refuse(422, "business-rule", "a patch must not change the id", f"{call.kind}.id")
    return written(journal, call, store.put(patched, found, "PATCH"), 200)


def _patched(resource: dict[str, Any], call: Call) -> dict[str, Any]:
    try:
        patched = jsonpatch.apply_patch(resource, call.resource)
    except jsonpatch.JsonPatchTestFailed:
        raise refuse(422, "conflict", "a test operation of the patch failed", call.kind) from None
    except _BROKEN as error:
        words = f"the patch does not fit the resource ({type(error).__name__})"
        raise refuse(422, "processing", words, call.kind) from None
    if not isinstance(patched, dict):
        raise refuse(422, "structure", "the patched document is not a resource", call.kind)
    return patched


INTERACTION = Interaction(apply, prepare, "writer")
