"""Pages of versions, newest first, for the history interactions (http://hl7.org/fhir/R4/http.html#history)."""

from dataclasses import dataclass
from typing import Any

import orjson

from simulator.journal import dates
from simulator.journal.clock import instant
from simulator.journal.errors import refuse
from simulator.journal.http import Answer, Call
from simulator.journal.journal import Journal
from simulator.journal.search.cursors import Place
from simulator.journal.store import Reader, Version


@dataclass(frozen=True, slots=True)
class Wanted:
    """The versions that a history shows: a condition on the version table, and the page size."""

    where: str
    args: list[Any]
    count: int


def history(journal: Journal, reader: Reader, call: Call, where: tuple[str, list[Any]]) -> Answer:
    """A page of the versions that meet the condition, with deletes among them."""
    owner = f"{call.kind}/{call.identity}/_history" if call.identity else f"{call.kind}/_history"
    word = next((text for key, text in call.query if key == "_cursor"), None)
    place = journal.cursors.place(word, owner) if word else _start(journal, reader, call, owner, where)
    wanted: Wanted = place.what
    rows = reader.rows(
        f"SELECT seq, type, id, vid, method, updated, content FROM version WHERE {wanted.where}"  # noqa: S608  values are bound
        " AND seq < ? ORDER BY seq DESC LIMIT ?",
        [*wanted.args, place.after, wanted.count + 1],
    )
    versions = [Version(*row) for row in rows]
    shown = versions[: wanted.count]
    links = [{"relation": "self", "url": f"{journal.base}/{owner}"}]
    if shown and len(versions) > len(shown):
        follow = Place(owner, wanted, shown[-1].seq, place.total)
        links.append({"relation": "next", "url": f"{journal.base}/{owner}?_cursor={journal.cursors.keep(follow)}"})
    for version in shown:
        found = reader.find(version.type, version.id)
        call.record.touch(f"{version.type}/{version.id}", found.patient if found else "")
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "history", "total": place.total, "link": links}
    if shown:
        bundle["entry"] = [_entry(journal.base, version) for version in shown]
    return Answer(200, orjson.dumps(bundle))


def _start(journal: Journal, reader: Reader, call: Call, owner: str, where: tuple[str, list[Any]]) -> Place:
    sql, args = where
    count = journal.settings.page_size
    for key, text in call.query:
        if key == "_count":
            if not text.isascii() or not text.isdigit() or len(text) > 12:
                raise refuse(400, "value", f"_count is a whole number, not {text[:40]!r}")
            count = min(int(text), journal.settings.page_cap)
        elif key == "_since":
            sql, args = f"{sql} AND updated >= ?", [*args, _stamp(text)]
    total = reader.rows(f"SELECT count(*) FROM version WHERE {sql}", args)[0][0]  # noqa: S608  values are bound
    return Place(owner, Wanted(sql, args, count), 2**62, total)


def _stamp(text: str) -> int:
    try:
        return dates.span(text.replace(" ", "+"))[0] * 1000
    except (ValueError, OverflowError):
        raise refuse(400, "value", f"_since is an instant, not {text[:40]!r}") from None


def _entry(base: str, version: Version) -> dict[str, Any]:
    reference = f"{version.type}/{version.id}"
    created = version.method == "POST" or (version.method == "PUT" and version.vid == 1)
    status = "204 No Content" if version.content is None else "201 Created" if created else "200 OK"
    entry: dict[str, Any] = {"fullUrl": f"{base}/{reference}"}
    if version.content is not None:
        entry["resource"] = orjson.Fragment(version.content)
    entry["request"] = {"method": version.method, "url": version.type if version.method == "POST" else reference}
    entry["response"] = {
        "status": status,
        "etag": f'W/"{version.vid}"',
        "lastModified": instant(version.updated),
    }
    return entry
