"""What an access token says: who calls, for which organisation, at which level, with which attest."""

import time
from typing import Annotated, Any, Final, Literal, get_args
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from simulator.ecosystem.tokens import vocabulary as words

TokenFault = Literal["InvalidSigningKey", "InvalidIssuer", "InvalidAudience", "Expired"]
TOKEN_FAULTS: Final[tuple[str, ...]] = get_args(TokenFault)
"""The four wrong tokens of HelseID's test token service (TTT)."""
_LONG_AGO_S: Final = 3600


class Person(BaseModel):
    """Who is signed in, as ID-porten and HPR would tell; ``pid`` is a synthetic person number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pid: Annotated[str, Field(pattern=r"^\d{11}$")]
    name: str = ""
    hpr_number: str = ""
    security_level: Literal["3", "4"] = "4"


class Subject(BaseModel):
    """Everything a token is about besides its times and its key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    audience: str
    scope: str
    person: Person | None = None
    orgnr_parent: str = ""
    orgnr_child: str = ""
    authorization_details: list[dict[str, Any]] = []


def claims_of(issuer: str, client: str, subject: Subject, *, jkt: str = "") -> dict[str, Any]:
    """The claims of an access token, valid for five minutes; bound to a key when its thumbprint is given."""
    now = int(time.time())
    found: dict[str, Any] = {
        "iss": issuer,
        "aud": subject.audience,
        "client_id": client,
        "sub": subject.person.pid if subject.person else client,
        "scope": subject.scope,
        "iat": now,
        "nbf": now,
        "exp": now + words.TOKEN_LIFE_S,
        "jti": str(uuid4()),
        words.CLIENT_NAME: client,
        words.CLIENT_AMR: "private_key_jwt",
    }
    if jkt:
        found["cnf"] = {"jkt": jkt}
    if subject.orgnr_parent:
        found[words.ORG_PARENT] = subject.orgnr_parent
    if subject.orgnr_child:
        found[words.ORG_CHILD] = subject.orgnr_child
    if subject.authorization_details:
        found["authorization_details"] = subject.authorization_details
    return found | (_person_claims(subject.person) if subject.person else {})


def _person_claims(person: Person) -> dict[str, Any]:
    found = {
        words.PID: person.pid,
        words.SECURITY_LEVEL: person.security_level,
        words.ASSURANCE_LEVEL: "high" if person.security_level == "4" else "substantial",
        "name": person.name,
    }
    return found | ({words.HPR_NUMBER: person.hpr_number} if person.hpr_number else {})


def spoiled(claims: dict[str, Any], fault: str) -> dict[str, Any]:
    """The claims with the fault asked for (a wrong signing key is the signer's business)."""
    match fault:
        case "InvalidIssuer":
            return {**claims, "iss": "https://helseid-sts.example.invalid"}
        case "InvalidAudience":
            return {**claims, "aud": "nhn:somebody-elses/api"}
        case "Expired":
            return {
                name: value - _LONG_AGO_S if name in {"iat", "nbf", "exp"} else value for name, value in claims.items()
            }
    return claims
