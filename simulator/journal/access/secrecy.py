"""What is told to nobody but the person: protected addresses (kode 6 and 7), and to no citizen staff's person numbers.

Folkeregisteret's "strengt fortrolig" (kode 6) and "fortrolig" (kode 7) are labels on the Patient (v3-Confidentiality V
and R). Where such a person lives or answers is masked for everybody else, in whatever version, and for those close to
him. Searches by address or telephone pass over them, or asking would tell. What was protected once stays so when the
protection is lifted: every version up to the last protected one is masked for good, and who is close to somebody
protected is labelled alike when written, and when the protection begins (``closeness``).
"""

import threading
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any, Final

import orjson
from cachetools import LRUCache

from simulator.journal.access import words
from simulator.journal.access.caller import Caller
from simulator.journal.audit.accounts import for_citizen
from simulator.journal.indexing import Indexer, relative
from simulator.journal.store import Found, Reader
from simulator.journal.supported import AUDITED_ONLY

Json = dict[str, Any]
LABELS: Final = ("R", "V")
CONFIDENTIALITY: Final = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
PLACES: Final = ("address", "telecom")
PLACED: Final = frozenset({"Patient", "RelatedPerson"})
TELLING: Final = frozenset(
    {
        "address",
        "address-city",
        "address-country",
        "address-postalcode",
        "address-state",
        "address-use",
        "email",
        "phone",
        "telecom",
    }
)  # fmt: skip  a table
MOST_REMEMBERED: Final = 1_000
_ABSENT: Final = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}
MASKED: Final[Json] = {"extension": [_ABSENT]}
HIDDEN_NUMBER: Final = "***********"
PEOPLE_WITH_NUMBERS: Final = frozenset({"Patient", "RelatedPerson"})


class Secrecy:
    """Masks resources as they leave, and brings back what a masked resource lacks when it is written.

    Args:
        reader: Tells whether somebody's patient is protected.
        indexer: Knows the journal's base and the numbers of its search parameters.
    """

    def __init__(self, reader: Callable[[], Reader], indexer: Indexer) -> None:
        self._reader = reader
        self._indexer = indexer
        # By the row of a resource its latest version and the last labelled one: for a latest version it never changes.
        self._labelled: LRUCache[int, tuple[int, int]] = LRUCache(MOST_REMEMBERED)
        self._lock = threading.Lock()

    def masked(self, content: bytes, own: frozenset[str], caller: Caller) -> bytes:
        """The content as it is shown to who is not among ``own``; the same bytes when there is nothing to mask."""
        resource = orjson.loads(content)
        kind = resource["resourceType"]
        changed = False
        if kind in PLACED and self.protects(resource, own):
            changed = mask_places(resource)
        for one in _people_within(resource):
            if self._protects_within(one, own):
                changed = mask_places(one) or changed
        if caller.role == "citizen" and kind == AUDITED_ONLY:
            for_citizen(resource)
            changed = True
        if caller.role == "citizen" and kind not in PEOPLE_WITH_NUMBERS:
            changed = mask_numbers(resource) or changed
        return orjson.dumps(resource) if changed else content

    def protects(self, resource: Json, own: frozenset[str]) -> bool:
        """Whether where this person lives is told to nobody: his own label, an earlier one, or that of who is close."""
        kind = resource["resourceType"]
        patient = f"Patient/{resource.get('id')}" if kind == "Patient" else ""
        if kind == "RelatedPerson":
            patient = self._close_to(resource)
        if patient in own:
            return False
        return is_labelled(resource) or self.is_protected(patient) or self._was_protected(resource)

    def _protects_within(self, person: Json, own: frozenset[str]) -> bool:
        """The same of a person inside another resource, who may be one of this journal's Patients by his number."""
        numbers = {
            str(one.get("value")) for one in person.get("identifier", ()) if one.get("system") in words.PERSON_SYSTEMS
        }
        known = self._of_numbers(sorted(numbers)) if numbers else []
        if own.intersection(known):
            return False
        return self.protects(person, own) or any(self.is_protected(one) for one in known)

    def _of_numbers(self, numbers: list[str]) -> list[str]:
        param, marks = self._indexer.numbers["Patient.identifier"], ", ".join("?" * len(numbers))
        rows = self._reader().rows(
            "SELECT DISTINCT r.id FROM idx_token t JOIN resource r ON r.rid = t.rid"  # noqa: S608  values are bound
            f" WHERE t.param = ? AND t.code IN ({marks}) AND t.system IN (?, ?)",
            [param, *numbers, words.FNR, words.DNR],
        )
        return [f"Patient/{identity}" for (identity,) in rows]

    def _was_protected(self, resource: Json) -> bool:
        """Whether a version is older than one that was protected: it may say the same address."""
        found = self.find(resource["resourceType"], str(resource.get("id", "")))
        number = str(resource.get("meta", {}).get("versionId", ""))
        if found is None or not number.isdigit() or int(number) >= found.vid:
            return False
        return int(number) < self._last_labelled(found)

    def _last_labelled(self, found: Found) -> int:
        """The number of the last version with a label of a protected address; 0 without one."""
        with self._lock:
            known = self._labelled.get(found.rid)
        if known is not None and known[0] == found.seq:
            return known[1]
        rows = self._reader().rows("SELECT vid, content FROM version WHERE rid = ? ORDER BY vid DESC", [found.rid])
        last = int(next((vid for vid, content in rows if content and is_labelled(orjson.loads(content))), 0))
        with self._lock:
            self._labelled[found.rid] = found.seq, last
        return last

    def labelled(self, reader: Reader, resource: Json) -> Json:
        """A resource as it is to be stored: whoever is close to somebody protected is labelled alike."""
        if resource["resourceType"] != "RelatedPerson" or is_labelled(resource):
            return resource
        labels = [one for one in labels_in(self.last(self._close_to(resource), reader)) if one.get("code") in LABELS]
        if not labels:
            return resource
        meta = resource.get("meta", {})
        return resource | {"meta": meta | {"security": [*meta.get("security", ()), *labels]}}

    def _close_to(self, relative_person: Json) -> str:
        return relative(str((relative_person.get("patient") or {}).get("reference")), self._indexer.base)

    def is_protected(self, patient: str) -> bool:
        """Whether a patient, ``Patient/id``, is labelled now; a version before the label is masked as well."""
        return is_labelled(self.last(patient))

    def last(self, reference: str, reader: Reader | None = None) -> Json:
        """What ``Type/id`` holds, or held when it was deleted; empty when it never was."""
        reader = reader or self._reader()
        kind, _, identity = reference.partition("/")
        found = reader.find(kind, identity) if identity else None
        if found is None:
            return {}
        content = found.content
        if not content:
            before = reader.version(found.rid, found.vid - 1)
            content = before.content if before else None
        held: Json = orjson.loads(content or b"{}")
        return held

    def find(self, kind: str, identity: str) -> Found | None:
        """What is committed under a type and id."""
        return self._reader().find(kind, identity)

    def restored(self, resource: Json, stored: Json) -> Json:
        """What was sent, with the places that the sender was not shown, and the label, as they are stored.

        Protection ends only when it is said: what is sent with another label of confidentiality (``N``) is taken as
        sent. So is somebody who is now close to somebody else.
        """
        if resource["resourceType"] == "RelatedPerson" and self._close_to(resource) != self._close_to(stored):
            return resource
        kept = labels_in(stored)
        if kept and not is_labelled(resource):
            if labels_in(resource):
                return resource
            meta = resource.get("meta", {})
            resource = resource | {"meta": meta | {"security": [*meta.get("security", ()), *kept]}}
        return _with_places(resource, stored)

    def telling_criterion(self) -> str:
        """What follows a criterion on addresses, so that it passes over those who are protected."""
        label = self._indexer.numbers["Resource._security"]
        patient = self._indexer.numbers["RelatedPerson.patient"]
        labelled = f"SELECT rid FROM idx_token WHERE param = {label} AND code IN ('R', 'V')"  # noqa: S608  the journal's own numbers
        them = f"SELECT 'Patient/' || id FROM resource WHERE type = 'Patient' AND rid IN ({labelled})"  # noqa: S608  as above
        close = f"SELECT rid FROM idx_reference WHERE param = {patient} AND target IN ({them})"  # noqa: S608  as above
        return f" AND rid NOT IN ({labelled}) AND rid NOT IN ({close})"


