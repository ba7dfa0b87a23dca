"""Pages of versions, newest first, for the history interactions (http://hl7.org/fhir/R4/http.html#history)."""

from dataclasses import dataclass
from typing import Any

import orjson

from simulator.journal import dates
from simulator.journal.access.view import View
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
    held = owner if call.view is None else f"{owner}#{call.view.key}"
    place = journal.cursors.place(word, held) if word else _start(journal, reader, call, held, where)
    wanted: Wanted = place.what
    rows = reader.rows(
        f"SELECT seq, type, id, vid, method, updated, content FROM version WHERE {wanted.where}"  # noqa: S608  values are bound
        " AND seq < ? ORDER BY seq DESC LIMIT ?",
        [*wanted.args, place.after, wanted.count + 1],
    )
    versions = [Version(*row) for row in rows]
    shown = versions[: wanted.count]
    last = shown[-1].seq if shown else 0
    links = [{"relation": "self", "url": f"{journal.base}/{owner}"}]
    if shown and len(versions) > len(shown):
        follow = Place(place.owner, wanted, last, place.total)
        links.append({"relation": "next", "url": f"{journal.base}/{owner}?_cursor={journal.cursors.keep(follow)}"})
    shown = _through(call.view, shown)
    for version in shown:
        found = reader.find(version.type, version.id)
        call.record.touch(f"{version.type}/{version.id}", found.patient if found else "")
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "history", "total": place.total, "link": links}
    if call.view is not None:
        del bundle["total"]
    if shown:
        bundle["entry"] = [_entry(journal.base, version) for version in shown]
    return Answer(200, orjson.dumps(bundle))


def _start(journal: Journal, reader: Reader, call: Call, owner: str, where: tuple[str, list[Any]]) -> Place:
    sql, args = where
    if call.view is not None:
        seen = call.view.condition().condition("r", first=False)
        sql = f"{sql} AND rid IN (SELECT r.rid FROM resource r WHERE {seen})"  # noqa: S608  the journal's own words
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


def _through(view: View | None, versions: list[Version]) -> list[Version]:
    """The versions that a view shows, as it shows them: a version may be about somebody else than the present one."""
    if view is None:
        return versions
    return [
        version if version.content is None else version._replace(content=view.masked(version.content))
        for version in versions
        if (view.sees_row(version.type, version.id, "") if version.content is None else view.sees(version.content))
    ]


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
