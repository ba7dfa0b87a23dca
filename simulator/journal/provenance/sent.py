"""The ``X-Provenance`` header: a Provenance sent with what it is about (http://hl7.org/fhir/R4/provenance.html#header)."""

from typing import Any, Final

import orjson

from simulator.journal.access.challenge import insufficient_scope
from simulator.journal.access.stage import check_written
from simulator.journal.errors import refuse
from simulator.journal.http import Call
from simulator.journal.provenance.render import PROVENANCE

HEADER: Final = "x-provenance"


def keep_sent(journal: Any, call: Call, targets: list[str], identity: str) -> None:
    """Stores the Provenance that came with a write; ``targets`` are the versions written, ``Type/id/_history/n``.

    Raises:
        FhirError: 400, it is not a Provenance without target; 422, it is not valid; 403, the caller may not write it.
            Each of them undoes the write.
    """
    text = call.headers.get(HEADER)
    if text is None or not targets:
        return
    try:
        resource = orjson.loads(text.encode("latin-1"))
    except orjson.JSONDecodeError:
        raise refuse(400, "structure", "X-Provenance holds no JSON", PROVENANCE) from None
    if not isinstance(resource, dict) or resource.get("resourceType") != PROVENANCE or "target" in resource:
        raise refuse(
            400, "invalid", "X-Provenance holds a Provenance without target: that is what is written", PROVENANCE
        )
    if call.caller is not None and not call.caller.scopes.allow(PROVENANCE, "c"):
        raise insufficient_scope(call.caller.scopes.wanted(PROVENANCE, "c"), scheme=call.caller.scheme)
    resource |= {"target": [{"reference": target} for target in targets]}
    journal.validator.check(resource, PROVENANCE)
    now = journal.store.put(resource | {"id": identity}, None, "POST")
    call.record.touch(f"{PROVENANCE}/{identity}", now.patient)
    check_written(call.view, now.content or b"", journal.store.find)
