"""The address register (Adresseregisteret): communication parties by HER-id, their services, and where they receive.

A party is an organisation's service (Volven 8663) under a parent with a HER-id of its own. Whoever sends a message asks
for the receiver just before, for addresses change. The bench enters parties and moves them.
"""

from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.ecosystem.kit import Kit, Neighbour

NOBODY: Final = {"message": "no communication party has this HER-id"}


class Party(BaseModel):
    """A communication party, under the register's own words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    navn: Annotated[str, Field(min_length=1)]
    organisasjonsnummer: Annotated[str, Field(pattern=r"^(\d{9})?$")] = ""
    overordnet: Annotated[str, Field(pattern=r"^\d*$")] = ""
    """The parent's HER-id."""
    tjenester: list[Annotated[str, Field(pattern=r"^[A-Z]{2}\d{2,4}$")]] = []
    endepunkt: Annotated[str, Field(pattern=r"^https?://")]
    format: Annotated[str, Field(pattern="^(fhir|hodemelding)$")] = "fhir"
    gyldig: bool = True


class AddressRegister(Neighbour):
    """The address register (Adresseregisteret): communication parties, their services and endpoints."""

    name: ClassVar[str] = "adresseregisteret"

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._parties: dict[str, Party] = {}

    def routes(self) -> list[Route]:
        """One party, and parties by service, for candidates; entering and removing for the bench."""
        facts = "/facts/adresseregisteret/kommunikasjonsparter/{her}"
        return [
            Route("/adresseregisteret/kommunikasjonsparter", self._search, methods=["GET"]),
            Route("/adresseregisteret/kommunikasjonsparter/{her}", self._read, methods=["GET"]),
            Route(facts, self._enter, methods=["PUT"]),
            Route(facts, self._remove, methods=["DELETE"]),
        ]

    async def _read(self, request: Request) -> Response:
        her = request.path_params["her"]
        party = self._parties.get(her)
        return JSONResponse(_shown(her, party)) if party else JSONResponse(NOBODY, 404)

    async def _search(self, request: Request) -> Response:
        """Valid parties by ``tjeneste``, ``organisasjonsnummer`` and ``overordnet``; 400 without any of them."""
        asked = {k: v for k, v in request.query_params.items() if v}
        known = {"tjeneste": "service", "organisasjonsnummer": "number", "overordnet": "parent"}
        if not asked or asked.keys() - known.keys():
            return JSONResponse({"message": f"ask by {', '.join(known)}"}, 400)
        wanted = {known[name]: value for name, value in asked.items()}
        found = [_shown(her, p) for her, p in self._parties.items() if p.gyldig and _meets(p, **wanted)]
        return JSONResponse({"kommunikasjonsparter": self.kit.listed(found)})

    async def _enter(self, request: Request) -> Response:
        her = request.path_params["her"]
        if not her.isdecimal():
            return JSONResponse({"message": "a HER-id is a whole number"}, 400)
        try:
            self._parties[her] = Party.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"message": error.errors()[0]["msg"]}, 400)
        return JSONResponse(_shown(her, self._parties[her]))

    async def _remove(self, request: Request) -> Response:
        gone = self._parties.pop(request.path_params["her"], None)
        return Response(status_code=204) if gone else JSONResponse(NOBODY, 404)


def _meets(party: Party, *, service: str = "", number: str = "", parent: str = "") -> bool:
    return (
        (not service or service in party.tjenester)
        and (not number or number == party.organisasjonsnummer)
        and (not parent or parent == party.overordnet)
    )


def _shown(her: str, party: Party) -> dict[str, Any]:
    return {"herId": her, **party.model_dump()}
