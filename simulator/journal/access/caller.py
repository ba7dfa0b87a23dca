"""The caller as the journal knows him once his token has been verified."""

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

from simulator.journal.access import scopes, words
from simulator.journal.access.attest import Attest, read_attest
from simulator.journal.access.challenge import invalid_attest, invalid_token

Role = Literal["system", "professional", "case-officer", "citizen", "operator", "data-protection"]
OPERATOR = "journal/operate"
DATA_PROTECTION = "journal/data-protection"
CONTEXTS: dict[str, str] = {"system": "system", "citizen": "patient", "operator": "user"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    Attributes:
        role: A system alone, a professional, a case officer (purpose COC), a citizen, an operator, or the
            data-protection officer (personvernombud).
        client: The client's id.
        pid: The person's number; empty for a system.
        name: The person's name.
        hpr: The HPR number; empty when the person has none.
        attest: What the employer vouches for; None when the token carries no attest.
        scopes: What the token allows.
        scheme: ``DPoP`` or ``Bearer``, as the token was presented.
        mark: What tells this token from others, and gives nothing of it away.
        prescribes: The beginnings of the ATC codes that he may prescribe, by HPR at this moment.
    """

    role: Role
    client: str
    pid: str
    name: str
    hpr: str
    attest: Attest | None
    scopes: scopes.Scopes
    scheme: str
    mark: bytes = b""
    prescribes: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The same for the same person, purpose and patient: what a page cursor belongs to."""
        attest = self.attest
        about = f"{attest.patient}/{attest.purpose}/{attest.point_of_care}" if attest else ""
        return hashlib.sha256(f"{self.role}/{self.client}/{self.pid}/{about}".encode()).hexdigest()[:16]

    def account(self) -> dict[str, Any]:
        """Who this is, for the audit trail; a person number only of somebody who has no HPR number."""
        told: dict[str, Any] = {"role": self.role, "client": self.client, "name": self.name, "hpr": self.hpr}
        if self.pid and not self.hpr:
            told["pid"] = self.pid
        if self.attest:
            a = self.attest
            told |= {"profession": a.profession, "entity": a.legal_entity, "entityName": a.legal_name}
            told |= {"place": a.point_of_care, "department": a.department, "purpose": a.purpose, "service": a.service}
            told |= {"decision": a.decision, "reason": a.reason, "selected": a.user_selected, "toa": a.toa}
        return {name: value for name, value in told.items() if value not in {"", None}}


def caller_of(claims: dict[str, Any], scheme: str, mark: bytes = b"") -> Caller:
    """The caller that verified claims speak of.

    Raises:
        FhirError: 403, its attest breaks a rule; 401, it is too old, or the person is not securely signed in.
    """
    pid, hpr = str(claims.get(words.PID) or ""), str(claims.get(words.HPR_NUMBER) or "")
    attest = read_attest(claims.get("authorization_details"))
    scope = str(claims.get("scope") or "")
    role = _role(pid, hpr, attest, scope)
    if pid and str(claims.get(words.SECURITY_LEVEL)) != "4":
        raise invalid_token("people must be signed in at security level 4 (ATT-9)")
    if attest:
        _same_person(attest, pid, hpr)
    return Caller(
        role=role,
        client=str(claims.get("client_id") or ""),
        pid=pid,
        name=str(claims.get("name") or ""),
        hpr=hpr,
        attest=attest,
        scopes=scopes.parse(scope, CONTEXTS.get(role, "user")),
        scheme=scheme,
        mark=mark,
    )


def _role(pid: str, hpr: str, attest: Attest | None, scope: str) -> Role:
    if attest:
        return "case-officer" if attest.purpose == "COC" else "professional"
    if not pid:
        return "system"
    if OPERATOR in scope.split():
        return "operator"
    if DATA_PROTECTION in scope.split():
        return "data-protection"
    return "professional" if hpr else "citizen"


def _same_person(attest: Attest, pid: str, hpr: str) -> None:
    if attest.practitioner != pid:
        raise invalid_attest("the attest is about another person than the one signed in (ATT-11)")
    if attest.hpr != hpr:
        raise invalid_attest("hpr_nr must be the person's own HPR number, and be there when he has one (ATT-29)")
