"""Verifies access tokens (RFC 9068 as HelseID issues them): type, algorithm, signature, issuer, audience, lifetime."""

from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError

from simulator.journal.access.challenge import invalid_token
from simulator.journal.access.outside import KeySource

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
TYPES: Final = frozenset({"at+jwt", "application/at+jwt"})
LEEWAY_S: Final = 5
_BROKEN: Final = (JoseError, ValueError, KeyError, TypeError, UnicodeError, RecursionError)


class Tokens:
    """Verifies the tokens of one issuer that are meant for one audience."""

    def __init__(self, issuer: str, audience: str) -> None:
        self.source = KeySource(issuer)
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
        )

    async def verified(self, token: str, scheme: str) -> dict[str, Any]:
        """The claims of a token.

        Raises:
            FhirError: 401, it does not hold; 503, its issuer's keys cannot be had.
        """
        try:
            header = jws.extract_compact(token.encode("ascii")).headers()
        except _BROKEN:
            raise invalid_token("the access token is not a signed JWT", scheme=scheme) from None
        if str(header.get("typ", "")).lower() not in TYPES or header.get("alg") not in ALGORITHMS:
            raise invalid_token("the access token is of another typ or alg than is taken", scheme=scheme)
        keys = await self.source.keys(str(header.get("kid")))
        try:
            claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
        except _BROKEN:
            raise invalid_token("the access token's signature does not hold", scheme=scheme) from None
        self.check(claims, scheme)
        return dict(claims)

    def check(self, claims: dict[str, Any], scheme: str) -> None:
        """Raises a 401 unless issuer, audience and lifetime are right at this moment."""
        try:
            self._claims.validate(claims)
        except ExpiredTokenError:
            raise invalid_token("the access token has expired", scheme=scheme) from None
        except _BROKEN as error:
            name = getattr(error, "claim", "") or "a claim"
            raise invalid_token(f"{name} of the access token is wrong or missing", scheme=scheme) from None
