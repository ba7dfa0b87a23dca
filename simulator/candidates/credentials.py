"""What each request carries to say who calls: nothing, a bearer token, or a token of a token service with its proof."""

import os
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from simulator.candidates.attests import subject_of
from simulator.candidates.authentication import authorization, token_of
from simulator.candidates.issuer import issuer_of
from simulator.candidates.lifetime import Running
from simulator.candidates.oauth import TokenClient, private_key
from simulator.candidates.transport import Answer
from simulator.domain.caller import Caller
from simulator.domain.candidate import Tokens

SYSTEM: Final = Caller()
RENEW_BEFORE_S: Final = 30


class Credentials(Protocol):
    """How a candidate is told who is calling."""

    def headers(self, method: str, url: str, caller: Caller) -> dict[str, str]:
        """The header fields of one request; raises CandidateError when no token is to be had."""

    def again(self, answer: Answer) -> bool:
        """Learns from an answer; True when the same request shall be sent once more (a nonce was asked for)."""

    def secrets(self) -> Iterable[str]:
        """What may not be written down."""

    def close(self) -> None:
        """Lets go of connections."""


class Plain:
    """Nothing, or one bearer token for all."""

    def __init__(self, token: str) -> None:
        self._token = token

    def headers(self, _method: str, _url: str, _caller: Caller) -> dict[str, str]:
        """The token, whoever calls."""
        return authorization(self._token)

    def again(self, _answer: Answer) -> bool:
        """Never."""
        return False

    def secrets(self) -> Iterable[str]:
        """The token."""
        return [self._token] if self._token else []

    def close(self) -> None:
        """There is nothing to let go of."""


@dataclass(frozen=True, slots=True)
class _Held:
    token: str
    until: float
    proof: str = ""


class Renewed:
    """Tokens of a token service, obtained when first needed and renewed before they expire; safe among threads."""

    def __init__(self, client: TokenClient, tokens: Tokens, audience: str, *, bound: bool) -> None:
        self._client = client
        self._tokens = tokens
        self._audience = audience
        self._bound = bound
        self._held: dict[Caller, _Held] = {}
        self._nonce = ""
        self._lock = threading.Lock()

    def headers(self, method: str, url: str, caller: Caller) -> dict[str, str]:
        """Authorization, and the proof that goes with a bound token."""
        if caller.token_fault or caller.proof_fault:
            return self._wrong(method, url, caller)
        token = self._token(caller)
        if not self._bound:
            return authorization(token)
        proof = self._client.proof(method, url, token=token, nonce=self._nonce)
        return {"Authorization": f"DPoP {token}", "DPoP": proof}

    def again(self, answer: Answer) -> bool:
        """Keeps the candidate's nonce; True when that was what the request lacked."""
        nonce = answer.headers.get("dpop-nonce", "")
        known, self._nonce = self._nonce, nonce or self._nonce
        asked = answer.status == 401 and "use_dpop_nonce" in answer.headers.get("www-authenticate", "")
        return asked and self._nonce != known

    def secrets(self) -> Iterable[str]:
        """Every token obtained and not yet expired."""
        with self._lock:
            return [held.token for held in self._held.values()]

    def close(self) -> None:
        """Lets go of the connections to the token service."""
        self._client.close()

    def _token(self, caller: Caller) -> str:
        with self._lock:
            held = self._held.get(caller)
            if held is None or held.until - RENEW_BEFORE_S < time.monotonic():
                held = self._held[caller] = self._obtained(caller)
            return held.token

    def _obtained(self, caller: Caller) -> _Held:
        if caller.person_number:
            wanted = {"subject": subject_of(caller, self._audience), "dpop_jkt": self._client.bound.thumbprint()}
            told = self._client.person_token(wanted)
        else:
            scope = self._tokens.scope if caller == SYSTEM else caller.scope
            told = self._client.system_token(self._audience, scope, bound=self._bound)
        return _Held(told["access_token"], time.monotonic() + float(told.get("expires_in", 60)))

    def _wrong(self, method: str, url: str, caller: Caller) -> dict[str, str]:
        """A token and a proof that the test token service made wrong as asked, for this request only."""
        subject = subject_of(caller, self._audience)
        if not caller.person_number:
            del subject["person"]
        wanted = {"subject": subject, "proof": {"htm": method, "htu": url.partition("?")[0], "nonce": self._nonce}}
        faults = {"token_fault": caller.token_fault, "proof_fault": caller.proof_fault}
        told = self._client.person_token({**wanted, **{name: fault for name, fault in faults.items() if fault}})
        with self._lock:
            self._held[replace(caller, name=str(time.monotonic()))] = _Held(told["access_token"], 0)
        return {"Authorization": f"DPoP {told['access_token']}", "DPoP": told["dpop_proof"]}


def credentials_for(running: Running) -> Credentials:
    """How to tell a candidate who calls; raises InputError when a variable is not set."""
    candidate = running.candidate
    tokens = candidate.tokens
    if tokens is None:
        return Plain(token_of(candidate))
    audience = tokens.audience or running.base_url
    return Renewed(client_of(running, tokens), tokens, audience, bound=candidate.auth == "helseid")


def client_of(running: Running, tokens: Tokens) -> TokenClient:
    """The bench's client at the candidate's token service, by the variables of the run or of this process."""
    environment = {**os.environ, **running.environment}
    key = private_key(tokens.key_variable, environment)
    return TokenClient(issuer_of(tokens, environment), tokens.client_id, key)


class Personnel:
    """The register of health personnel beside a test token service, which the bench may write in."""

    def __init__(self, running: Running) -> None:
        assert running.candidate.tokens is not None
        self._client = client_of(running, running.candidate.tokens)

    def authorise(self, hpr: str, *professions: str, right: str | None = None) -> None:
        """Enters somebody with these professions (Volven 9060); none takes every authorisation away.

        ``right`` is the right to prescribe: ``full``, ``limited``, empty for none; None for the usual one.
        """
        rows: list[dict[str, Any]] = [{"profession": code, "valid": True} for code in professions]
        told = {} if right is None else {"requisition_rights": [right] if right else []}
        self._client.register(hpr, [row | told for row in rows])

    def close(self) -> None:
        """Lets go of the connection."""
        self._client.close()
