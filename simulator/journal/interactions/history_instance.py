"""history of one resource (http://hl7.org/fhir/R4/http.html#history)."""

from simulator.journal.errors import refuse
from simulator.journal.http import Answer, Call
from simulator.journal.interactions.versions import history
from simulator.journal.journal import Interaction, Journal
from simulator.journal.store import Reader


def apply(journal: Journal, reader: Reader, call: Call) -> Answer:
    """200 with its versions, newest first, also after a delete; 404 if there never was such a resource."""
    call.record.links.append(f"{call.kind}/{call.identity}")
    found = reader.find(call.kind, call.identity or "")
    if found is None:
        raise refuse(404, "not-found", f"there is no {call.kind} with this id", call.kind)
    return history(journal, reader, call, ("rid = ?", [found.rid]))


INTERACTION = Interaction(apply, None, "pool")
