"""The token service's endpoints: discovery, the token endpoint, and test tokens (HelseID's TTT)."""

from typing import Any, Final
from urllib.parse import parse_qsl

from joserfc.jwk import ECKey
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.ecosystem.tokens import vocabulary as words
from simulator.ecosystem.tokens.claims import TOKEN_FAULTS, Subject, TokenFault, claims_of, spoiled
from simulator.ecosystem.tokens.clients import Client, Clients
from simulator.ecosystem.tokens.keys import SigningKeys
from simulator.ecosystem.tokens.proofs import PROOF_FAULTS, ProofFault, Proofs, make_proof
from simulator.ecosystem.tokens.refusals import RefusedError
from simulator.ecosystem.tokens.seen import Nonces

GRANT_PATH: Final = "/connect/token"
TRIAL_PATH: Final = "/v2/create-test-token-with-key"
_ASSERTION: Final = ("client_assertion", "client_assertion_type", "client_id")


class TestToken(BaseModel):
    """What a test token shall be: whose, bound to which key, with which fault, and with which proof beside it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    __test__ = False

    client_id: str = ""
    client_assertion: str
    client_assertion_type: str
    subject: Subject
    dpop_jkt: str = ""
    """Thumbprint of the caller's own key; empty when the service makes the proof, or the token is a bearer token."""
    token_fault: TokenFault | None = None
    proof: dict[str, str] | None = None
    """``htm``, ``htu`` and ``nonce`` of a proof to be made with a key of the service's own."""
    proof_fault: ProofFault | None = None


def _scope_asked_for(form: dict[str, str]) -> str:
    """The scope of a client that acts alone; raises RefusedError."""
    if form.get("grant_type") != "client_credentials":
        raise RefusedError("unsupported_grant_type", "only client_credentials is served")
    scope = form.get("scope", "")
    if not scope or not all(word.startswith("system/") for word in scope.split()):
        raise RefusedError("invalid_scope", "a client alone has scopes of the form system/Type.cruds")
    return scope


class TokenService:
    """Mints tokens for clients that prove who they are.

    Args:
        issuer: Its own address, without a slash at the end.
        clients: Who is registered.
        audience: For whom a client's token is that names no ``resource``, as SMART Backend Services do not.
    """

    def __init__(self, issuer: str, clients: list[Client], audience: str = "") -> None:
        self.issuer = issuer
        self.audience = audience
        self.keys = SigningKeys.make()
        audiences = {issuer, issuer + GRANT_PATH, issuer + TRIAL_PATH}
        self.clients = Clients(clients, audiences)
        self.proofs = Proofs(Nonces())

    def routes(self) -> list[Route]:
        """Where it answers."""
        return [
            Route("/.well-known/openid-configuration", self._openid),
            Route("/.well-known/smart-configuration", self._smart),
            Route("/.well-known/openid-configuration/jwks", self._jwks),
            Route(GRANT_PATH, self._token, methods=["POST"]),
            Route(TRIAL_PATH, self._test_token, methods=["POST"]),
        ]

    async def _openid(self, _: Request) -> Response:
        """OpenID Connect Discovery, as HelseID has it."""
        return JSONResponse(
            {
                **self._metadata(),
                "dpop_signing_alg_values_supported": list(words.PROOF_ALGORITHMS),
                "authorization_details_types_supported": ["nhn:tillitsrammeverk:parameters", "helseid_authorization"],
                "test_token_endpoint": self.issuer + TRIAL_PATH,
            }
        )

    async def _smart(self, _: Request) -> Response:
        """SMART App Launch 2.2: what a backend service needs."""
        signing = {"token_endpoint_auth_signing_alg_values_supported": list(words.BACKEND_ALGORITHMS)}
        return JSONResponse(
            {**self._metadata(), **signing, "capabilities": ["client-confidential-asymmetric", "permission-v2"]}
        )

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}/.well-known/openid-configuration/jwks",
            "token_endpoint": self.issuer + GRANT_PATH,
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": list(words.ASSERTION_ALGORITHMS),
            "grant_types_supported": ["client_credentials"],
            "scopes_supported": ["system/*.cruds", "user/*.cruds", "patient/*.rs"],
        }

    async def _jwks(self, _: Request) -> Response:
        return JSONResponse(self.keys.jwks())

    async def _token(self, request: Request) -> Response:
        """client_credentials: a token for the client itself, bound by DPoP when a proof comes along."""
        try:
            form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
            client = self.clients.authenticated(form)
            scope = _scope_asked_for(form)
            jkt = self._bound(request)
            subject = Subject(audience=form.get("resource") or self.audience, scope=scope)
        except RefusedError as refusal:
            return refusal.answer()
        return self._granted(
            self.keys.sign(claims_of(self.issuer, client.name, subject, jkt=jkt)), scope, bound=bool(jkt)
        )

    def _bound(self, request: Request) -> str:
        proofs = request.headers.getlist("dpop")
        if not proofs:
            return ""
        if len(proofs) > 1:
            raise RefusedError("invalid_dpop_proof", "exactly one DPoP header is taken")
        return self.proofs.thumbprint(proofs[0], "POST", self.issuer + GRANT_PATH)

    def _granted(self, token: str, scope: str, *, bound: bool) -> Response:
        body = {
            "access_token": token,
            "token_type": "DPoP" if bound else "Bearer",
            "expires_in": words.TOKEN_LIFE_S,
            "scope": scope,
        }
        return JSONResponse(body, headers={"Cache-Control": "no-store", **self.proofs.nonce_header()})

    async def _test_token(self, request: Request) -> Response:
        """A token for anybody, as HelseID's test token service gives: right, or wrong in exactly the way asked for."""
        try:
            wanted = TestToken.model_validate_json(await request.body())
            client = self.clients.authenticated({name: getattr(wanted, name) for name in _ASSERTION})
        except ValidationError as error:
            first = error.errors()[0]
            known = f"token faults are {', '.join(TOKEN_FAULTS)}; proof faults are {', '.join(PROOF_FAULTS)}"
            place = ".".join(map(str, first["loc"]))
            return RefusedError("invalid_request", f"{place}: {first['msg']}; {known}").answer()
        except RefusedError as refusal:
            return refusal.answer()
        return JSONResponse(self._made(wanted, client.name), headers={"Cache-Control": "no-store"})

    def _made(self, wanted: TestToken, client: str) -> dict[str, Any]:
        own = ECKey.generate_key("P-256") if wanted.proof is not None else None
        jkt = own.thumbprint() if own else wanted.dpop_jkt
        claims = claims_of(self.issuer, client, wanted.subject, jkt=jkt)
        fault = wanted.token_fault or ""
        token = self.keys.sign(spoiled(claims, fault), invalid=fault == "InvalidSigningKey")
        answer: dict[str, Any] = {
            "access_token": token,
            "token_type": "DPoP" if jkt else "Bearer",
            "expires_in": words.TOKEN_LIFE_S,
        }
        if own and wanted.proof is not None:
            answer["dpop_proof"] = make_proof(own, {"token": token, **wanted.proof}, wanted.proof_fault or "")
        return answer
