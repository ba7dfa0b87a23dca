"""A bearer token taken from the environment at run time, for candidates that take one for all."""

import os

from simulator.domain.candidate import Candidate
from simulator.errors import InputError


def token_of(candidate: Candidate) -> str:
    """The bearer token, empty when the candidate wants none; raises InputError when its variable is not set."""
    if candidate.auth != "bearer":
        return ""
    token = os.environ.get(candidate.token_variable, "").strip()
    if not token:
        raise InputError(
            f"the environment variable {candidate.token_variable} is not set",
            expected=f"the bearer token for {candidate.name}",
            remedy=f"Set it first: export {candidate.token_variable}=…",
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise InputError(
            f"the environment variable {candidate.token_variable} does not hold a bearer token",
            expected="one word of printable ASCII characters",
            remedy="Set it to the token alone, without 'Bearer'.",
        )
    return token


def authorization(token: str) -> dict[str, str]:
    """The header that carries the token; none when it is empty."""
    return {"Authorization": f"Bearer {token}"} if token else {}
