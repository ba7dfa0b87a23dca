"""What arrives in a transfer, held against who is in the journal already: nobody gets a second record or another's.

The number of a person tells who is who, and a person who is here under another id cannot be merged unasked: which of
two addresses, protections and blocks then holds is for people to say. They say it as R4 does, by a Patient that is not
active and ``replaced-by`` the other, which may then keep its number (``persons``).
"""

from typing import Final

import orjson

from simulator.journal.bulk.folder import Json
from simulator.journal.journal import Journal
from simulator.journal.persons import KIND, numbers_of
from simulator.journal.store import Found

MOST_SHOWN: Final = 20


class Arriving:
    """Looks at each resource before anything is stored, and remembers what clashes with what is here."""

    def __init__(self, journal: Journal) -> None:
        self.reader = journal.pooled()
        self.persons = journal.persons
        self.indexer = journal.indexer
        self._patients: set[str] = set()
        self._twice: list[tuple[str, str, str]] = []
        self._taken: list[str] = []

    def look_at(self, where: str, resource: Json) -> None:
        """Takes note of a sound resource; ``where`` names its file and line."""
        kind, identity = resource["resourceType"], resource["id"]
        found = self.reader.find(kind, identity)
        if found is not None and found.content and self._is_anothers(resource, found):
            self._taken.append(f"{where}: {kind}/{identity} is about somebody else here")
        if kind == KIND:
            self._patients.add(identity)
            for holder in self.persons.holders(self.reader, resource):
                self._twice.append((where, identity, holder))

    def _is_anothers(self, resource: Json, found: Found) -> bool:
        """Whether what has this id here is about other people."""
        if resource["resourceType"] == KIND:
            here, there = numbers_of(orjson.loads(found.content or b"")), numbers_of(resource)
            return bool(here and there) and here.isdisjoint(there)
        about = set(self.indexer.patients(resource))
        return bool(about and found.patient) and about.isdisjoint(found.patient.split())

    def clashes(self) -> list[str]:
        """What is wrong, a line for the whole and one for each of the first clashes; empty when nothing is."""
        # Whoever arrives as well is written over, and comes as the old journal allowed.
        twice = [
            f"{where}: {KIND}/{identity} is the person of {KIND}/{holder} here"
            for where, identity, holder in self._twice
            if holder not in self._patients
        ]
        found = twice + self._taken
        if not found:
            return []
        head = f"{len(found)} resources clash with what this journal has, and nothing has been stored; "
        advice = "merge the persons in one of the journals (inactive, replaced-by the other) and take the export again"
        more = [f"and {len(found) - MOST_SHOWN} more"] if len(found) > MOST_SHOWN else []
        return [head + advice, *found[:MOST_SHOWN], *more]
