"""The register of health personnel (Helsepersonellregisteret, HPR): who is authorised as what, now.

It tells an authorisation's profession (Volven 9060) and whether it is valid. People are entered, and authorisations
taken away, with PUT.
"""

import re
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_NUMBER: Final = re.compile(r"\d{7,9}")


class Authorisation(BaseModel):
    """One authorisation or licence: profession by Volven 9060, and whether it holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    profession: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    valid: bool = True


class Person(BaseModel):
    """One person in the register."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    authorisations: list[Authorisation]


class HealthPersonnelRegister:
    """Keeps authorisations by HPR number, in memory."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}

    def routes(self) -> list[Route]:
        """Where it answers."""
        return [
            Route("/hpr/personer/{number}", self._read, methods=["GET"]),
            Route("/hpr/personer/{number}", self._write, methods=["PUT"]),
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
