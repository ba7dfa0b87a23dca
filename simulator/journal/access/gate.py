"""The gate: from a request's Authorization field to the caller, and whether his scopes cover the interaction."""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from cachetools import TLRUCache

from simulator.journal.access.attest import Attest
from simulator.journal.access.caller import Caller, caller_of
from simulator.journal.access.challenge import (
    insufficient_scope,
    invalid_attest,
    invalid_proof,
    invalid_token,
    no_access,
    unknown_caller,
)
from simulator.journal.access.once import Once
from simulator.journal.access.outside import HealthPersonnel
from simulator.journal.access.prescribing import scope_of
from simulator.journal.access.proof import Proofs
from simulator.journal.access.scopes import FREE, LETTERS
from simulator.journal.access.token import Tokens
from simulator.journal.http import Call
from simulator.journal.settings import Settings

Fields = Iterable[tuple[bytes, bytes]]
MOST_TOKENS: Final = 20_000
CRITERIA_SEARCH: Final = frozenset({"update", "patch", "delete"})


def _expiry(_mark: bytes, claims: dict[str, Any], _now: float) -> float:
    """When a token expires, in seconds since 1970."""
    return float(claims["exp"])


class Gate:
    """Lets callers in, or refuses them; made only when the journal is secured."""

    def __init__(self, settings: Settings) -> None:
        guard = settings.guard
        assert guard is not None
        self.tokens = Tokens(guard.issuer, guard.audience or settings.base_url)
        self.once = Once(settings.data)
        self.proofs = Proofs(self.once)
        self.personnel = HealthPersonnel(guard.hpr or guard.issuer, guard.hpr_age)
        self._verified: TLRUCache[bytes, dict[str, Any]] = TLRUCache(MOST_TOKENS, _expiry, timer=time.time)

    async def admit(self, fields: Fields, method: str, url: str) -> Caller:
        """Who sends a request of this method to this address.

        Raises:
            FhirError: 401 or 403, with the challenge that says why; 503 when a party that must be asked is silent.
        """
        scheme, token, proofs = _credentials(fields)
        mark = hashlib.sha256(token.encode()).digest()
        claims = await self._claims(token, scheme, mark)
        jkt = (claims.get("cnf") or {}).get("jkt")
        if scheme == "DPoP":
            if len(proofs) != 1:
                raise invalid_proof("exactly one DPoP field must come with the token")
            if self.proofs.check(proofs[0], token, method, url) != jkt:
                raise invalid_token("the token is bound to another key than the proof's")
        elif jkt or proofs:
            raise invalid_token("a token bound to a key must come with the DPoP scheme and a proof")
        return await self._authorised(caller_of(claims, scheme, mark))

    async def _claims(self, token: str, scheme: str, key: bytes) -> dict[str, Any]:
        """The token's claims; a signature is verified once and believed until the token expires."""
        claims = self._verified.get(key)
        if claims is None:
            claims = self._verified[key] = await self.tokens.verified(token, scheme)
        return claims

    async def _authorised(self, caller: Caller) -> Caller:
        """The caller with what HPR lets him prescribe; a professional must stand there at this moment (ATT-29, 31, 32).

        Whoever has lost the authorisation loses access at once.
        """
        if not caller.hpr:
            if caller.attest and (caller.role == "professional" or caller.attest.profession):
                raise invalid_attest("health personnel are known by their HPR number (ATT-29)")
            return caller
        professions = await self.personnel.professions(caller.hpr)
        if not professions:
            raise no_access("the HPR number has no valid authorisation")
        attest: Attest | None = caller.attest
        if attest and attest.profession and attest.profession not in professions:
            raise invalid_attest("the authorization in the attest is not valid in HPR (ATT-31)")
        return replace(caller, prescribes=scope_of(await self.personnel.authorisations(caller.hpr)))

    def permit(self, call: Call) -> None:
        """Raises a 403 unless the caller's scopes cover the interaction, its criteria included."""
        caller, letter = call.caller, LETTERS.get(call.interaction)
        if caller is None or call.interaction in FREE:
            return
        if letter is None:
            raise no_access(f"no scope covers {call.interaction}")
        wanted = [letter]
        if "if-none-exist" in call.headers or (call.interaction in CRITERIA_SEARCH and call.identity is None):
            wanted.append("s")
        for one in wanted:
            if not caller.scopes.allow(call.kind, one):
                raise insufficient_scope(caller.scopes.wanted(call.kind, one), scheme=caller.scheme)

    def close(self) -> None:
        """Closes what remembers used proofs."""
        self.once.close()


def _credentials(fields: Fields) -> tuple[str, str, list[str]]:
    """Scheme, token and proofs of a request."""
    found = [value.decode("latin-1") for name, value in fields if name == b"authorization"]
    proofs = [value.decode("latin-1") for name, value in fields if name == b"dpop"]
    if len(found) != 1:
        raise unknown_caller("this journal must know who asks: send one Authorization field with an access token")
    scheme, _, token = found[0].partition(" ")
    known = {"dpop": "DPoP", "bearer": "Bearer"}.get(scheme.lower())
    if known is None or not token.strip():
        raise unknown_caller("the Authorization field is neither 'DPoP <token>' nor 'Bearer <token>'")
    return known, token.strip(), proofs
