"""The token service's own keys: one it publishes, and one it does not, for tokens that must be refused."""

from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from simulator.ecosystem.tokens.vocabulary import SIGNING


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """What tokens are signed with; made anew at each start and kept in memory only."""

    published: ECKey
    unpublished: ECKey

    @classmethod
    def make(cls) -> "SigningKeys":
        """Fresh keys; both carry the published one's ``kid``, so that only the signature tells them apart."""
        published = ECKey.generate_key("P-256", {"use": "sig", "alg": SIGNING})
        kid = published.thumbprint()
        first = ECKey.import_key({**published.as_dict(private=True), "kid": kid})
        second = ECKey.generate_key("P-256", {"use": "sig", "alg": SIGNING, "kid": kid})
        return cls(first, second)

    def jwks(self) -> dict[str, Any]:
        """The public key set (RFC 7517)."""
        return {"keys": [{**self.published.as_dict(private=False), "alg": SIGNING, "use": "sig"}]}

    def sign(self, claims: dict[str, Any], *, invalid: bool = False) -> str:
        """An access token (RFC 9068); ``invalid`` signs with the key that nobody has been told of."""
        key = self.unpublished if invalid else self.published
        header = {"alg": SIGNING, "typ": "at+jwt", "kid": self.published.kid}
        return jwt.encode(header, claims, key, algorithms=[SIGNING])
