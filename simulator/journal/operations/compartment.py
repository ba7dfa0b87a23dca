"""The resources about one patient: what is searched by ``patient``, type by type, and what these refer to."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

import orjson

from simulator.journal.access.stage import check_shown
from simulator.journal.definitions import parameters
from simulator.journal.http import Call
from simulator.journal.interactions.common import existing
from simulator.journal.journal import Journal
from simulator.journal.search.finder import Hit
from simulator.journal.store import Reader
from simulator.journal.supported import WRITABLE

SUPPORTING: Final = ("Practitioner", "PractitionerRole", "Organization", "Location")
"""Types outside the compartment that are shown with it when something in it refers to them."""


def kinds() -> list[str]:
    """The types with a search parameter ``patient``."""
    return [kind for kind in WRITABLE if "patient" in parameters()[kind]]


def patient(reader: Reader, call: Call) -> Hit:
    """The patient an operation is about, noted for the audit trail; raises FhirError 404 or 410."""
    identity = call.identity or ""
    found = reader.find("Patient", identity)
    check_shown(call, found)
    found = existing(found, call)
    call.record.touch(f"Patient/{identity}", found.patient)
    return Hit(found.rid, "Patient", identity, found.patient, found.content or b"")


def rows(journal: Journal, reader: Reader, call: Call, kind: str, criteria: Iterable[tuple[str, str]] = ()) -> Any:
    """Row numbers of a type's resources about the call's patient that its caller may see, as they were stored."""
    if call.view is not None and not call.view.reads(kind):
        return array("q")
    query = [("patient", f"Patient/{call.identity}"), *criteria, ("_sort", "_id")]
    search = journal.search_of(kind, call.view).parser.parse(kind, query, strict=True)
    return array("q", sorted(journal.finder.ordered(reader, search)))


def hits(journal: Journal, reader: Reader, call: Call, kind: str, criteria: Iterable[tuple[str, str]]) -> list[Hit]:
    """A type's resources about the call's patient that meet further criteria, and that its caller may see."""
    found = journal.finder.rows(reader, rows(journal, reader, call, kind, criteria))
    return [hit for hit in found if call.view is None or call.view.sees(hit.content)]


def supporting(journal: Journal, reader: Reader, page: list[Hit]) -> list[Hit]:
    """What the resources of a page refer to among the supporting types, each once."""
    wanted: dict[str, dict[str, None]] = defaultdict(dict)
    for hit in page:
        for reference in _references(orjson.loads(hit.content)):
            kind, _, identity = reference.removeprefix(f"{journal.base}/").partition("/")
            if kind in SUPPORTING and "/" not in identity:
                wanted[kind][identity] = None
    found = [journal.finder.fetch(reader, "r.id", list(ids), ("r.type = ?", [kind])) for kind, ids in wanted.items()]
    return [hit for some in found for hit in some]


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        reference = node.get("reference")
        if isinstance(reference, str):
            yield reference
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
