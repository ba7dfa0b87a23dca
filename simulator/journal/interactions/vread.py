"""vread: one version of a resource (http://hl7.org/fhir/R4/http.html#vread)."""

from simulator.journal.documents import binary
from simulator.journal.errors import refuse
from simulator.journal.http import Answer, Call
from simulator.journal.interactions import read
from simulator.journal.interactions.common import shape
from simulator.journal.journal import Interaction, Journal
from simulator.journal.provenance.render import OWN_ID, PROVENANCE
from simulator.journal.store import Reader
from simulator.journal.supported import AUDITED_ONLY


def apply(journal: Journal, reader: Reader, call: Call) -> Answer:
    """200 with the version, 404 if there is none of this number, 410 if that version is a delete."""
    identity, number = call.identity or "", call.version or ""
    own = call.kind == PROVENANCE and OWN_ID.fullmatch(identity)
    if (call.kind == AUDITED_ONLY or own) and number == "1":
        return read.apply(journal, reader, call)
    call.record.links.append(f"{call.kind}/{identity}")
    found = reader.find(call.kind, identity)
    plain = number.isascii() and number.isdigit() and len(number) < 19
    version = reader.version(found.rid, int(number)) if found and plain else None
    if found is None or version is None:
        raise refuse(404, "not-found", f"there is no such version of this {call.kind}", call.kind)
    if found.patient:
        call.record.links += found.patient.split(" ")
    if version.content is None:
        raise refuse(410, "deleted", "this version is a delete", call.kind)
    answer = Answer(200, shape(call, version.content), version.vid, version.updated)
    return binary.shown(call, answer) if call.kind == binary.BINARY else answer


INTERACTION = Interaction(apply)
