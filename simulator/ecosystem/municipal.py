"""The municipality's own systems beside the record: archive (NOARK), letters (FIKS SvarUt), accounts and roster.

Archive, letters and accounts take messages (``$process-message``), each of one kind; the codes are the bench's own, as
no national ones are published. What they hold is told to whoever judges a candidate. The roster asks nothing: it sends
who works where and when, each shift written by what identifies it, so that a change takes its place.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Final

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.ecosystem.kit import Kit, Neighbour
from simulator.ecosystem.outbox import Letter
from simulator.ecosystem.prescriptions import person_of
from simulator.ecosystem.receipts import Counter, RefusedError, facts_in, refusing

Json = dict[str, Any]
HANDED_OVER: Final = "https://journalbenk.example/fhir/sid/handed-over"
SHIFT: Final = "https://journalbenk.example/fhir/sid/shift"
IPLOS: Final = "urn:oid:2.16.578.1.12.4.1.1.9151"


class _Office(Neighbour, ABC):
    """Takes one kind of message and keeps what it says; the same thing said again takes the place of the former."""

    event: ClassVar[str]

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._held: dict[str, Json] = {}
        self._taken: dict[str, int] = {}
        self._counter = Counter(f"{kit.address}/{self.name}", {}, self._act)

    def routes(self) -> list[Route]:
        """Where it answers."""
        return [
            Route(f"/{self.name}/$process-message", self._counter.take, methods=["POST"]),
            Route(f"/facts/{self.name}/held", refusing(self._told), methods=["POST"]),
        ]

    def _act(self, event: str, resource: Json) -> list[Json]:
        if event != self.event:
            raise RefusedError("not-supported", f"{event[:20]} is not taken here, {self.event} is")
        known = (one.get("value") for one in resource.get("identifier") or () if one.get("system") == HANDED_OVER)
        number = str(next(known, None) or "")
        if not number:
            raise RefusedError("required", f"what is handed over is identified by {HANDED_OVER}")
        person = person_of(resource.get("subject") or resource.get("patient"))
        self._held[number] = {"person": person, **self.kept(resource)}
        self._taken[number] = self._taken.get(number, 0) + 1
        return []

    @abstractmethod
    def kept(self, resource: Json) -> Json:
        """What it keeps of a resource; raises RefusedError when something is missing."""

    async def _told(self, request: Request) -> Response:
        """What it holds about a ``person``, and how often it came."""
        person = str((await facts_in(request))["person"])
        held = [
            {name: value for name, value in one.items() if name != "person"} | {"taken": self._taken[number]}
            for number, one in self._held.items()
            if one["person"] == person
        ]
        return JSONResponse({"held": held})


def _letter(resource: Json) -> Json:
    attachment = ((resource.get("content") or [{}])[0].get("attachment")) or {}
    if not attachment.get("data") or not attachment.get("contentType"):
        raise RefusedError("required", "a letter has its document with it")
    title = resource.get("description") or attachment.get("title") or ""
    return {"title": title, "data": attachment["data"], "date": resource.get("date", "")}


class Archive(_Office):
    """The municipality's archive (arkiv, NOARK 5): outgoing letters as journalpost of type U."""

    name: ClassVar[str] = "arkiv"
    event: ClassVar[str] = "JOURNALPOST"

    def kept(self, resource: Json) -> Json:
        """Title, document and date, as NOARK's journalposttype U (outgoing)."""
        return {**_letter(resource), "journalposttype": "U"}


class Letters(_Office):
    """Letters to inhabitants (FIKS SvarUt): one document to one digital letter box."""

    name: ClassVar[str] = "fiks"
    event: ClassVar[str] = "FORSENDELSE"

    def kept(self, resource: Json) -> Json:
        """Title, document and date."""
        return _letter(resource)


class Accounts(_Office):
    """The municipality's accounts (økonomi): services granted and ended, which is what is paid for."""

    name: ClassVar[str] = "okonomi"
    event: ClassVar[str] = "BETALINGSGRUNNLAG"

    def kept(self, resource: Json) -> Json:
        """Kind of service (IPLOS), status and period."""
        codings = [coding for kind in resource.get("type") or () for coding in kind.get("coding") or ()]
        code = next((coding.get("code") for coding in codings if coding.get("system") == IPLOS), None)
        period = resource.get("period") or {}
        if code is None or "start" not in period:
            raise RefusedError("required", "a basis for payment names a service by IPLOS and when it began")
        return {"service": code, "status": resource.get("status"), "start": period["start"], "end": period.get("end")}


class Roster(Neighbour):
    """The roster (turnus): who works where and when, sent of its own accord."""

    name: ClassVar[str] = "turnus"

    def routes(self) -> list[Route]:
        """What is planned is told by the bench; nobody asks the roster."""
        return [Route(f"/facts/{self.name}/shifts", refusing(self._planned), methods=["POST"])]

    async def _planned(self, request: Request) -> Response:
        """Sends a shift: ``id``, ``start``, ``end``, ``hpr``, ``organisation`` (number)."""
        letter = Letter(self.kit.access.candidate.base_url, orjson.dumps(_shift(await facts_in(request))))
        await self.kit.outbox.post(letter)
        return JSONResponse({})


def _shift(planned: Json) -> Json:
    """The transaction that tells of a shift: PractitionerRole and Schedule, each by what identifies it."""
    role, schedule = f"urn:uuid:{planned['id'][:-1]}0", f"urn:uuid:{planned['id'][:-1]}1"
    organisation = f"Organization?identifier=urn:oid:2.16.578.1.12.4.1.4.101|{planned['organisation']}"
    period = {"start": planned["start"], "end": planned["end"]}
    identifier = {"identifier": [{"system": SHIFT, "value": planned["id"]}], "active": True}
    person = {"practitioner": {"identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.4", "value": planned["hpr"]}}}
    parts = {
        role: {
            "resourceType": "PractitionerRole",
            **identifier,
            **person,
            "period": period,
            "organization": {"reference": organisation},
        },
        schedule: {
            "resourceType": "Schedule",
            **identifier,
            "actor": [{"reference": role}],
            "planningHorizon": period,
        },
    }
    once = f"identifier={SHIFT}|{planned['id']}"
    entries = [
        {"fullUrl": url, "resource": part, "request": {"method": "PUT", "url": f"{part['resourceType']}?{once}"}}
        for url, part in parts.items()
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}
