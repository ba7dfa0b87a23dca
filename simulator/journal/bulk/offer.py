"""$export and what follows it: status, files and taking it back (https://hl7.org/fhir/uv/bulkdata/STU2/export.html)."""

import threading
from email.utils import formatdate
from typing import Final

import orjson

from simulator.journal.access.challenge import insufficient_scope, no_access
from simulator.journal.access.stage import check_shown
from simulator.journal.bulk.folder import Folder, Json
from simulator.journal.bulk.jobs import FOLDER, KEPT_S, Exports, goes_on
from simulator.journal.bulk.wanted import NDJSON, Wanted, parsed, read_wanted
from simulator.journal.errors import masked, refuse, success_outcome
from simulator.journal.http import Answer, Call
from simulator.journal.interactions.common import existing
from simulator.journal.journal import Interaction, Journal
from simulator.journal.store import Reader

JSON: Final = "application/json"
ONLY_SYSTEMS: Final = "much of the record at once is given to systems with system scopes only"
_MAKING: Final = threading.Lock()


def exports(journal: Journal) -> Exports:
    """The exports of a journal."""
    with _MAKING:
        found = journal.background.get(FOLDER)
        if found is None:
            found = journal.background[FOLDER] = Exports(journal)
    assert isinstance(found, Exports)
    return found


def apply(journal: Journal, reader: Reader, call: Call) -> Answer:
    """202 with the address where the export can be followed; 400 for what is not understood, 403, 404, 429."""
    check_system(call)
    if call.prefer("respond-async") is None:
        raise refuse(400, "required", "an export is made in the background: send Prefer: respond-async")
    if call.kind == "Group":
        found = reader.find("Group", call.identity or "")
        check_shown(call, found)
        existing(found, call)
    wanted = _allowed(call, read_wanted(call))
    for kind, queries in wanted.filters.items():
        parser = journal.search_of(kind, call.view).parser
        for query in queries:
            parsed(parser, kind, query)
    place = f"{call.kind}/{call.identity}/" if call.identity else f"{call.kind}/" if call.kind else ""
    request = f"{journal.base}/{place}$export" + (f"?{call.record.query}" if call.record.query else "")
    identity = exports(journal).begin(wanted, call.caller, call.record, masked(request))
    where = {"Content-Location": f"{journal.base}/{FOLDER}/{identity}"}
    return Answer(202, success_outcome("the export has begun; follow it at Content-Location"), headers=where)


def check_system(call: Call) -> None:
    """Raises a 403 for anybody but a system; in open mode nobody is asked who he is."""
    if call.caller is not None and call.caller.role != "system":
        raise no_access(ONLY_SYSTEMS)


def _allowed(call: Call, wanted: Wanted) -> Wanted:
    """What of it the caller's scopes cover; a type that was named and is not covered is a refusal."""
    caller = call.caller
    if caller is None:
        return wanted
    covered = tuple(kind for kind in wanted.kinds if caller.scopes.allow(kind, "r"))
    lacking = [kind for kind in wanted.kinds if kind not in covered]
    if lacking and (wanted.named or not covered):
        raise insufficient_scope(caller.scopes.wanted(lacking[0] if wanted.named else "", "r"), scheme=caller.scheme)
    filters = {kind: queries for kind, queries in wanted.filters.items() if kind in covered}
    return Wanted(wanted.level, covered, wanted.named, wanted.since, filters, wanted.group)


def _found(journal: Journal, call: Call) -> tuple[Folder, Json]:
    """The job asked about; 404 for none, or for somebody else's."""
    folder = Folder(journal.settings.data / FOLDER / (call.identity or ""))
    state = folder.read()
    if state is None or state["owner"] != (call.caller.key if call.caller else "") or folder.age() > KEPT_S:
        raise refuse(404, "not-found", "there is no such export; it may have been taken back, or be over its time")
    return folder, state


def status(journal: Journal, __: Reader, call: Call) -> Answer:
    """202 with how far it has come, 200 with the manifest, 500 when it failed."""
    _, state = _found(journal, call)
    if state["state"] == "running" and goes_on(state):
        return Answer(202, headers={"X-Progress": state["progress"][:100], "Retry-After": "1"})
    if state["state"] == "failed" or not goes_on(state):
        raise refuse(500, "exception", "the export failed; ask for it again")
    base = f"{journal.base}/{FOLDER}/{call.identity}"

    def listed(files: list[Json]) -> list[Json]:
        return [{"type": one["type"], "url": f"{base}/{one['name']}", "count": one["count"]} for one in files]

    manifest = {
        "transactionTime": state["time"],
        "request": state["request"],
        "requiresAccessToken": journal.gate is not None,
        "output": listed(state["output"]),
        "deleted": listed(state["deleted"]),
        "error": [],
    }
    return Answer(200, orjson.dumps(manifest), headers={"Expires": formatdate(state["until"], usegmt=True)}, media=JSON)


def file(journal: Journal, _: Reader, call: Call) -> Answer:
    """200 with a file of an export that is complete; 403 when the token no longer covers its type, 404."""
    folder, state = _found(journal, call)
    name = call.version or ""
    kind = name.partition(".")[0]
    content = folder.file(name) if state["state"] == "complete" else None
    if content is None:
        raise refuse(404, "not-found", "this export has no such file")
    if call.caller is not None and kind != "deleted" and not call.caller.scopes.allow(kind, "r"):
        raise insufficient_scope(call.caller.scopes.wanted(kind, "r"), scheme=call.caller.scheme)
    return Answer(200, content, media=NDJSON)


def take_back(journal: Journal, __: Reader, call: Call) -> Answer:
    """202 when an export has been stopped or its files removed; 404 afterwards."""
    folder, _ = _found(journal, call)
    folder.remove()
    return Answer(202, success_outcome("the export has been taken back"))


EXPORT = Interaction(apply, place="pool")
STATUS = Interaction(status, place="pool", audited=False)
FILE = Interaction(file, place="pool")
TAKE_BACK = Interaction(take_back, place="pool")
