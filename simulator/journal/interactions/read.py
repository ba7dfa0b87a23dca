"""read: the current version of a resource (http://hl7.org/fhir/R4/http.html#read)."""

from simulator.journal.clock import http_date
from simulator.journal.documents import binary
from simulator.journal.errors import refuse
from simulator.journal.http import Answer, Call, tags
from simulator.journal.interactions.common import existing, shape
from simulator.journal.journal import Interaction, Journal
from simulator.journal.provenance.render import PROVENANCE
from simulator.journal.store import Found, Reader
from simulator.journal.supported import AUDITED_ONLY


def apply(journal: Journal, reader: Reader, call: Call) -> Answer:
    """200 with the resource, 304 if the client has it, 404 unknown, 410 deleted."""
    identity = call.identity or ""
    call.record.links.append(f"{call.kind}/{identity}")
    if call.kind == AUDITED_ONLY:
        return _audit_event(journal, reader, call, identity)
    found = reader.find(call.kind, identity)
    if found is None and call.kind == PROVENANCE and (own := journal.provenances.one(reader, identity)):
        call.record.touch(f"{PROVENANCE}/{identity}", own.patient)
        return Answer(200, shape(call, own.content), 1)
    found = existing(found, call)
    if found.patient:
        call.record.links += found.patient.split(" ")
    if unchanged(call, found):
        return Answer(304, b"", found.vid, found.updated)
    answer = Answer(200, shape(call, found.content or b""), found.vid, found.updated)
    return binary.shown(call, answer) if call.kind == binary.BINARY else answer


def unchanged(call: Call, found: Found) -> bool:
    """Whether the client has this version already (http://hl7.org/fhir/R4/http.html#cread)."""
    none_match = call.headers.get("if-none-match")
    if none_match is not None:
        known = tags(none_match)
        return known is None or str(found.vid) in known
    since = call.headers.get("if-modified-since")
    return since is not None and since == http_date(found.updated)


def _audit_event(journal: Journal, reader: Reader, call: Call, identity: str) -> Answer:
    hit = journal.audits.one(reader, identity)
    if hit is None:
        raise refuse(404, "not-found", "there is no AuditEvent with this id", call.kind)
    return Answer(200, shape(call, hit.content), 1)


INTERACTION = Interaction(apply)
