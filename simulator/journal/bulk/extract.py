"""$research-extract: diagnoses under pseudonyms, without those who have opted out and without small cells.

Who is reserved against research is left out (an active Consent of scope ``research`` that denies), so is who has a
protected address, and what is blocked. Of the rest it tells pseudonym, sex, ten years of birth, code and year, and that
only where at least five patients share sex, ten years and code. A pseudonym is the same throughout a project and means
nothing in another.
"""

import contextlib
import hmac
import os
import secrets
from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from simulator.journal.access.blocks import is_research
from simulator.journal.access.challenge import insufficient_scope
from simulator.journal.access.labels import BLOCKED, labels_of
from simulator.journal.access.secrecy import is_labelled
from simulator.journal.access.view import references_in
from simulator.journal.bulk.offer import check_system
from simulator.journal.bulk.walk import Walk
from simulator.journal.bulk.wanted import Wanted, parsed
from simulator.journal.errors import refuse
from simulator.journal.http import Answer, Call
from simulator.journal.interactions.common import HARMLESS
from simulator.journal.journal import Interaction, Journal
from simulator.journal.store import Reader

LEAST: Final = 5
"""The fewest patients a cell may have."""
KEY_FILE: Final = "pseudonyms.key"
NEEDED: Final = ("Patient", "Condition", "Consent")
Json = dict[str, Any]


class Cell(NamedTuple):
    """What patients of one cell have in common."""

    gender: str
    decade: str
    system: str
    code: str


def apply(journal: Journal, reader: Reader, call: Call) -> Answer:
    """200 with a Bundle of Patients and Conditions under pseudonyms; 400 without ``project`` and ``code``."""
    check_system(call)
    for kind in NEEDED:
        if call.caller is not None and not call.caller.scopes.allow(kind, "r"):
            raise insufficient_scope(call.caller.scopes.wanted(kind, "r"), scheme=call.caller.scheme)
    asked = {key: text for key, text in call.query if key not in HARMLESS}
    if asked.keys() != {"project", "code"} or not all(asked.values()):
        raise refuse(400, "required", "$research-extract takes 'project' and 'code', both once, and nothing else")
    query = [("code", asked["code"])]
    parsed(journal.search_of("Condition", call.view).parser, "Condition", query)
    walk = Walk(journal, reader, call.view, Wanted("patients", NEEDED, filters={"Condition": [query]}))
    people = _people(walk)
    cells: dict[Cell, dict[str, list[Json]]] = defaultdict(lambda: defaultdict(list))
    for patient, condition in _conditions(journal, reader, walk):
        if patient in people:
            for coding in (condition.get("code") or {}).get("coding") or ():
                cell = Cell(*people[patient], str(coding.get("system", "")), str(coding.get("code", "")))
                cells[cell][patient].append(condition)
    kept = {cell: found for cell, found in cells.items() if len(found) >= LEAST}
    for patient in {patient for found in kept.values() for patient in found}:
        call.record.touch(patient, patient)
    secret = key(journal.settings.data) + asked["project"].encode()
    entries = [{"resource": resource} for resource in _told(kept, secret)]
    return Answer(200, orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))


def _people(walk: Walk) -> dict[str, tuple[str, str]]:
    """Sex and ten years of birth of every patient who may be told of."""
    reserved = {
        patient for hit in walk.hits("Consent") for patient in _reserved(orjson.loads(hit.content), hit.patient)
    }
    found = {}
    for hit in walk.hits("Patient"):
        patient = orjson.loads(hit.content)
        born = str(patient.get("birthDate") or "")
        if len(born) >= 4 and not is_labelled(patient) and f"Patient/{hit.id}" not in reserved:
            found[f"Patient/{hit.id}"] = (str(patient.get("gender", "unknown")), f"{born[:3]}0")
    return found


def _reserved(consent: Json, patients: str) -> list[str]:
    denies = (consent.get("provision") or {}).get("type") == "deny"
    return patients.split() if denies and consent.get("status") == "active" and is_research(consent) else []


def _conditions(journal: Journal, reader: Reader, walk: Walk) -> Iterator[tuple[str, Json]]:
    """The diagnoses asked for that are not blocked, each with its one patient."""
    blocked = journal.rights.blocks.blocked(reader, frozenset(), None)
    for hit in walk.hits("Condition"):
        condition, patients = orjson.loads(hit.content), hit.patient.split()
        refers = references_in(condition, journal.base)
        hidden = blocked and blocked.covers("Condition", f"Condition/{hit.id}", patients, refers)
        if len(patients) == 1 and not hidden and not labels_of(condition) & BLOCKED:
            yield patients[0], condition


def _told(cells: dict[Cell, dict[str, list[Json]]], secret: bytes) -> Iterator[Json]:
    """The resources of the extract, in the order of their pseudonyms, which is that of nothing else."""
    found: dict[str, Json] = {}
    for cell, patients in cells.items():
        for patient, conditions in patients.items():
            who = pseudonym(secret, patient)
            found[who] = {"resourceType": "Patient", "id": who, "gender": cell.gender, "birthDate": cell.decade}
            for condition in conditions:
                name = pseudonym(secret, f"Condition/{condition['id']}/{cell.code}")
                year = str(condition.get("recordedDate") or condition.get("onsetDateTime") or "")[:4]
                found[name] = {
                    "resourceType": "Condition",
                    "id": name,
                    "subject": {"reference": f"Patient/{who}"},
                    "code": {"coding": [{"system": cell.system, "code": cell.code}]},
                } | ({"recordedDate": year} if year else {})
    yield from (found[name] for name in sorted(found))


def pseudonym(secret: bytes, name: str) -> str:
    """What stands for a name: nobody without the secret can tell whose it is."""
    return hmac.new(secret, name.encode(), sha256).hexdigest()[:32]


def key(data: Path) -> bytes:
    """The journal's own secret, made when it is first needed; every process of the journal has the same."""
    file = data / KEY_FILE
    fresh = data / f"{KEY_FILE}.{secrets.token_hex(8)}"
    if not file.exists():
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(handle, secrets.token_bytes(32))
        os.close(handle)
        with contextlib.suppress(FileExistsError):
            os.link(fresh, file)
        fresh.unlink()
    return file.read_bytes()


INTERACTION = Interaction(apply, place="pool")
