"""Patient/$everything: all that is about a patient, page by page (http://hl7.org/fhir/R4/patient-operation-everything.html)."""

from array import array
from typing import Final

import orjson

from simulator.journal.errors import refuse
from simulator.journal.http import Answer, Call
from simulator.journal.journal import Interaction, Journal
from simulator.journal.operations import compartment
from simulator.journal.search.cursors import Place
from simulator.journal.search.finder import Hit
from simulator.journal.search.page import searchset
from simulator.journal.store import Reader

KNOWN: Final = frozenset({"_since", "_type", "_count", "_cursor", "_format", "_pretty"})


def apply(journal: Journal, reader: Reader, call: Call) -> Answer:
    """200 with a page of the patient's resources; 404 for an unknown patient, 400 for what is not understood."""
    owner = f"Patient/{call.identity}/$everything" + (f"#{call.view.key}" if call.view else "")
    asked = dict(call.query)
    if "_cursor" in asked:
        place = journal.cursors.place(asked["_cursor"], owner)
    else:
        place = _begin(journal, reader, call, owner, asked)
    return Answer(200, _page(journal, reader, call, place))


def _begin(journal: Journal, reader: Reader, call: Call, owner: str, asked: dict[str, str]) -> Place:
    strangers = sorted(asked.keys() - KNOWN)
    if strangers:
        raise refuse(400, "not-supported", f"{strangers[0][:40]!r} is not a parameter of $everything here", "Patient")
    subject = compartment.patient(reader, call)
    kinds = _kinds(asked.get("_type", ""))
    since = [("_lastUpdated", f"ge{asked['_since']}")] if asked.get("_since") else []
    found = array("q", [subject.rid] if "Patient" in kinds else [])
    for kind in kinds:
        if kind != "Patient":
            found.extend(compartment.rows(journal, reader, call, kind, since))
    return Place(owner, _size(journal, asked.get("_count", "")), 0, len(found), found)


def _kinds(text: str) -> list[str]:
    known = ["Patient", *compartment.kinds()]
    wanted = [word.strip() for word in text.split(",") if word.strip()]
    for word in wanted:
        if word not in known:
            raise refuse(400, "value", f"{word[:40]!r} is not a type about patients that is kept here", "Patient")
    return [kind for kind in known if kind in wanted] if wanted else known


def _size(journal: Journal, text: str) -> int:
    cap = journal.settings.page_cap
    if not text:
        return cap
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) == 0:
        raise refuse(400, "value", f"_count is a whole number above 0, not {text[:40]!r}", "Patient")
    return min(int(text), cap)


def _page(journal: Journal, reader: Reader, call: Call, place: Place) -> bytes:
    assert place.rows is not None
    end = place.after + place.what
    page = journal.finder.rows(reader, place.rows[place.after : end])
    others = compartment.supporting(journal, reader, page)
    for hit in (*page, *others):
        call.record.touch(f"{hit.type}/{hit.id}", hit.patient)
    url = f"{journal.base}/Patient/{call.identity}/$everything"
    links = [{"relation": "self", "url": url}]
    if end < len(place.rows):
        word = journal.cursors.keep(Place(place.owner, place.what, end, place.total, place.rows))
        links.append({"relation": "next", "url": f"{url}?_cursor={word}"})
    entries = [_entry(journal, hit, "match") for hit in page] + [_entry(journal, hit, "include") for hit in others]
    return searchset(links, entries, place.total)


def _entry(journal: Journal, hit: Hit, mode: str) -> dict[str, object]:
    return {
        "fullUrl": f"{journal.base}/{hit.type}/{hit.id}",
        "resource": orjson.Fragment(hit.content),
        "search": {"mode": mode},
    }


INTERACTION = Interaction(apply, place="pool")
