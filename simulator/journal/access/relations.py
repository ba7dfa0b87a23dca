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
        """The resources of a type that meet some criteria, at most a hundred."""
        search = self._parser().parse(kind, list(criteria), strict=True)
        return [orjson.loads(hit.content) for hit in self._finder.after(reader, search, 0, MOST)]

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
        if any(r["status"] in OPEN_REQUEST for r in self.found(reader, "ServiceRequest", asked, ("performer", names))):
            return "application"
        if any(t["status"] in OPEN_TASK for t in self.found(reader, "Task", asked, ("owner", names))):
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
        found = self.found(reader, "EpisodeOfCare", ("patient", patient), ("organization", organisations))
        return any(e["status"] in OPEN_EPISODE and _lasts(e.get("period")) for e in found)

    def _treated(self, reader: Reader, *criteria: tuple[str, str]) -> bool:
        found = self.found(reader, "Encounter", *criteria, ("_sort", "-date"))
        return any(
            e["status"] in OPEN_ENCOUNTER or (e["status"] == "finished" and _lasts(e.get("period"), AFTERWARDS_MS))
            for e in found
        )

    def _booked(self, reader: Reader, *criteria: tuple[str, str]) -> bool:
        found = self.found(reader, "Appointment", *criteria)
        return any(a["status"] in BOOKED and _lasts({"end": a["end"]} if "end" in a else {}) for a in found)

    def _member(self, reader: Reader, who: frozenset[str], patient: str) -> bool:
        """Whether the caller, or who he works for, is a member now of a care team that looks after the patient now."""
        found = self.found(reader, "CareTeam", ("patient", patient), ("participant", ",".join(sorted(who))))
        members = [
            one
            for team in found
            if team.get("status") == OPEN_TEAM and now_in(team.get("period"))
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
        stays = self.found(reader, "Encounter", ("patient", patient), ("location", ",".join(sorted(places))))
        return any(stay["status"] in OPEN_ENCOUNTER for stay in stays)


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
