"""DPoP proofs (RFC 9449): checked at the token endpoint, and made for test tokens, wrong ones too."""

import base64
import hashlib
import time
from typing import Any, Final, Literal, get_args
from uuid import uuid4

import orjson
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, import_key

from simulator.ecosystem.tokens.refusals import RefusedError
from simulator.ecosystem.tokens.seen import Nonces, Seen
from simulator.ecosystem.tokens.vocabulary import CLOCK_SKEW_S, PROOF_ALGORITHMS

ProofFault = Literal[
    "DontSetHtu",
    "DontSetHtm",
    "IatPast",
    "IatFuture",
    "DontSetAth",
    "DontSetAlgHeader",
    "DontSetJwk",
    "DontSetJti",
    "SymmetricAlg",
    "PrivateKeyInJwk",
    "InvalidTyp",
    "InvalidSignature",
]
PROOF_FAULTS: Final[tuple[str, ...]] = get_args(ProofFault)
"""The twelve wrong proofs of HelseID's test token service (TTT), by its names."""
_FAR_S: Final = 3600
_OLDEST_S: Final = 60


class Proofs:
    """Checks the proofs that come with token requests: key, method, address, age, nonce, never twice."""

    def __init__(self, nonces: Nonces) -> None:
        self._nonces = nonces
        self._seen = Seen()

    def thumbprint(self, proof: str, method: str, url: str) -> str:
        """The thumbprint of the proof's key (RFC 7638); raises RefusedError."""
        try:
            header = jws.extract_compact(proof.encode()).headers()
            jwk = header.get("jwk")
            if header.get("typ") != "dpop+jwt" or not isinstance(jwk, dict) or jwk.get("kty") not in {"EC", "RSA"}:
                raise _invalid("typ must be dpop+jwt and jwk a public key")
            key = import_key(jwk)
            if key.is_private:
                raise _invalid("the jwk holds a private key")
            claims = jwt.decode(proof, key, algorithms=list(PROOF_ALGORITHMS)).claims
        except (JoseError, ValueError, KeyError, TypeError, UnicodeError) as error:
            raise _invalid(f"the proof cannot be verified ({type(error).__name__})") from None
        now, issued, word = time.time(), claims.get("iat"), claims.get("jti")
        if claims.get("htm") != method or claims.get("htu") != url:
            raise _invalid("htm and htu must be the method and address of this request")
        if not isinstance(issued, int | float) or not now - _OLDEST_S <= issued <= now + CLOCK_SKEW_S:
            raise _invalid("iat is not now")
        if not self._nonces.valid(claims.get("nonce")):
            raise RefusedError("use_dpop_nonce", "the proof needs this service's nonce", 400, self.nonce_header())
        if not isinstance(word, str) or not self._seen.first_time(word, now + 2 * _OLDEST_S):
            raise _invalid("the proof has no jti, or has been used before")
        return str(key.thumbprint())

    def nonce_header(self) -> dict[str, str]:
        """The header that hands out the nonce."""
        return {"DPoP-Nonce": self._nonces.current()}


def _invalid(words: str) -> RefusedError:
    return RefusedError("invalid_dpop_proof", words)


def make_proof(key: ECKey, wanted: dict[str, str], fault: str = "") -> str:
    """A proof for ``wanted`` (``htm``, ``htu``, ``token``, ``nonce``), with exactly the fault asked for."""
    header: dict[str, Any] = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=fault == "PrivateKeyInJwk")}
    claims: dict[str, Any] = {"jti": str(uuid4()), "htm": wanted["htm"], "htu": wanted["htu"], "iat": int(time.time())}
    claims["ath"] = _hash(wanted["token"])
    if wanted.get("nonce"):
        claims["nonce"] = wanted["nonce"]
    signer: Any = key
    match fault:
        case "DontSetHtu" | "DontSetHtm" | "DontSetAth" | "DontSetJti":
            del claims[fault.removeprefix("DontSet").lower()]
        case "IatPast" | "IatFuture":
            claims["iat"] += _FAR_S if fault == "IatFuture" else -_FAR_S
        case "DontSetAlgHeader":
            del header["alg"]
        case "DontSetJwk":
            del header["jwk"]
        case "InvalidTyp":
            header["typ"] = "jwt"
        case "InvalidSignature":
            signer = ECKey.generate_key("P-256")
        case "SymmetricAlg":
            header["alg"] = "HS256"
            signer = _symmetric(key)
    return _signed(header, claims, signer)


def _hash(token: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def _symmetric(key: ECKey) -> Any:
    """A part of the public key taken for a shared secret: what a server that trusts ``alg`` might verify with."""
    return import_key({"kty": "oct", "k": key.as_dict(private=False)["x"]})


def _signed(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    """A compact JWS, also of headers that a library rightly refuses to write (no ``alg``)."""
    algorithm = jws.JWSRegistry.algorithms[header.get("alg", "ES256")]
    parts = [base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=") for part in (header, claims)]
    signature = algorithm.sign(b".".join(parts), key)
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()
