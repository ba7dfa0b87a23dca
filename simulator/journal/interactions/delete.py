"""delete, also of the one resource that meets criteria (http://hl7.org/fhir/R4/http.html#delete)."""

from simulator.journal.access.stage import check_target
from simulator.journal.http import Answer, Call
from simulator.journal.interactions.common import check_if_match, criteria, only_match
from simulator.journal.journal import Interaction, Journal
from simulator.journal.store import Store


def apply(journal: Journal, store: Store, call: Call) -> Answer:
    """204, whether or not there was something to delete; 412 on a failed precondition or several matches."""
    if call.identity is None:
        hit = only_match(journal, store, call, criteria(call))
        if hit is None:
            return Answer(204)
        call.identity = hit.id
    found = store.find(call.kind, call.identity)
    call.record.touch(f"{call.kind}/{call.identity}", found.patient if found else "")
    check_target(call, found)
    check_if_match(call, found)
    if found is None or found.deleted:
        return Answer(204, b"", found.vid if found else None)
    now = store.delete(call.kind, call.identity, found)
    return Answer(204, b"", now.vid, now.updated)


INTERACTION = Interaction(apply, None, "writer")
