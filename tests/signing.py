"""A client of the token service as tests need it: keys, assertions, proofs, tokens for anybody, wrong ones too."""

import base64
import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import requests
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
Json = dict[str, Any]


@dataclass
class Signer:
    """A registered client: its address book, its own key, and the key its tokens are bound to."""

    issuer: str
    name: str
    key: ECKey
    rsa: RSAKey
    bound: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    session: requests.Session = field(default_factory=requests.Session)

    def assertion(self, path: str = "/connect/token", key: ECKey | None = None, **claims: Any) -> str:
        """A client assertion, with some claims otherwise than they should be (None leaves one out)."""
        now = int(time.time())
        right = {
            "iss": self.name,
            "sub": self.name,
            "aud": self.issuer + path,
            "iat": now,
            "exp": now + 30,
            "jti": str(uuid4()),
        }
        told = {name: value for name, value in (right | claims).items() if value is not None}
        return jwt.encode({"alg": "ES384", "kid": self.key.kid}, told, key or self.key, algorithms=["ES384"])

    def rsa_assertion(self) -> str:
        """A client assertion by RS384."""
        claims = {"iss": self.name, "sub": self.name, "aud": f"{self.issuer}/connect/token", "jti": str(uuid4())}
        header = {"alg": "RS384", "kid": self.rsa.kid}
        return jwt.encode(header, claims | {"exp": int(time.time()) + 30}, self.rsa, algorithms=["RS384"])

    def ask(self, assertion: str, *, proof: str = "", **form: str) -> requests.Response:
        """A token request of the client itself."""
        body = {
            "grant_type": "client_credentials",
            "scope": "system/*.cruds",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        headers = {"DPoP": proof} if proof else {}
        return self.session.post(f"{self.issuer}/connect/token", data=body | form, headers=headers, timeout=10)

    def test_token(self, subject: Json, **more: Any) -> requests.Response:
        """A token for somebody, as the test token service gives."""
        body = {
            "client_assertion": self.assertion("/v2/create-test-token-with-key"),
            "client_assertion_type": ASSERTION_TYPE,
            "subject": subject,
        }
        return self.session.post(f"{self.issuer}/v2/create-test-token-with-key", json=body | more, timeout=10)

    def token(self, subject: Json) -> str:
        """A token for somebody, bound to this client's key."""
        answer = self.test_token(subject, dpop_jkt=self.bound.thumbprint())
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def proof(self, method: str, url: str, *, token: str = "", nonce: str = "", **claims: Any) -> str:
        """A DPoP proof."""
        told: Json = {"jti": str(uuid4()), "htm": method, "htu": url, "iat": int(time.time())}
        if token:
            told["ath"] = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        if nonce:
            told["nonce"] = nonce
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.bound.as_dict(private=False)}
        return jwt.encode(header, told | claims, self.bound, algorithms=["ES256"])

    def authorise(self, number: str, *professions: str) -> None:
        """Enters somebody into HPR with these professions; none takes all away."""
        rows = [{"profession": code, "valid": True} for code in professions]
        answer = self.session.put(
            f"{self.issuer}/facts/hpr/personer/{number}", json={"authorisations": rows}, timeout=10
        )
        assert answer.status_code == 200, answer.text


@contextmanager
def start_neighbours(folder: Path, *options: str) -> Iterator[Signer]:
    """Neighbours on a free port with one registered client."""
    key = ECKey.generate_key("P-384", {"kid": "bench", "use": "sig"})
    keys = folder / "jwks.json"
    rsa = RSAKey.generate_key(2048, {"use": "sig"})
    rsa = RSAKey.import_key({**rsa.as_dict(private=True), "kid": rsa.thumbprint()})
    keys.write_bytes(orjson.dumps(KeySet([key, rsa]).as_dict(private=False)))
    command = [sys.executable, "-m", "simulator.ecosystem", "--port", "0", "--client", f"bench={keys}", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("neighbours ready at "), line
        signer = Signer(line.removeprefix("neighbours ready at ").strip(), "bench", key, rsa)
        yield signer
        signer.session.close()
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()
