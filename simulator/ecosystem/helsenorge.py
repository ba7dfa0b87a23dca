"""Helsenorge: the citizen's way in, as a client of the candidate on the citizen's behalf.

It looks things up with the citizen's own token, sends applications, books, asks to be told of a case, and takes notices
(``POST /helsenorge/varsler``). It does so when the bench says what the citizen wants. Where the candidate takes no
tokens it asks without one.
"""

from typing import Annotated, Any, ClassVar, Final
from uuid import NAMESPACE_URL, uuid5

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.ecosystem.client import letter, name_in, rows, search, told
from simulator.ecosystem.kit import Neighbour
from simulator.ecosystem.wishes import Reference, Wish, understood

Json = dict[str, Any]
BACKPORT: Final = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-"
CITIZEN_SCOPE: Final = "patient/*.cruds"


class Citizen(Wish):
    """Who is signed in; ``pid`` is a synthetic person number."""

    pid: Annotated[str, Field(pattern=r"^\d{11}$")]
    name: str

    def subject(self) -> Json:
        """What the citizen's token is about."""
        return {"scope": CITIZEN_SCOPE, "person": {"pid": self.pid, "name": self.name}}


class Look(Wish):
    """What the citizen wants to see: a type, and search criteria."""

    citizen: Citizen
    kind: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z]+$")]
    criteria: dict[str, str]


class Application(Wish):
    """An application, filled in and sent by Helsenorge, made only once under its number."""

    number: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]
    resource: dict[str, Any]


class Watch(Wish):
    """Whose cases Helsenorge wants to be told of, and the topic."""

    patient: Reference
    topic: str


class Booking(Wish):
    """An appointment that the citizen books."""

    citizen: Citizen
    resource: dict[str, Any]


class Helsenorge(Neighbour):
    """Helsenorge, the citizen's portal: looks, applies and books on the citizen's behalf, and takes notices."""

    name: ClassVar[str] = "helsenorge"

    def routes(self) -> list[Route]:
        """Notices from candidates; what the citizen wants from the bench."""
        return [
            Route("/helsenorge/varsler", self._notice, methods=["POST"]),
            *[
                Route(f"/facts/helsenorge/{path}", understood(kind, does), methods=["POST"])
                for path, kind, does in (
                    ("oppslag", Look, self._look),
                    ("soknader", Application, self._apply),
                    ("abonnement", Watch, self._watch),
                    ("timer", Booking, self._book),
                )
            ],
        ]

    async def _notice(self, _: Request) -> Response:
        """Taken; what it said is in the log of all that comes."""
        return Response(status_code=200)

    async def _look(self, look: Look) -> Json:
        status, found = await search(self.kit, look.kind, look.criteria, look.citizen.subject())
        return {"status": status, "resources": found}

    async def _apply(self, application: Application) -> Json:
        """As a transaction, so that it is one application however often it is sent."""
        system = f"{self.kit.address}/helsenorge/soknad"
        resource = application.resource | {"identifier": [{"system": system, "value": application.number}]}
        kind = str(resource.get("resourceType"))
        once = {"method": "POST", "url": kind, "ifNoneExist": f"identifier={system}|{application.number}"}
        full = f"urn:uuid:{uuid5(NAMESPACE_URL, f'{system}/{application.number}')}"
        entry = {"fullUrl": full, "resource": resource, "request": once}
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
        replies = await self.kit.outbox.post(letter(self.kit, "", bundle))
        answers = [next(iter(rows(told(reply), "entry")), {}).get("response") for reply in replies]
        places = [str(answer.get("location", "")) if isinstance(answer, dict) else "" for answer in answers]
        return {"statuses": [reply.status for reply in replies], "names": [_name(place) for place in places]}

    async def _watch(self, watch: Watch) -> Json:
        criteria = {"url": f"{BACKPORT}filter-criteria", "valueString": f"patient={watch.patient}"}
        content = {"url": f"{BACKPORT}payload-content", "valueCode": "id-only"}
        subscription = {
            "resourceType": "Subscription",
            "status": "requested",
            "reason": "Varsel på Helsenorge",
            "criteria": watch.topic,
            "_criteria": {"extension": [criteria]},
            "channel": {
                "type": "rest-hook",
                "endpoint": f"{self.kit.address}/helsenorge/varsler",
                "payload": "application/fhir+json",
                "_payload": {"extension": [content]},
            },
        }
        reply = await self.kit.outbox.ask(letter(self.kit, "Subscription", subscription))
        return {"status": reply.status, "name": name_in(reply)}

    async def _book(self, booking: Booking) -> Json:
        reply = await self.kit.outbox.ask(
            letter(self.kit, "Appointment", booking.resource, subject=booking.citizen.subject())
        )
        return {"status": reply.status, "name": name_in(reply)}


def _name(place: str) -> str:
    parts = place.partition("/_history/")[0].rsplit("/", 2)
    return "/".join(parts[-2:])
