"""The national population register (Folkeregisteret): who people are, and a feed of what has happened to them.

It tells person documents for the numbers asked for, and events in the order of their sequence numbers. An event says
that something has changed; what is so now is in the document. The bench enters documents and makes events happen.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.ecosystem.kit import Kit, Neighbour

PAGE: Final = 1000
"""Events that one answer lists at the most."""
MOST_ASKED: Final = 1000
LONGEST_SEQ: Final = 18
"""Digits of a sequence number."""
EventKind = Literal[
    "endringIFoedsel",
    "endringIDoedsfall",
    "endringINavn",
    "endringIBostedsadresse",
    "endringIIdentifikasjonsnummer",
    "endringIAdressebeskyttelse",
]
Number = Annotated[str, Field(pattern=r"^\d{11}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Numbered(_Strict):
    """A fødselsnummer or D-number, in use or ended."""

    foedselsEllerDNummer: Number  # noqa: N815  the register's own words
    status: Literal["iBruk", "opphoert"] = "iBruk"


class Name(_Strict):
    """The name in use."""

    fornavn: str
    etternavn: str
    mellomnavn: str = ""


class Address(_Strict):
    """Where somebody lives."""

    adressenavn: str
    postnummer: Annotated[str, Field(pattern=r"^\d{4}$")]
    poststed: str
    kommunenummer: Annotated[str, Field(pattern=r"^\d{4}$")]
    kommunenavn: str = ""


class Person(_Strict):
    """A person document, under the register's own words."""

    identifikasjonsnummer: Annotated[list[Numbered], Field(min_length=1)]
    navn: Name
    kjoenn: Literal["kvinne", "mann"]
    foedselsdato: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    bostedsadresse: Address | None = None
    doedsdato: str | None = None
    graderingsnivaa: Literal["ugradert", "fortrolig", "strengtFortrolig"] = "ugradert"
    """Protection of the address: ``fortrolig`` is kode 7, ``strengtFortrolig`` kode 6."""

    def numbers(self) -> list[str]:
        """Every number of the person, former ones too."""
        return [one.foedselsEllerDNummer for one in self.identifikasjonsnummer]

    def current(self) -> str:
        """The number in use, or the first when none is."""
        in_use = [one.foedselsEllerDNummer for one in self.identifikasjonsnummer if one.status == "iBruk"]
        return (in_use or self.numbers())[0]


class Happened(_Strict):
    """Something that happened, and the person document as it is from then on."""

    hendelsetype: EventKind
    person: Person


class Wanted(_Strict):
    """Whose documents are asked for."""

    folkeregisteridentifikatorer: Annotated[list[Number], Field(max_length=MOST_ASKED)]


class PopulationRegister(Neighbour):
    """The national population register (Folkeregisteret): person documents, and a feed of events."""

    name: ClassVar[str] = "folkeregisteret"
    wrong_itself: ClassVar[bool] = True  # it answers with the document of somebody else

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._people: dict[str, Person] = {}
        self._events: list[dict[str, Any]] = []

    def routes(self) -> list[Route]:
        """Feed and look-up for candidates; documents and events for the bench."""
        return [
            Route("/folkeregisteret/hendelser/feed", self._feed, methods=["GET"]),
            Route("/folkeregisteret/hendelser/siste/sekvensnummer", self._last, methods=["GET"]),
            Route("/folkeregisteret/personer/bulkoppslag", self._look_up, methods=["POST"]),
            Route("/facts/folkeregisteret/personer", self._enter, methods=["PUT"]),
            Route("/facts/folkeregisteret/hendelser", self._happen, methods=["POST"]),
        ]

    async def _feed(self, request: Request) -> Response:
        """Events from a sequence number on, at most a thousand."""
        text = request.query_params.get("seq", "1")
        if not text.isdecimal() or len(text) > LONGEST_SEQ:
            return JSONResponse({"feilmelding": "seq is a whole number"}, 400)
        page = self._events[max(int(text), 1) - 1 :][:PAGE]
        return JSONResponse(self.kit.listed(page))

    async def _last(self, _: Request) -> Response:
        return JSONResponse({"sekvensnummer": len(self._events)})

    async def _look_up(self, request: Request) -> Response:
        """The documents of the numbers asked for; while wrong, each is somebody else's."""
        try:
            wanted = Wanted.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"feilmelding": error.errors()[0]["msg"]}, 400)
        return JSONResponse({"oppslag": [self._found(number) for number in wanted.folkeregisteridentifikatorer]})

    def _found(self, number: str) -> dict[str, Any]:
        person = self._people.get(number)
        if person is not None and self.kit.behaviour.wrong:
            person = _somebody_else(person, self._people.values())
        told = {"folkeregisteridentifikator": number}
        if person is None:
            return {**told, "feilmelding": "ukjent folkeregisteridentifikator"}
        return {**told, "folkeregisterperson": person.model_dump(exclude_none=True)}

    async def _enter(self, request: Request) -> Response:
        try:
            person = Person.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"feilmelding": error.errors()[0]["msg"]}, 400)
        self._keep(person)
        return Response(status_code=204)

    async def _happen(self, request: Request) -> Response:
        try:
            happened = Happened.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"feilmelding": error.errors()[0]["msg"]}, 400)
        self._keep(happened.person)
        event = {
            "sekvensnummer": len(self._events) + 1,
            "hendelse": {
                "hendelsetype": happened.hendelsetype,
                "folkeregisteridentifikator": happened.person.current(),
                "ajourholdstidspunkt": datetime.now(UTC).isoformat(),
            },
        }
        self._events.append(event)
        return JSONResponse({"sekvensnummer": event["sekvensnummer"]})

    def _keep(self, person: Person) -> None:
        for number in person.numbers():
            self._people[number] = person


def _somebody_else(person: Person, people: Iterable[Person]) -> Person | None:
    return next((other for other in people if not set(other.numbers()) & set(person.numbers())), None)