def _with_places(sent: Json, stored: Json) -> Json:
    """What was sent, with addresses and telephones as stored, and those of contacts where they came back masked."""
    made = {name: value for name, value in sent.items() if name not in PLACES}
    made |= {name: stored[name] for name in PLACES if name in stored}
    if "contact" in sent:
        before: list[Json] = stored.get("contact", [])[: len(sent["contact"])]
        none: Json = {}
        made["contact"] = [
            contact | {name: old.get(name) for name in PLACES if _is_mask(contact.get(name)) and name in old}
            for contact, old in zip_longest(sent["contact"], before, fillvalue=none)
        ]
    return made


def _is_mask(place: Any) -> bool:
    return place in (MASKED, [MASKED])


def is_labelled(resource: Json) -> bool:
    """Whether a resource carries the label of a protected address."""
    return any(label.get("code") in LABELS for label in labels_in(resource))


def labels_in(resource: Json) -> list[Json]:
    """The labels of confidentiality that a resource carries."""
    return [c for c in resource.get("meta", {}).get("security", ()) if c.get("system") == CONFIDENTIALITY]


def _people_within(resource: Json) -> Iterator[Json]:
    """The people inside a resource: those contained in it, and the entries of a Bundle, to any depth."""
    inner = list(resource.get("contained", ()))
    if resource["resourceType"] == "Bundle":
        inner += [entry["resource"] for entry in resource.get("entry", ()) if "resource" in entry]
    for one in inner:
        if one["resourceType"] in PLACED:
            yield one
        yield from _people_within(one)


def mask_places(resource: Json) -> bool:
    """Masks addresses and telephones, those of contacts too; tells whether there were any."""
    changed = False
    for part in (resource, *resource.get("contact", ())):
        for name in PLACES:
            if part.get(name):
                part[name] = MASKED if isinstance(part[name], dict) else [MASKED]
                changed = True
    return changed


def mask_numbers(node: Any) -> bool:
    """Masks person numbers among identifiers, wherever they are; tells whether there were any."""
    if isinstance(node, list):
        return sum(mask_numbers(one) for one in node) > 0
    if not isinstance(node, dict):
        return False
    changed = sum(mask_numbers(value) for value in node.values()) > 0
    if node.get("system") in words.PERSON_SYSTEMS and "value" in node:
        node["value"] = HIDDEN_NUMBER
        changed = True
    return changed
