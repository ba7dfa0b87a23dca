"""Verifies DPoP proofs (RFC 9449 section 4.3): who sends a token holds its key, now, and means this request."""

import base64
import hashlib
import time
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from simulator.journal.access.challenge import PROOF_ALGORITHMS, invalid_proof, nonce_wanted
from simulator.journal.access.once import Once

VALID_S: Final = 1
SKEW_S: Final = 5
"""A proof holds for a second, and clocks may differ by five, as in HelseID's own validator."""
_KINDS: Final[dict[str, type[ECKey | RSAKey]]] = {"EC": ECKey, "RSA": RSAKey}
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_BROKEN: Final = (JoseError, ValueError, KeyError, TypeError, UnicodeError, RecursionError)
_LONGEST: Final = 4096
_MOST_KEYS: Final = 1000
"""Keys remembered by the header they came in: a client sends the same one with every proof."""


class _Registry(JWSRegistry):
    """Takes a header that holds a key; the library's own limit of 512 has no room for one of RSA."""

    max_header_length = _LONGEST


_REGISTRY: Final = _Registry(algorithms=list(PROOF_ALGORITHMS))


class Proofs:
    """Checks the proofs of requests to one journal."""

    def __init__(self, once: Once) -> None:
        self.once = once

    def check(self, proof: str, token: str, method: str, url: str) -> str:
        """The thumbprint of the proof's key (RFC 7638), when everything in the proof holds.

        Raises:
            FhirError: 401, with what does not.
        """
        key, thumbprint = _key(proof.partition(".")[0])
        try:
            claims = jwt.decode(proof, key, registry=_REGISTRY).claims
        except _BROKEN:
            raise invalid_proof("the proof's signature does not hold") from None
        _check_claims(claims, token, method, url)
        if not self.once.nonce_valid(claims.get("nonce")):
            raise nonce_wanted(self.once.nonce())
        if not self.once.first_time(f"{thumbprint}/{claims['jti']}", VALID_S + 3 * SKEW_S):
            raise invalid_proof("the proof has been used before")
        return thumbprint


@lru_cache(_MOST_KEYS)
def _key(head: str) -> tuple[ECKey | RSAKey, str]:
    """The public key in a proof's header, which nothing has been proved with yet, and its thumbprint."""
    try:
        header = (
            orjson.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))) if len(head) <= _LONGEST else None
        )
    except _BROKEN:
        header = None
    if not isinstance(header, dict) or "alg" not in header:
        raise invalid_proof("the proof is not a signed JWT with an alg")
    jwk = header.get("jwk")
    if header.get("typ") != "dpop+jwt":
        raise invalid_proof("typ of the proof must be dpop+jwt")
    if header.get("alg") not in PROOF_ALGORITHMS:
        raise invalid_proof("alg of the proof must be an asymmetric one that is offered")
    if not isinstance(jwk, dict) or str(jwk.get("kty")) not in _KINDS or _PRIVATE & jwk.keys():
        raise invalid_proof("the proof's jwk must be a public key, and nothing private")
    try:
        key = _KINDS[str(jwk["kty"])].import_key(jwk)
        return key, str(key.thumbprint())
    except _BROKEN:
        raise invalid_proof("the proof's jwk is not a key") from None


def _check_claims(claims: dict[str, Any], token: str, method: str, url: str) -> None:
    now, issued, word = time.time(), claims.get("iat"), claims.get("jti")
    if claims.get("htm") != method:
        raise invalid_proof("htm of the proof is not this request's method")
    if not _same_address(claims.get("htu"), url):
        raise invalid_proof("htu of the proof is not this request's address")
    if isinstance(issued, bool) or not isinstance(issued, (int, float)):
        raise invalid_proof("iat of the proof is missing")
    if not now - VALID_S - SKEW_S <= issued <= now + SKEW_S:
        raise invalid_proof("iat of the proof is not now")
    if claims.get("ath") != hash_of(token):
        raise invalid_proof("ath of the proof is not the hash of this token")
    if not isinstance(word, str) or not 1 <= len(word) <= 256:
        raise invalid_proof("jti of the proof is missing")


def hash_of(token: str) -> str:
    """A token's hash as ``ath`` carries it."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def _same_address(htu: Any, url: str) -> bool:
    """Whether two addresses are the same without query and fragment."""
    if not isinstance(htu, str):
        return False
    try:
        given, own = urlsplit(htu), urlsplit(url)
        same = (given.scheme.lower(), given.netloc.lower()) == (own.scheme.lower(), own.netloc.lower())
    except ValueError:
        return False
    return same and unquote(given.path).rstrip("/") == unquote(own.path).rstrip("/")
