"""Blocked information (sperring): Consents that deny, kept as what they hide from whom.

The patient's right: pasient- og brukerrettighetsloven § 5-3, pasientjournalloven § 17. A Consent that is active and
whose provision denies hides the entries it names (``provision.data``), the types it names (``provision.class``), or,
naming neither, the whole record; from the actors it names, or, naming none, from everybody but the patient. What refers
to a hidden entry is hidden with it, or it would tell that the entry is there. Only breaking the glass (BTG) opens it.
"""

import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from simulator.journal import dates
from simulator.journal.indexing import relative
from simulator.journal.store import Reader

_REFERENCE: Final = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}")
_LATEST: Final = "SELECT coalesce(max(seq), 0) FROM version WHERE type = 'Consent'"
_CHANGED: Final = "SELECT seq, id, content FROM version WHERE type = 'Consent' AND seq > ? ORDER BY seq"


@dataclass(frozen=True, slots=True)
class Block:
    """One Consent that denies."""

    consent: str
    patient: str
    actors: frozenset[str]
    entries: frozenset[str]
    kinds: frozenset[str]
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """What is hidden from one caller, by the patient who hid it: entries as ``Type/id``, types, and whole records.

    A patient hides what is his own: an entry of somebody else that a Consent names stays where it is.
    """

    entries: dict[str, frozenset[str]] = field(default_factory=dict)
    kinds: dict[str, frozenset[str]] = field(default_factory=dict)
    records: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.entries or self.kinds or self.records)

    def covers(self, kind: str, reference: str, patients: list[str], refers: Iterator[str]) -> bool:
        """Whether a resource is hidden: itself, by its type, with the record, or for what it refers to."""
        for patient in patients:
            if kind in self.kinds.get(patient, frozenset()) or (patient in self.records and kind != "Patient"):
                return True
        hidden = {e for owner, entries in self.entries.items() if owner in patients or not patients for e in entries}
        return bool(hidden) and (reference in hidden or any(target in hidden for target in refers))

    def conditions(self) -> list[str]:
        """The same as conditions on the row ``{r}``."""
        found = []
        for patient, entries in sorted(self.entries.items()):
            listed = _listed(entries)
            refers = f"{{r}}.rid IN (SELECT rid FROM idx_reference WHERE target IN ({listed}))"  # noqa: S608  references of the journal's own form
            itself = f"{{r}}.type || '/' || {{r}}.id IN ({listed})"
            found.append(f"NOT (({_about(patient)} OR {{r}}.patient = '') AND ({itself} OR {refers}))")
        for patient, kinds in sorted(self.kinds.items()):
            found.append(f"NOT ({_about(patient)} AND {{r}}.type IN ({_listed(kinds)}))")
        found += [f"NOT ({_about(patient)} AND {{r}}.type <> 'Patient')" for patient in sorted(self.records)]
        return found


def _about(patient: str) -> str:
    return f"instr(' ' || {{r}}.patient || ' ', ' {patient} ') > 0"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


class Blocks:
    """All blocks of the journal, brought up to date from the Consents stored since it was last asked."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._blocks: dict[str, Block] = {}
        self._seen = 0
        self._lock = threading.Lock()

    def blocked(self, reader: Reader, who: frozenset[str], patients: frozenset[str] | None) -> Blocked:
        """What is hidden now from a caller who goes by these references; of these patients only, or of all (None)."""
        with self._lock:
            self._refresh(reader)
            mine = [b for b in self._blocks.values() if patients is None or b.patient in patients]
        now = int(datetime.now(UTC).timestamp() * 1000)
        mine = [b for b in mine if b.begin <= now < b.end and (not b.actors or b.actors & who)]
        entries: dict[str, frozenset[str]] = {}
        kinds: dict[str, frozenset[str]] = {}
        for block in mine:
            entries[block.patient] = entries.get(block.patient, frozenset()) | block.entries | {block.consent}
            if block.kinds:
                kinds[block.patient] = kinds.get(block.patient, frozenset()) | block.kinds
        return Blocked(entries, kinds, frozenset(b.patient for b in mine if not b.entries and not b.kinds))

    def _refresh(self, reader: Reader) -> None:
        latest = int(reader.rows(_LATEST, ())[0][0])
        if latest == self._seen:
            return
        for seq, identity, content in reader.rows(_CHANGED, (self._seen,)):
            self._blocks.pop(f"Consent/{identity}", None)
            block = read_block(orjson.loads(content), self.base) if content else None
            if block is not None:
                self._blocks[block.consent] = block
            self._seen = int(seq)


def read_block(consent: dict[str, Any], base: str) -> Block | None:
    """What a Consent blocks; None when it does not deny, or is not in force."""
    provision = consent.get("provision") or {}
    patient = relative(str((consent.get("patient") or {}).get("reference")), base)
    denies = consent.get("status") == "active" and provision.get("type") == "deny" and not is_research(consent)
    if not denies or not _REFERENCE.fullmatch(patient):
        return None
    period = provision.get("period") or {}
    return Block(
        consent=f"Consent/{consent['id']}",
        patient=patient,
        actors=_targets((actor.get("reference") for actor in provision.get("actor", ())), base),
        entries=_targets((data.get("reference") for data in provision.get("data", ())), base),
        kinds=frozenset(
            str(coding.get("code")) for coding in provision.get("class", ()) if coding.get("code", "").isalpha()
        ),
        begin=dates.span(period["start"])[0] if "start" in period else 0,
        end=dates.span(period["end"])[1] if "end" in period else 2**62,
    )  # fmt: skip  one line a field


def is_research(consent: dict[str, Any]) -> bool:
    """Whether a Consent is about research (consentscope), and not about who may see the record in care."""
    return any(coding.get("code") == "research" for coding in (consent.get("scope") or {}).get("coding") or ())


def _targets(references: Iterable[Any], base: str) -> frozenset[str]:
    found = (relative(str((reference or {}).get("reference")), base) for reference in references)
    return frozenset(target for target in found if _REFERENCE.fullmatch(target))
