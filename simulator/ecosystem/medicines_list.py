"""One medicines list for each person (Pasientens legemiddelliste), as SFM's operations read and write it.

``$getMedication`` gives the list and its version; ``$sendMedication`` replaces it within four hours of that, by who has
seen the version that stands, and says something of every medicine on it. Statements are told apart by their PLL-id.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.ecosystem.prescriptions import ATC
from simulator.ecosystem.receipts import RefusedError

Json = dict[str, Any]
PLL: Final = "https://journalbenk.example/fhir/sid/pll"
SEEN_S: Final = 4 * 3600.0
"""How long a list that was fetched may be sent back (SFM Basis API)."""


class StaleError(Exception):
    """The list has been changed by somebody else since it was fetched."""


@dataclass(slots=True)
class _List:
    version: int = 0
    statements: dict[str, Json] = field(default_factory=dict)
    seen: float = float("-inf")


class Lists:
    """The lists of everybody.

    Args:
        clock: Seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lists: dict[str, _List] = {}

    def fetch(self, person: str) -> tuple[int, list[Json]]:
        """Version and statements; whoever asks may send the list back for some hours."""
        found = self._lists.setdefault(person, _List())
        found.seen = self._clock()
        return found.version, list(found.statements.values())

    def look(self, person: str) -> list[Json]:
        """The statements, for whoever judges a candidate by them."""
        return list(self._lists.setdefault(person, _List()).statements.values())

    def send(self, person: str, version: int, statements: list[Json]) -> int:
        """Replaces a list; gives its new version.

        Raises:
            StaleError: Somebody else has changed it.
            RefusedError: It was not fetched lately, or leaves out a medicine, or one has no PLL-id.
        """
        found = self._lists.setdefault(person, _List())
        if self._clock() - found.seen > SEEN_S:
            raise RefusedError("business-rule", "fetch the list first; it may be sent back within four hours")
        if version != found.version:
            raise StaleError
        sent = {pll_id(statement): statement for statement in statements}
        if missing := found.statements.keys() - sent.keys():
            raise RefusedError("business-rule", f"{len(missing)} medicines of the list are not mentioned")
        found.statements = sent
        found.version += 1
        return found.version

    def change(self, person: str, number: str, changes: Json) -> None:
        """Somebody else changes one statement, or adds it."""
        found = self._lists.setdefault(person, _List())
        identifier = {"identifier": [{"system": PLL, "value": number}]}
        before = found.statements.get(number, {"resourceType": "MedicationStatement", "status": "active", **identifier})
        found.statements[number] = before | changes
        found.version += 1


def pll_id(statement: Json) -> str:
    """The PLL-id of a statement; raises RefusedError without one."""
    known = (one.get("value") for one in statement.get("identifier") or () if one.get("system") == PLL)
    found = next(known, None)
    if not found:
        raise RefusedError("required", f"a medicine is identified by {PLL}")
    return str(found)


def told(statement: Json) -> Json:
    """A statement in short, for whoever judges a candidate by the list."""
    codings = (statement.get("medicationCodeableConcept") or {}).get("coding") or []
    atc = next((coding.get("code", "") for coding in codings if coding.get("system") == ATC), "")
    dosage = (statement.get("dosage") or [{}])[0].get("text", "")
    return {"id": pll_id(statement), "atc": atc, "dosage": dosage, "status": statement.get("status")}
