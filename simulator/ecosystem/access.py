"""The candidate as neighbours reach it: its address, and tokens of the token service beside them to be let in with."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from joserfc.jwk import ECKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.ecosystem.tokens.claims import Person, Subject, claims_of
from simulator.ecosystem.tokens.proofs import make_proof
from simulator.ecosystem.tokens.service import TokenService

SYSTEM_SCOPE: Final = "system/*.cruds"


class Candidate(BaseModel):
    """Where the candidate answers, and what tokens for it name as audience (empty: it takes none)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: Annotated[str, Field(pattern=r"^https?://")] = "http://127.0.0.1:8080/fhir"
    audience: str = ""


class Access:
    """What a neighbour needs in order to call the candidate.

    Args:
        service: The token service in the same process; tokens are of its making.
    """

    def __init__(self, service: TokenService) -> None:
        self.candidate = Candidate()
        self.told: list[Callable[[], None]] = []
        """Told that the bench has said anew where the candidate is: another one, or the same for something else."""
        self._service = service
        self._key = ECKey.generate_key("P-256")

    def headers(
        self, client: str, request: tuple[str, str], subject: dict[str, Any], nonce: str = ""
    ) -> dict[str, str]:
        """The fields that say who calls.

        Args:
            client: The neighbour's name.
            request: Method and address.
            subject: ``scope``, ``person`` and what else a token's subject has; empty for the neighbour as a system.
            nonce: What the candidate asked for in its last refusal.
        """
        audience = self.candidate.audience
        if not audience:
            return {}
        about = Subject.model_validate({"scope": SYSTEM_SCOPE, **subject, "audience": audience})
        bound = isinstance(about.person, Person)
        jkt = self._key.thumbprint() if bound else ""
        token = self._service.keys.sign(claims_of(self._service.issuer, client, about, jkt=jkt))
        if not bound:
            return {"Authorization": f"Bearer {token}"}
        method, address = request
        wanted = {"htm": method, "htu": address.partition("?")[0], "token": token, "nonce": nonce}
        return {"Authorization": f"DPoP {token}", "DPoP": make_proof(self._key, wanted)}

    def routes(self) -> list[Route]:
        """``/candidate``: GET, PUT."""
        return [
            Route("/candidate", self._read, methods=["GET"]),
            Route("/candidate", self._write, methods=["PUT"]),
        ]

    async def _read(self, _: Request) -> Response:
        return JSONResponse(self.candidate.model_dump())

    async def _write(self, request: Request) -> Response:
        try:
            self.candidate = Candidate.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"message": error.errors()[0]["msg"]}, 400)
        for told in self.told:
            told()
        return JSONResponse(self.candidate.model_dump())
