"""What one caller may see and write, for one request: a condition on rows for searches, and a test of one resource.

Both say the same. Searches are narrowed in SQL so that totals, sort orders, chains and pages know nothing of what is
left out; what is shown is tested once more before it leaves.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from simulator.journal.access.blocks import Blocked
from simulator.journal.access.caller import Caller
from simulator.journal.access.challenge import insufficient_scope
from simulator.journal.access.labels import BLOCKED, labels_of
from simulator.journal.access.secrecy import Secrecy
from simulator.journal.indexing import Indexer, relative
from simulator.journal.search.clause import Clause
from simulator.journal.store import Found, Reader
from simulator.journal.supported import AUDITED_ONLY

Json = dict[str, Any]
REGISTERS: Final = frozenset({"Organization", "Practitioner", "PractitionerRole", "Location", "Schedule", "Slot"})
"""Types about nobody's health, open to every known caller within his scopes."""
OWNED: Final = "Subscription"
"""A type of which every caller sees his own alone."""
OWNER: Final = "https://journalbenk.example/fhir/sid/subscriber"
"""The system of the tag that says whose a resource is."""
BINARY: Final = "Binary"
"""The content of a document is found through the document that it belongs to, never by a search of its own."""
PROVENANCE: Final = "Provenance"
TREATING: Final = frozenset({"TREAT", "ETREAT"})
Find = Callable[[str, str], Found | None]
_REFERENCE: Final = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a caller may do with one patient's record.

    Attributes:
        patient: ``Patient/id``.
        kinds: The types he may see; None for all.
        writes: The types he may write; None for all.
        withheld: Security labels whose resources he may not see.
        address: Whether he sees an address that is protected.
    """

    patient: str
    kinds: frozenset[str] | None = None
    writes: frozenset[str] | None = None
    withheld: frozenset[str] = frozenset()
    address: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """One caller's view of the record.

    Attributes:
        caller: Whose.
        everybody: True for a system, which sees every patient that its scopes name.
        grants: Per patient, for everybody else.
        blocked: What patients have blocked for this caller.
        withheld: Security labels whose resources he may not see, of any patient.
        refusal: Why he may see no patient at all; empty when he may.
        basis: What access rests on, for the audit trail: a relation, an override, a representation.
        about: The patient the refusal is about, ``Patient/id``; empty when unknown.
        indexer: Tells which patients a resource is about.
        secrecy: Masks what is shown.
    """

    caller: Caller
    indexer: Indexer
    secrecy: Secrecy
    everybody: bool = False
    grants: tuple[Grant, ...] = ()
    blocked: Blocked = field(default_factory=Blocked)
    withheld: frozenset[str] = frozenset()
    refusal: str = ""
    basis: str = ""
    about: str = ""

    @property
    def key(self) -> str:
        """The same for the same caller and purpose."""
        return self.caller.key

    def condition(self) -> Clause:
        """The rows he may see, as a criterion of any search; it binds no values."""
        if self.everybody:
            parts = [f"({{r}}.type <> '{OWNED}' OR {self._owned()})"]
        else:
            wanted = [f"{{r}}.type IN ({_listed(REGISTERS)})", *(_granted(grant) for grant in self.grants)]
            wanted.append(f"({{r}}.type = '{OWNED}' AND {self._owned()})")
            parts = [f"({' OR '.join(wanted)})"]
            parts += [self._unlabelled(grant.withheld, grant.patient) for grant in self.grants if grant.withheld]
        parts += [self._unlabelled(self.withheld)] if self.withheld else []
        parts.append(f"{{r}}.type <> '{BINARY}'")
        return Clause(" AND ".join(parts + self.blocked.conditions()), (), plain=True)

    def _owned(self) -> str:
        number = self.indexer.numbers["Resource._tag"]
        return f"{{r}}.rid IN (SELECT rid FROM idx_token WHERE param = {number} AND code = '{self.key}')"  # noqa: S608  a digest of the journal's own

    def _owns(self, resource: Json) -> bool:
        tags = (resource.get("meta") or {}).get("tag", ())
        return any(tag.get("system") == OWNER and tag.get("code") == self.key for tag in tags)

    def logs(self) -> list[str]:
        """The patients whose access log he may see, besides a system, which sees all."""
        return [grant.patient for grant in self.grants if grant.kinds is None and self.caller.role == "citizen"]

    def _unlabelled(self, codes: frozenset[str], patient: str = "") -> str:
        whose = f"{{r}}.patient = '{patient}' AND " if patient else ""
        return f"NOT ({whose}{{r}}.rid IN ({self._labelled(codes)}))"

    def _labelled(self, codes: frozenset[str]) -> str:
        numbers = [self.indexer.numbers[key] for key in ("Resource._security", "DocumentReference.security-label")]
        params = ", ".join(map(str, numbers))
        return f"SELECT rid FROM idx_token WHERE param IN ({params}) AND code IN ({_listed(codes)})"  # noqa: S608  the journal's own words

    def blocked_documents(self, reader: Reader) -> int | None:
        """How many documents of the patient are labelled as blocked and hidden; None where that is not told.

        It is told to who treats the patient and could break the glass, as Norsk helsenett's document sharing does.
        """
        attest = self.caller.attest
        if self.caller.role != "professional" or attest is None or attest.purpose not in TREATING or not self.grants:
            return None
        patients = _listed(grant.patient for grant in self.grants)
        where = " AND ".join([f"r.patient IN ({patients})", *(c.format(r="r") for c in self.blocked.conditions())])
        sql = (
            f"SELECT count(*) FROM resource r WHERE r.type = 'DocumentReference' AND r.deleted = 0 AND {where}"  # noqa: S608  the journal's own words
            f" AND r.rid IN ({self._labelled(BLOCKED)})"
        )
        return int(reader.rows(sql)[0][0])

    def check_search(self, kind: str) -> None:
        """Raises a 403 when the scopes do not cover searching a type, also as a link of a chain."""
        if not self.caller.scopes.allow(kind, "s"):
            raise insufficient_scope(self.caller.scopes.wanted(kind, "s"), scheme=self.caller.scheme)

    def patients(self, resource: Json) -> list[str]:
        """The patients a resource is about."""
        return self.indexer.patients(resource)

    def sees(self, content: bytes) -> bool:
        """Whether he may see a resource or a version of one, by its content."""
        resource = orjson.loads(content)
        kind, reference = resource["resourceType"], f"{resource['resourceType']}/{resource.get('id')}"
        if kind == AUDITED_ONLY:
            return self._sees_audit(resource)
        return self.reads(kind) and self._shows(resource, kind, reference)

    def reads(self, kind: str) -> bool:
        """Whether the scopes cover reading or searching a type."""
        return self.caller.scopes.allow(kind, "r") or self.caller.scopes.allow(kind, "s")

    def _shows(self, resource: Json, kind: str, reference: str) -> bool:
        if kind in {BINARY, PROVENANCE}:
            return self._shows_content(resource) if kind == BINARY else self._shows_origin(resource, reference)
        patients = self.patients(resource)
        if self.blocked and self.blocked.covers(kind, reference, patients, references_in(resource, self.indexer.base)):
            return False
        labels = labels_of(resource)
        if labels & self.withheld:
            return False
        if kind == OWNED or self.everybody or kind in REGISTERS:
            return kind != OWNED or self._owns(resource)
        grant = self._grant(patients)
        if grant is None or (grant.kinds is not None and kind not in grant.kinds):
            return False
        return not labels & grant.withheld

    def _shows_content(self, binary: Json) -> bool:
        """Whether he may see a Binary: as what its securityContext names; a system may when that is nothing."""
        context = self._context(binary)
        kind, _, identity = context.partition("/")
        if not identity or kind == BINARY:
            return self.everybody
        found = self.secrecy.find(kind, identity)
        if found is None or not found.content:
            return self.everybody
        return self._shows(orjson.loads(found.content), kind, context)

    def _targets(self, provenance: Json) -> list[str]:
        return [relative(str(one.get("reference")), self.indexer.base) for one in provenance.get("target", ())]

    def _shows_origin(self, provenance: Json, reference: str) -> bool:
        """Whether he may see a Provenance: as all that it is about, and naming nothing that is blocked."""
        refers = references_in(provenance, self.indexer.base)
        if self.blocked and self.blocked.covers(PROVENANCE, reference, [], refers):
            return False
        return all(self._shows_target(target) for target in self._targets(provenance))

    def _shows_target(self, reference: str) -> bool:
        """Whether he may know of what a Provenance is about; what is nowhere is a system's to see."""
        kind, _, identity = reference.partition("/")
        found = self.secrecy.find(kind, identity) if identity and kind != PROVENANCE else None
        if found is None:
            return self.everybody
        if found.content:
            return self._shows(orjson.loads(found.content), kind, reference)
        return self.sees_row(kind, identity, found.patient)

    def _context(self, binary: Json) -> str:
        return relative(str((binary.get("securityContext") or {}).get("reference") or ""), self.indexer.base)

    def sees_row(self, kind: str, identity: str, patient: str) -> bool:
        """Whether he may know of a resource whose content is gone (a delete): as he might of what it held."""
        held = self.secrecy.last(f"{kind}/{identity}")
        if held:
            return self._shows(held, kind, f"{kind}/{identity}")
        patients = patient.split()
        if self.blocked and self.blocked.covers(kind, f"{kind}/{identity}", patients, iter(())):
            return False
        if self.everybody or kind in REGISTERS:
            return True
        grant = self._grant(patients)
        return grant is not None and (grant.kinds is None or kind in grant.kinds)

    def writes(self, content: bytes, find: Find | None = None) -> bool:
        """Whether he may have written a resource as it now stands; ``find`` gives what else does, if uncommitted."""
        if self.everybody:
            return True
        resource = orjson.loads(content)
        if resource["resourceType"] == OWNED:
            return self._owns(resource)
        grant = self._grant(self._owners(resource, find or self.secrecy.find))
        return grant is not None and (grant.writes is None or resource["resourceType"] in grant.writes)

    def _owners(self, resource: Json, find: Find) -> list[str]:
        """The patients a resource is about; those of what it is about, for a Binary or a Provenance."""
        if resource["resourceType"] not in {BINARY, PROVENANCE}:
            return self.patients(resource)
        about = [self._context(resource)] if resource["resourceType"] == BINARY else self._targets(resource)
        found = [find(kind, identity) for kind, _, identity in (one.partition("/") for one in about) if identity]
        return sorted({patient for one in found if one for patient in one.patient.split()})

    def _sees_audit(self, event: Json) -> bool:
        if self.everybody:
            return True
        about = {str(entity.get("what", {}).get("reference")) for entity in event.get("entity", ())}
        patients = {one for one in about if one.startswith("Patient/")}
        return bool(patients) and patients <= set(self.logs())

    def _grant(self, patients: list[str]) -> Grant | None:
        """The grant for exactly one patient: what is about several is shown to none of their readers."""
        if len(set(patients)) != 1:
            return None
        return next((grant for grant in self.grants if grant.patient == patients[0]), None)

    def masked(self, content: bytes) -> bytes:
        """The content as this caller is shown it."""
        own = frozenset(grant.patient for grant in self.grants if grant.address)
        return self.secrecy.masked(content, own, self.caller)


def references_in(node: Any, base: str) -> Iterator[str]:
    """Every literal reference in a resource, as ``Type/id`` when it is into the journal at ``base``."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "reference" and isinstance(value, str):
                yield relative(value, base)
            else:
                yield from references_in(value, base)
    elif isinstance(node, list):
        for value in node:
            yield from references_in(value, base)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


def _granted(grant: Grant) -> str:
    assert _REFERENCE.fullmatch(grant.patient)
    kinds = "" if grant.kinds is None else f" AND {{r}}.type IN ({_listed(grant.kinds)})"
    return f"({{r}}.patient = '{grant.patient}'{kinds})"
