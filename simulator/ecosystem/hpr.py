"""The register of health personnel (Helsepersonellregisteret, HPR): who is authorised as what, now.

It tells an authorisation's profession (Volven 9060), whether it is valid, and the right to prescribe that goes with it
(rekvisisjonsrett, Volven 7701): ``full``, ``limited`` to what the profession may prescribe, or none. People are
entered, and authorisations and rights taken away, with PUT below ``/facts``.
"""

import re
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.ecosystem.kit import Kit, Neighbour

_NUMBER: Final = re.compile(r"\d{7,9}")
FULL_RIGHT: Final = frozenset({"LE", "TL"})
"""Professions whose authorisation comes with the full right to prescribe, unless something else is entered."""


class Authorisation(BaseModel):
    """One authorisation or licence: profession by Volven 9060, whether it holds, and the right to prescribe."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    profession: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    valid: bool = True
    requisition_rights: list[Literal["full", "limited"]] = []

    @model_validator(mode="before")
    @classmethod
    def _usual_right(cls, told: Any) -> Any:
        if isinstance(told, dict) and "requisition_rights" not in told and told.get("profession") in FULL_RIGHT:
            return {**told, "requisition_rights": ["full"]}
        return told


class Person(BaseModel):
    """One person in the register."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    authorisations: list[Authorisation]


class HealthPersonnelRegister(Neighbour):
    """The register of health personnel (Helsepersonellregisteret): authorisations by HPR number, in memory."""

    name: ClassVar[str] = "hpr"

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._people: dict[str, Person] = {}

    def routes(self) -> list[Route]:
        """One person for candidates; entering for the bench."""
        return [
            Route("/hpr/personer/{number}", self._read, methods=["GET"]),
            Route("/facts/hpr/personer/{number}", self._write, methods=["PUT"]),
        ]

    async def _read(self, request: Request) -> Response:
        number = request.path_params["number"]
        person = self._people.get(number)
        if person is None:
            return JSONResponse({"message": "no health personnel has this number"}, 404)
        return JSONResponse({"hprNumber": number, **person.model_dump()})

    async def _write(self, request: Request) -> Response:
        number = request.path_params["number"]
        if not _NUMBER.fullmatch(number):
            return JSONResponse({"message": "an HPR number has seven to nine digits"}, 400)
        try:
            self._people[number] = Person.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"message": error.errors()[0]["msg"]}, 400)
        return JSONResponse({"hprNumber": number, **self._people[number].model_dump()})
