"""The one medicines list of a person: what the record says and what Reseptformidleren has, brought together.

On the list is what has a PLL-id (no-basis-MedicationStatement). Each medicine is compared with what both sides said
when they last agreed: what only one has changed, the other takes over; what both have changed differently is a
conflict, in which the list stays as it is until somebody writes the medicine anew.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson

Json = dict[str, Any]
PLL: Final = "https://journalbenk.example/fhir/sid/pll"
SAID: Final = ("status", "medicationCodeableConcept", "dosage", "effectivePeriod", "effectiveDateTime", "note")
"""What of a statement the list is about."""
GONE: Final = "entered-in-error"


class Merged(NamedTuple):
    """What to send, what the record takes over (by PLL-id), what is in conflict, and a digest of each as agreed."""

    statements: list[Json]
    adopted: dict[str, Json]
    conflicts: list[str]
    agreed: dict[str, str]


def pll_id(statement: Json) -> str:
    """The PLL-id of a statement; empty when it is not on the list."""
    known = (one.get("value") for one in statement.get("identifier") or () if one.get("system") == PLL)
    return str(next(known, None) or "")


def said(statement: Json) -> Json:
    """What a statement says of its medicine."""
    return {name: statement[name] for name in SAID if name in statement}


def digest(statement: Json) -> str:
    """Tells whether two statements say the same."""
    return hashlib.sha256(orjson.dumps(said(statement), option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def merge(record: Mapping[str, Json], listed: Mapping[str, Json], agreed: Mapping[str, str], subject: Json) -> Merged:
    """The list as it should be, from record and list by PLL-id, and what was agreed before."""
    found = Merged([], {}, [], {})
    for number in dict.fromkeys((*listed, *record)):
        mine, theirs, known = record.get(number), listed.get(number), agreed.get(number, "")
        if mine is not None and theirs is not None:
            stands = _between(found, number, (mine, theirs), known)
        elif theirs is not None:
            stands = theirs | ({"status": GONE} if known else {})
            found.agreed[number] = digest(stands)
            if not known:
                found.adopted[number] = theirs
        else:
            stands = mine or {}
            found.agreed[number] = digest(stands)
        identifier = [{"type": {"text": "PLL"}, "system": PLL, "value": number}]
        named = {"identifier": identifier, "subject": subject}
        found.statements.append({"resourceType": "MedicationStatement", **said(stands), **named})
    return found


def _between(found: Merged, number: str, both: tuple[Json, Json], known: str) -> Json:
    """What stands of a medicine that record and list both have; notes what follows from it."""
    mine, theirs = digest(both[0]), digest(both[1])
    before_mine, _, before_theirs = known.rpartition("/")
    if mine == theirs or (theirs == before_theirs and known != f"{mine}/{theirs}"):
        found.agreed[number] = mine
        return both[0]
    if mine == (before_mine or before_theirs) and known != f"{mine}/{theirs}":
        found.agreed[number] = theirs
        found.adopted[number] = both[1]
        return both[1]
    # Undecided: both are remembered, so that only a new change of one of them settles it.
    found.agreed[number] = f"{mine}/{theirs}"
    if known != found.agreed[number]:
        found.conflicts.append(number)
    return both[1]
