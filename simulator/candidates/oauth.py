"""The bench as an OAuth client: its key, client assertions (RFC 7523), DPoP proofs (RFC 9449) and token requests."""

import base64
import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey, import_key

from simulator.candidates.transport import Limits, NoAnswerError, Transport
from simulator.errors import CandidateError, InputError

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE_S: Final = 30
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
JSON: Final = {"Content-Type": "application/json", "Accept": "application/json"}
_CURVES: Final = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
_PATIENCE: Final = Limits(timeout_s=20.0, max_body=256 * 1024)


def private_key(variable: str, environment: Mapping[str, str]) -> ECKey | RSAKey:
    """The client's key from an environment variable (JWK, PEM, or the path of a file); raises InputError.

    What the variable holds is never repeated.
    """
    held = environment.get(variable, "").strip()
    if not held:
        raise InputError(
            f"the environment variable {variable} is not set",
            expected="the client's private key (JWK or PEM), or the path of a file with it",
            remedy=f"Set it first: export {variable}=…",
        )
    try:
        text = held if held.startswith(("{", "-----")) else Path(held).read_text(encoding="utf-8")
        key = import_key(orjson.loads(text)) if text.lstrip().startswith("{") else _from_pem(text)
    except (OSError, JoseError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"the environment variable {variable} leads to no key ({type(error).__name__})",
            expected="a private RSA or EC key as JWK or PEM, or the path of a file with one",
        ) from None
    if not isinstance(key, (ECKey, RSAKey)) or not key.is_private:
        raise InputError(f"the environment variable {variable} leads to a public key", expected="a private one")
    return key


def _from_pem(text: str) -> Any:
    return import_key(text, "EC") if "EC PRIVATE" in text else _any_of(text)


def _any_of(text: str) -> Any:
    for kind in ("RSA", "EC"):
        try:
            return import_key(text, kind)
        except (JoseError, ValueError, TypeError):
            continue
    raise ValueError("neither RSA nor EC")


class TokenClient:
    """One client of one token service."""

    def __init__(self, issuer: str, client_id: str, key: ECKey | RSAKey) -> None:
        self.issuer = issuer
        self.client_id = client_id
        self.bound = ECKey.generate_key("P-256")
        """What tokens are bound to; made for this process and kept in memory only."""
        self._key = key
        self._nonce = ""
        self._transport = Transport(_PATIENCE)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def assertion(self, audience: str) -> dict[str, str]:
        """The form fields that prove who the client is, for once."""
        now = int(time.time())
        claims: dict[str, Any] = {"iss": self.client_id, "sub": self.client_id, "aud": audience, "jti": str(uuid4())}
        algorithm = "RS384" if isinstance(self._key, RSAKey) else _CURVES[str(self._key.curve_name)]
        header = {"alg": algorithm, "typ": "JWT", "kid": self._key.kid or self._key.thumbprint()}
        claims |= {"iat": now, "exp": now + ASSERTION_LIFE_S}
        signed = jwt.encode(header, claims, self._key, algorithms=[algorithm])
        return {"client_id": self.client_id, "client_assertion_type": ASSERTION_TYPE, "client_assertion": signed}

    def proof(self, method: str, url: str, *, token: str = "", nonce: str = "") -> str:
        """A DPoP proof for one request, with the token's hash and the server's nonce when there are any."""
        claims: dict[str, Any] = {
            "jti": str(uuid4()),
            "htm": method,
            "htu": url.partition("?")[0],
            "iat": int(time.time()),
        }
        if token:
            claims["ath"] = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        if nonce:
            claims["nonce"] = nonce
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.bound.as_dict(private=False)}
        return jwt.encode(header, claims, self.bound, algorithms=["ES256"])

    def system_token(self, audience: str, scope: str, *, bound: bool) -> dict[str, Any]:
        """A token for the client itself; raises CandidateError when the service gives none."""
        url = self._metadata()["token_endpoint"]
        form = {"grant_type": "client_credentials", "scope": scope, "resource": audience}
        for _ in range(2):
            headers = {**FORM, **({"DPoP": self.proof("POST", url, nonce=self._nonce)} if bound else {})}
            status, told, nonce = self._ask("POST", url, headers, urlencode({**form, **self.assertion(url)}).encode())
            self._nonce = nonce or self._nonce
            if told.get("error") != "use_dpop_nonce":
                break
        return self._granted(url, status, told)

    def person_token(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """A token for a person from the service's test tokens; raises CandidateError when it gives none."""
        url = self._metadata().get("test_token_endpoint") or f"{self.issuer}/v2/create-test-token-with-key"
        status, told, _ = self._ask("POST", url, JSON, orjson.dumps({**self.assertion(url), **wanted}))
        return self._granted(url, status, told)

    def register(self, number: str, authorisations: list[dict[str, Any]]) -> None:
        """Enters somebody into HPR beside the service; no authorisations take every one away."""
        url = f"{self.issuer}/facts/hpr/personer/{number}"
        status, told, _ = self._ask("PUT", url, JSON, orjson.dumps({"authorisations": authorisations}))
        if status != 200:
            raise CandidateError(
                f"the register of health personnel answered {status}", where=url, remedy=str(told)[:200]
            )

    def _metadata(self) -> dict[str, Any]:
        url = f"{self.issuer}/.well-known/openid-configuration"
        status, told, _ = self._ask("GET", url, {"Accept": "application/json"}, None)
        if status != 200 or "token_endpoint" not in told:
            raise CandidateError(f"no discovery document ({status})", expected="OpenID Connect Discovery", where=url)
        return told

    def _ask(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None
    ) -> tuple[int, dict[str, Any], str]:
        try:
            answer = self._transport.exchange(method, url, headers, body)
            told = orjson.loads(answer.body)
        except NoAnswerError as error:
            raise CandidateError(f"the token service: {error}", where=url, remedy="Check that it is running.") from None
        except orjson.JSONDecodeError:
            raise CandidateError("the token service's answer is not JSON", where=url) from None
        return answer.status, told if isinstance(told, dict) else {}, answer.headers.get("dpop-nonce", "")

    def _granted(self, url: str, status: int, told: dict[str, Any]) -> dict[str, Any]:
        if status != 200 or not isinstance(told.get("access_token"), str):
            said = f"{told.get('error', '')} {told.get('error_description', '')}".strip()[:200]
            raise CandidateError(f"the token service gave no token ({status} {said})", where=url)
        return told


def write_fresh_key(folder: Path) -> tuple[Path, Path]:
    """Makes a key for one run; gives the files of the private key, readable by nobody else, and of the public set."""
    key = ECKey.generate_key("P-384", {"kid": str(uuid4()), "use": "sig"})
    private, public = folder / "client.jwk", folder / "jwks.json"
    private.touch(mode=0o600)
    private.write_bytes(orjson.dumps(key.as_dict(private=True)))
    public.write_bytes(orjson.dumps({"keys": [key.as_dict(private=False)]}))
    return private, public
