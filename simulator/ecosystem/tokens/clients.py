"""The clients that are registered, and how one proves who it is: private_key_jwt (RFC 7523, SMART Backend Services)."""

import base64
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from simulator.ecosystem.tokens.refusals import RefusedError
from simulator.ecosystem.tokens.seen import Seen
from simulator.ecosystem.tokens.vocabulary import (
    ASSERTION_ALGORITHMS,
    ASSERTION_TYPE,
    CLOCK_SKEW_S,
    LONGEST_ASSERTION_S,
)
from simulator.errors import InputError


@dataclass(frozen=True, slots=True)
class Client:
    """A confidential client: who it is, and the public keys it proves it with."""

    name: str
    keys: KeySet


def read_client(text: str) -> Client:
    """A client from ``ID=FILE``, the file a public JWK set; raises InputError saying what is wrong."""
    name, mark, file = text.partition("=")
    if not (name and mark and file):
        raise InputError(f"the client '{text}'", expected="ID=FILE, the file a JSON Web Key Set of public keys")
    try:
        found = orjson.loads(Path(file).read_bytes())
        keys = KeySet.import_key_set(found)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", expected="a JSON Web Key Set", where=file) from None
    except (orjson.JSONDecodeError, JoseError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"not a key set ({type(error).__name__})", expected="RFC 7517", where=file) from None
    if any(key.is_private for key in keys.keys):
        raise InputError("a private key among the public ones", expected="public keys only", where=file)
    return Client(name, keys)


class Clients:
    """Knows the registered clients; ``audiences`` are the addresses an assertion may be meant for."""

    def __init__(self, clients: list[Client], audiences: set[str]) -> None:
        self._clients = {client.name: client for client in clients}
        self._audiences = audiences
        self._seen = Seen()

    def authenticated(self, form: dict[str, Any]) -> Client:
        """The client whose assertion stands in the form; raises RefusedError (``invalid_client``)."""
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise _invalid(f"client_assertion_type must be {ASSERTION_TYPE}")
        assertion = str(form.get("client_assertion") or "")
        claims, client = self._decoded(assertion)
        if form.get("client_id") not in {None, "", client.name}:
            raise _invalid("client_id is not the issuer of the assertion")
        now = time.time()
        expires, words = claims.get("exp"), claims.get("jti")
        aud = claims.get("aud")
        named = aud if isinstance(aud, list) else [aud]
        if not any(isinstance(one, str) and one in self._audiences for one in named):
            raise _invalid("the assertion's aud is not this token service")
        if (
            not isinstance(expires, int | float)
            or not now - CLOCK_SKEW_S < expires <= now + LONGEST_ASSERTION_S + CLOCK_SKEW_S
        ):
            raise _invalid("the assertion has expired, or lives longer than five minutes")
        if not isinstance(words, str) or not self._seen.first_time(f"{client.name}/{words}", expires + CLOCK_SKEW_S):
            raise _invalid("the assertion has no jti, or has been used before")
        return client

    def _decoded(self, assertion: str) -> tuple[dict[str, Any], Client]:
        found: list[Client] = []

        def key_of(_: Any) -> KeySet:
            client = self._clients.get(_issuer(assertion))
            if client is None:
                raise _invalid("the client is not registered")
            found.append(client)
            return client.keys

        try:
            token = jwt.decode(assertion, key_of, algorithms=list(ASSERTION_ALGORITHMS))
        except (JoseError, ValueError, KeyError, TypeError, UnicodeError) as error:
            raise _invalid(f"the assertion cannot be verified ({type(error).__name__})") from None
        client = found[0]
        if token.claims.get("sub") != client.name or token.claims.get("iss") != client.name:
            raise _invalid("iss and sub of the assertion must both be the client's id")
        return dict(token.claims), client


def _issuer(assertion: str) -> str:
    """Who the assertion says it is from; trusted for nothing but the choice of the keys it is verified with."""
    payload = assertion.split(".")[1]
    claims = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return str(claims.get("iss")) if isinstance(claims, dict) else ""


def _invalid(words: str) -> RefusedError:
    return RefusedError("invalid_client", words, 401)
