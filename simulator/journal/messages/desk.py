"""What a message is written into the record with: finds by criteria, stores, and notes it for the audit trail."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from simulator.journal.access.stage import check_written
from simulator.journal.clock import instant
from simulator.journal.http import Call
from simulator.journal.interactions.common import new_id
from simulator.journal.journal import Journal
from simulator.journal.messages.parcel import Party
from simulator.journal.messages.words import MESSAGE_ID, Json
from simulator.journal.store import Reader, Store

MOST = 200


def quoted(text: str) -> str:
    """A value as a search takes it (R4 search.html#escaping)."""
    for sign in ("\\", ",", "|", "$"):
        text = text.replace(sign, f"\\{sign}")
    return text


def found(journal: Journal, reader: Reader, kind: str, *criteria: tuple[str, str]) -> list[Json]:
    """The resources of a type that meet some criteria, whoever asks: nothing of it is shown; at most 200."""
    search = journal.search_of(kind).parser.parse(kind, list(criteria), strict=True)
    return [orjson.loads(hit.content) for hit in journal.finder.after(reader, search, 0, MOST)]


def all_found(journal: Journal, reader: Reader, kind: str, *criteria: tuple[str, str]) -> Iterator[Json]:
    """The same without an end, a portion at a time."""
    search = journal.search_of(kind).parser.parse(kind, list(criteria), strict=True)
    last = 0
    while hits := journal.finder.after(reader, search, last, MOST):
        yield from (orjson.loads(hit.content) for hit in hits)
        last = hits[-1].rid


class Desk:
    """One message's work on the record, inside the writer's transaction."""

    def __init__(self, journal: Journal, store: Store, call: Call) -> None:
        self.journal = journal
        self.store = store
        self.call = call

    def find(self, kind: str, *criteria: tuple[str, str]) -> list[Json]:
        """The resources of a type that meet some criteria."""
        return found(self.journal, self.store, kind, *criteria)

    def read(self, reference: str) -> Json | None:
        """The resource of a reference ``Type/id``, or None when it is not there."""
        kind, _, identity = reference.partition("/")
        there = self.store.find(kind, identity)
        return orjson.loads(there.content) if there and there.content else None

    def add(self, resource: Json) -> str:
        """Stores a new resource; gives its reference."""
        whole = resource | {"id": resource.get("id") or new_id()}
        self._put(whole, "POST")
        return f"{whole['resourceType']}/{whole['id']}"

    def change(self, resource: Json) -> None:
        """Stores a new version of a resource."""
        self._put(resource, "PUT")

    def _put(self, resource: Json, method: str) -> None:
        kind, identity = resource["resourceType"], resource["id"]
        self.journal.validator.check(resource, kind)
        before = self.store.find(kind, identity)
        now = self.store.put(resource, before, method)
        check_written(self.call.view, now.content or b"")
        self.call.record.touch(f"{kind}/{identity}", now.patient)

    def now(self) -> str:
        """This instant, as FHIR writes it."""
        return instant(self.store.clock.now())

    def organisation(self, party: Party, more: Sequence[tuple[str, str]] = ()) -> str:
        """The reference of a party among the journal's Organizations; empty when it is not one."""
        if party.reference:
            return party.reference if self.read(party.reference) else ""
        for system, value in (*party.identifiers, *more):
            known = self.find("Organization", ("identifier", f"{quoted(system)}|{quoted(value)}"))
            if known:
                return f"Organization/{known[0]['id']}"
        return ""

    def message(self, reference: Any) -> str:
        """The Communication that another names: by reference into this journal, or by a message id; empty without."""
        reference = reference if isinstance(reference, dict) else {}
        target = str(reference.get("reference", ""))
        if target.startswith("Communication/"):
            return target if self.read(target) else ""
        number = reference.get("identifier") or {}
        value = str(number.get("value", ""))
        if not value:
            return ""
        system = str(number.get("system", ""))
        wanted = f"{quoted(system)}|{quoted(value)}" if system else quoted(value)
        known = self.find("Communication", ("identifier", f"{wanted},{MESSAGE_ID}|{quoted(value)}"))
        return f"Communication/{known[0]['id']}" if known else ""
