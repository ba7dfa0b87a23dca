"""Tjenstlig behov: the relation between a professional and a patient that access rests on.

Helsepersonelloven §§ 21a, 25, 45. A relation is something the record itself knows: a treatment under way, the list of a
fastlege, a decision or an application, an appointment, membership of a care team, or a shift where the patient is.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import orjson

from simulator.journal import dates
from simulator.journal.access import words
from simulator.journal.access.caller import Caller
from simulator.journal.indexing import relative
from simulator.journal.search.finder import Finder
from simulator.journal.search.request import Parser
from simulator.journal.store import Reader

Json = dict[str, Any]
MOST: Final = 100
AFTERWARDS_MS: Final = 30 * 86_400_000
"""A treatment that has ended is a relation for thirty days more: results come late (bench value)."""
OPEN_ENCOUNTER: Final = frozenset({"planned", "arrived", "triaged", "in-progress", "onleave"})
OPEN_EPISODE: Final = frozenset({"planned", "waitlist", "active", "onhold"})
OPEN_REQUEST: Final = frozenset({"active", "on-hold"})
OPEN_TASK: Final = frozenset({"requested", "received", "accepted", "ready", "in-progress", "on-hold"})
OPEN_TEAM: Final = "active"
BOOKED: Final = frozenset({"booked", "arrived", "checked-in"})


class Relations:
    """Finds relations by the journal's own searches."""

    def __init__(self, parser: Callable[[], Parser], finder: Finder, base: str) -> None:
        self._parser = parser
        self._finder = finder
        self._base = base

    def found(self, reader: Reader, kind: str, *criteria: tuple[str, str]) -> list[Json]:
        """The resources of a type that meet some criteria, at most a hundred; the first in the order asked for."""
        search = self._parser().parse(kind, list(criteria), strict=True)
        if search.sort:
            hits = self._finder.rows(reader, self._finder.ordered(reader, search)[:MOST])
        else:
            hits = self._finder.after(reader, search, 0, MOST)
        return [orjson.loads(hit.content) for hit in hits]

    def patients(self, reader: Reader, number: str) -> list[Json]:
        """The Patients of a person number."""
        return self.found(reader, "Patient", ("identifier", f"{words.FNR}|{number},{words.DNR}|{number}"))

    def names_of(self, reader: Reader, caller: Caller) -> frozenset[str]:
        """What the caller and the organisations he speaks for are called in this journal, as ``Type/id``."""
        people = []
        if caller.hpr:
            known = self.found(reader, "Practitioner", ("identifier", f"{words.HPR}|{caller.hpr}"))
            people = [f"Practitioner/{person['id']}" for person in known]
        roles = self.found(reader, "PractitionerRole", ("practitioner", ",".join(people))) if people else []
        places = []
        if caller.attest:
            numbers = {caller.attest.legal_entity, caller.attest.point_of_care}
            wanted = ",".join(f"{words.ENH}|{number}" for number in sorted(numbers))
            places = [f"Organization/{o['id']}" for o in self.found(reader, "Organization", ("identifier", wanted))]
        return frozenset([*people, *places, *(f"PractitionerRole/{role['id']}" for role in roles)])

    def relation(self, reader: Reader, who: frozenset[str], patient: Json) -> str:
        """What ties the caller to the patient now; empty when nothing does."""
        if not who:
            return ""
        return next((name for name in self._ties(reader, who, patient)), "")

    def decision(self, reader: Reader, who: frozenset[str], patient: str) -> str:
        """What the caller's organisation handles for the patient: application, task, decision; empty without one."""
        asked, names = ("patient", patient), ",".join(sorted(who))
        if not who:
            return ""
        if self.found(reader, "ServiceRequest", asked, ("performer", names), _among(OPEN_REQUEST)):
            return "application"
        if self.found(reader, "Task", asked, ("owner", names), _among(OPEN_TASK)):
            return "task"
        organisations = ",".join(name for name in sorted(who) if name.startswith("Organization/"))
        if organisations and self._episode(reader, patient, organisations):
            return "decision"
        return ""

    def _ties(self, reader: Reader, who: frozenset[str], patient: Json) -> Iterator[str]:
        doctors = {self.here(str(d.get("reference"))) for d in patient.get("generalPractitioner", ())}
        if doctors & who:
            yield "fastlege"
        reference, names = f"Patient/{patient['id']}", ",".join(sorted(who))
        organisations = ",".join(name for name in sorted(who) if name.startswith("Organization/"))
        people = ",".join(name for name in sorted(who) if not name.startswith("Organization/"))
        if organisations and self._episode(reader, reference, organisations):
            yield "episode-of-care"
        for parameter, wanted in (("participant", people), ("service-provider", organisations)):
            if wanted and self._treated(reader, ("patient", reference), (parameter, wanted)):
                yield "encounter"
        if self._booked(reader, ("patient", reference), ("actor", names)):
            yield "appointment"
        if self._member(reader, who, reference):
            yield "care-team"
        if decision := self.decision(reader, who, reference):
            yield decision
        if people and self._on_shift(reader, people, reference):
            yield "shift"

    def _episode(self, reader: Reader, patient: str, organisations: str) -> bool:
        asked = (("patient", patient), ("organization", organisations), _among(OPEN_EPISODE))
        return any(_lasts(episode.get("period")) for episode in self.found(reader, "EpisodeOfCare", *asked))

    def _treated(self, reader: Reader, *criteria: tuple[str, str]) -> bool:
        if self.found(reader, "Encounter", *criteria, _among(OPEN_ENCOUNTER)):
            return True
        ended = self.found(reader, "Encounter", *criteria, ("status", "finished"), ("_sort", "-date"))
        return any(_lasts(encounter.get("period"), AFTERWARDS_MS) for encounter in ended)

    def _booked(self, reader: Reader, *criteria: tuple[str, str]) -> bool:
        found = self.found(reader, "Appointment", *criteria, _among(BOOKED), ("_sort", "-date"))
        return any(_lasts({"end": a["end"]} if "end" in a else {}) for a in found)

    def _member(self, reader: Reader, who: frozenset[str], patient: str) -> bool:
        """Whether the caller, or who he works for, is a member now of a care team that looks after the patient now."""
        asked = (("patient", patient), ("participant", ",".join(sorted(who))), ("status", OPEN_TEAM))
        found = self.found(reader, "CareTeam", *asked)
        members = [
            one
            for team in found
            if now_in(team.get("period"))
            for one in team["participant"]
            if self.here(str((one.get("member") or {}).get("reference"))) in who
        ]
        return any(now_in(one.get("period")) for one in members)

    def here(self, reference: str) -> str:
        """A reference as ``Type/id`` when it points into this journal."""
        return relative(reference, self._base)

    def _on_shift(self, reader: Reader, people: str, patient: str) -> bool:
        """Whether the caller is on a rota now at a place where the patient is now."""
        rotas = [s for s in self.found(reader, "Schedule", ("actor", people)) if s.get("active", True)]
        places = {
            relative(str(actor.get("reference")), self._base)
            for rota in rotas
            if "planningHorizon" in rota and now_in(rota["planningHorizon"])
            for actor in rota["actor"]
            if str(actor.get("reference")).rpartition("/")[0].endswith("Location")
        }
        if not places:
            return False
        asked = (("patient", patient), ("location", ",".join(sorted(places))), _among(OPEN_ENCOUNTER))
        return bool(self.found(reader, "Encounter", *asked))


def _among(states: frozenset[str]) -> tuple[str, str]:
    """The criterion that something is in one of some states."""
    return "status", ",".join(sorted(states))


def _lasts(period: Any, more: int = 0) -> bool:
    """Whether a period has not ended, or ended less than ``more`` milliseconds ago."""
    end = (period or {}).get("end")
    return end is None or dates.span(end)[1] + more > time.time() * 1000


def now_in(period: Json | None) -> bool:
    """Whether a period holds now; one that is not stated does."""
    if not period:
        return True
    span = dates.indexed(period)
    return span is not None and span[0] <= time.time() * 1000 < span[1]
