"""Refusals of a caller, in the forms of RFC 6750 section 3 (Bearer) and RFC 9449 section 7.1 (DPoP)."""

from typing import Final

from simulator.journal.errors import FhirError, refuse

PROOF_ALGORITHMS: Final = ("ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512")
_OFFER: Final = f'DPoP algs="{" ".join(PROOF_ALGORITHMS)}", Bearer'


def unknown_caller(words: str) -> FhirError:
    """401 for a request without a usable Authorization field."""
    error = refuse(401, "login", words)
    error.headers["WWW-Authenticate"] = _OFFER
    return error


def invalid_token(words: str, *, scheme: str = "DPoP", code: str = "invalid_token") -> FhirError:
    """401 for a token, attest or proof that does not hold; ``code`` is the error code in the challenge."""
    error = refuse(401, "expired" if "expired" in words or "expired" in code else "login", words)
    error.headers["WWW-Authenticate"] = f'{scheme} error="{code}", error_description="{words}"'
    return error


def invalid_proof(words: str) -> FhirError:
    """401 for a DPoP proof that does not hold."""
    return invalid_token(words, code="invalid_dpop_proof")


def nonce_wanted(nonce: str) -> FhirError:
    """401 that hands out the nonce the next proof must carry (RFC 9449 section 9)."""
    error = invalid_token("the proof needs the nonce of this answer's DPoP-Nonce field", code="use_dpop_nonce")
    error.headers["DPoP-Nonce"] = nonce
    return error


def invalid_attest(words: str) -> FhirError:
    """403 for authorisation details that break the trust framework's rules (RFC 9396)."""
    error = refuse(403, "forbidden", words)
    error.headers["WWW-Authenticate"] = f'DPoP error="invalid_authorization_details", error_description="{words}"'
    return error


def insufficient_scope(wanted: str, *, scheme: str) -> FhirError:
    """403 for an interaction that no scope of the token covers."""
    error = refuse(403, "forbidden", f"the token has no scope for this; it takes {wanted}")
    error.headers["WWW-Authenticate"] = f'{scheme} error="insufficient_scope", scope="{wanted}"'
    return error


def no_access(words: str) -> FhirError:
    """403 for a caller who is known and has no right to what was asked for."""
    return refuse(403, "forbidden", words)
