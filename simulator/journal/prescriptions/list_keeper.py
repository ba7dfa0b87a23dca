"""Keeps the one medicines list: a write of a medicine with a PLL-id is followed by bringing list and record together.

The list is fetched, merged (``one_list``) and sent back with the version that was fetched; when somebody else was
first, again. What others have changed is taken over into the record, and a conflict is a Task for whoever wrote it.
"""

from dataclasses import replace
from typing import Any, Final

import orjson

from simulator.journal.errors import FhirError
from simulator.journal.http import Answer, Call
from simulator.journal.interactions.common import new_id
from simulator.journal.journal import Interaction, Journal
from simulator.journal.prescriptions import outbox
from simulator.journal.prescriptions.courier import MEDIA, Courier
from simulator.journal.prescriptions.messages import Receipt, person_in
from simulator.journal.prescriptions.one_list import PLL, Merged, digest, merge, pll_id, said
from simulator.journal.prescriptions.passing import wake
from simulator.journal.store import Reader, Store
from simulator.journal.validation import Validator

Json = dict[str, Any]
NAME: Final = "medicines-list"
RECEIVER: Final = "reseptformidleren"
KIND: Final = "MedicationStatement"
MOST: Final = 1000
CONFLICT: Final = "Legemiddellisten er endret av flere"


def listing(interaction: Interaction) -> Interaction:
    """A write interaction that has the list brought up to date."""

    def apply(journal: Journal, store: Any, call: Call) -> Answer:
        answer = interaction.apply(journal, store, call)
        if journal.neighbours is not None and call.kind == KIND and call.identity:
            note(store, call.identity)
            wake(journal, NAME)
        return answer

    return replace(interaction, apply=apply)


def note(store: Store, identity: str) -> None:
    """Stores that a person's list is to be brought up to date, when the medicine is or was on it."""
    found = store.find(KIND, identity)
    if found is None:
        return
    earlier = found if found.content else store.version(found.rid, found.vid - 1)
    statement: Json = orjson.loads(earlier.content) if earlier and earlier.content else {}
    patient = found.patient.removeprefix("Patient/")
    if pll_id(statement) and patient and " " not in patient:
        outbox.post(store, outbox.LISTED, patient, "", {})


class ListKeeper(Courier):
    """Brings lists and record together, one person at a time."""

    def __init__(self, journal: Journal) -> None:
        self._merged: Merged | None = None
        super().__init__(journal, RECEIVER, (outbox.LISTED,), NAME)

    def _tried(self, posted: outbox.Posted) -> Receipt:
        """Raises ValueError when somebody else was first."""
        reader, self._merged = self.journal.pooled(), None
        identifier = person_in(reader, {"subject": {"reference": f"Patient/{posted.request}"}})
        if identifier is None:
            return Receipt(True, "nobody has a list without a number")
        asked: list[Json] = [{"name": "patient", "valueIdentifier": identifier}]
        got = self._asked("Patient/$getMedication", asked)
        version, listed = _list_in(got)
        record = {pll_id(s): s for s in statements(self.journal, reader, posted.request) if pll_id(s)}
        before = outbox.agreed(reader, posted.request)
        merged = merge(record, listed, before, {"identifier": identifier})
        leave_out_unsound(self.journal.validator, merged, before)
        if any(digest(s) != digest(listed.get(pll_id(s), {})) for s in merged.statements):
            bundle = {"resourceType": "Bundle", "type": "collection"}
            bundle["entry"] = [{"resource": statement} for statement in merged.statements]  # type: ignore[assignment]
            asked += [{"name": "version", "valueString": version}, {"name": "medication", "resource": bundle}]
            self._asked("Patient/$sendMedication", asked)
        self._merged = merged
        return Receipt(True)

    def _asked(self, operation: str, parts: list[Json]) -> Any:
        assert self.journal.neighbours is not None
        body = {"resourceType": "Parameters", "parameter": parts}
        status, answer = self.journal.neighbours.ask(self.receiver, operation, body, media=MEDIA)
        if status >= 300:
            raise ValueError(f"{operation} was answered {status}")
        return answer

    def _settled(self, posted: outbox.Posted, receipt: Receipt, store: Store) -> None:
        merged = self._merged
        if merged is None:
            outbox.settle(store, posted, receipt.words)
            return
        there = {pll_id(s): s for s in statements(self.journal, store, posted.request) if pll_id(s)}
        before, agreed = outbox.agreed(store, posted.request), dict(merged.agreed)
        for number, theirs in merged.adopted.items():
            mine, known = there.get(number), str(before.get(number, ""))
            if mine is None or digest(mine) in known.split("/"):
                _adopt(store, mine, theirs, number, posted.request)
            else:
                # Written since the list was fetched: the next round, which that write has asked for, sees a conflict.
                agreed[number] = known
        for number in merged.conflicts:
            _tell(store, there.get(number), posted.request)
        outbox.settle(store, posted, orjson.dumps(agreed).decode())


def statements(journal: Journal, reader: Reader, patient: str) -> list[Json]:
    """The person's medicines in the record."""
    search = journal.search_of(KIND).parser.parse(KIND, [("patient", patient)], strict=True)
    return [orjson.loads(hit.content) for hit in journal.finder.after(reader, search, 0, MOST)]


def _list_in(answer: Any) -> tuple[str, dict[str, Json]]:
    """Version and statements of an answer; raises ValueError when it is none."""
    try:
        given = {one["name"]: one for one in answer["parameter"]}
        listed = [entry["resource"] for entry in given["medication"]["resource"].get("entry") or ()]
        return str(given["version"]["valueString"]), {pll_id(statement): statement for statement in listed}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no medicines list ({type(error).__name__})") from None


def leave_out_unsound(validator: Validator, merged: Merged, before: Json) -> None:
    """Takes back what would be taken over into the record and is not sound R4; on it is agreed as ``before``."""
    for number, theirs in list(merged.adopted.items()):
        try:
            validator.check({"resourceType": KIND, "subject": {"display": "somebody"}, **said(theirs)}, KIND)
        except FhirError:
            del merged.adopted[number], merged.agreed[number]
            if number in before:
                merged.agreed[number] = before[number]


def _adopt(store: Store, mine: Json | None, theirs: Json, number: str, patient: str) -> None:
    """Takes what others have put on the list into the record."""
    if mine is None:
        identifier = {"type": {"text": "PLL"}, "system": PLL, "value": number}
        new = {"resourceType": KIND, "id": new_id(), "identifier": [identifier], **said(theirs)}
        store.put(new | {"subject": {"reference": f"Patient/{patient}"}}, None, "POST")
        return
    kept = {name: value for name, value in mine.items() if name not in said(mine)}
    store.put(kept | said(theirs), store.find(KIND, mine["id"]), "PUT")


def _tell(store: Store, mine: Json | None, patient: str) -> None:
    """Puts a conflict on the list of whoever wrote the medicine."""
    if mine is None:
        return
    owner = {"owner": mine["informationSource"]} if "informationSource" in mine else {}
    task = {"resourceType": "Task", "id": new_id(), "status": "requested", "intent": "order", "priority": "urgent"}
    about = {"focus": {"reference": f"{KIND}/{mine['id']}"}, "for": {"reference": f"Patient/{patient}"}}
    store.put(task | {"code": {"text": CONFLICT}} | about | owner, None, "POST")
