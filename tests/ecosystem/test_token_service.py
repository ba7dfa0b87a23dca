"""The token service: who gets a token, what stands in it, and how it can be found."""

import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from simulator.ecosystem.tokens.seen import NONCE_LIFE_S, Nonces
from tests.signing import Signer

PERSON = {"pid": "13817204078", "name": "Kari Nordmann", "hpr_number": "9144900"}


def claims(signer: Signer, token: str) -> dict[str, Any]:
    """A token's claims, its signature verified by what the service publishes."""
    about = signer.session.get(f"{signer.issuer}/.well-known/openid-configuration", timeout=10).json()
    keys = KeySet.import_key_set(signer.session.get(about["jwks_uri"], timeout=10).json())
    return dict(jwt.decode(token, keys, algorithms=["ES256"]).claims)


def nonce(signer: Signer) -> str:
    """The nonce that a request without one is told."""
    url = f"{signer.issuer}/connect/token"
    refused = signer.ask(signer.assertion(), proof=signer.proof("POST", url))
    assert (refused.status_code, refused.json()["error"]) == (400, "use_dpop_nonce")
    return refused.headers["DPoP-Nonce"]


def test_a_backend_service_gets_a_bearer_token(signer: Signer) -> None:
    """A client that proves itself by ES384 gets a token for its scopes and the resource it named."""
    answer = signer.ask(signer.assertion(), resource="http://127.0.0.1:1/fhir")
    assert answer.status_code == 200
    assert answer.json()["token_type"] == "Bearer"
    told = claims(signer, answer.json()["access_token"])
    assert (told["aud"], told["scope"], told["client_id"]) == ("http://127.0.0.1:1/fhir", "system/*.cruds", "bench")
    assert "cnf" not in told


def test_a_backend_service_may_prove_itself_by_rsa(signer: Signer) -> None:
    """RS384 is taken as well as ES384, as SMART Backend Services asks of a server."""
    assert signer.ask(signer.rsa_assertion()).status_code == 200


def test_a_proof_binds_the_token_to_its_key(signer: Signer) -> None:
    """With a DPoP proof that carries the service's nonce the token names the key's thumbprint."""
    proof = signer.proof("POST", f"{signer.issuer}/connect/token", nonce=nonce(signer))
    answer = signer.ask(signer.assertion(), proof=proof)
    assert answer.json()["token_type"] == "DPoP"
    assert claims(signer, answer.json()["access_token"])["cnf"] == {"jkt": signer.bound.thumbprint()}


def test_times_may_have_fractions(signer: Signer) -> None:
    """A NumericDate need not be whole (RFC 7519 section 2)."""
    proof = signer.proof("POST", f"{signer.issuer}/connect/token", nonce=nonce(signer), iat=time.time())
    assert signer.ask(signer.assertion(exp=time.time() + 30.5), proof=proof).status_code == 200


@pytest.mark.parametrize("audience", [[{}], {"a": 1}, 1, ["http://elsewhere"]])
def test_an_assertion_for_nobody_we_know_gets_no_token(signer: Signer, audience: Any) -> None:
    """Whatever form its audience has."""
    assert signer.ask(signer.assertion(aud=audience)).status_code == 401


def test_a_nonce_is_taken_for_its_minute_and_the_next() -> None:
    """Not after a silence, when it is the last one handed out and yet long past."""
    now = [0.0]
    nonces = Nonces(lambda: now[0])
    first = nonces.current()
    now[0] += NONCE_LIFE_S + 1
    assert nonces.valid(first)
    second = nonces.current()
    assert second != first
    now[0] += NONCE_LIFE_S + 1
    assert (nonces.valid(first), nonces.valid(second)) == (False, True)
    third = nonces.current()
    now[0] += 10 * NONCE_LIFE_S
    assert not nonces.valid(third)


def test_a_proof_is_taken_once(signer: Signer) -> None:
    """The same proof a second time is refused."""
    proof = signer.proof("POST", f"{signer.issuer}/connect/token", nonce=nonce(signer))
    assert signer.ask(signer.assertion(), proof=proof).status_code == 200
    again = signer.ask(signer.assertion(), proof=proof)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_dpop_proof")


@pytest.mark.parametrize(
    "wrong",
    [{"exp": 1}, {"exp": 4102444800}, {"aud": "http://other"}, {"sub": "other"}, {"iss": "stranger"}, {"jti": None}],
)
def test_a_wrong_assertion_gets_no_token(signer: Signer, wrong: dict[str, Any]) -> None:
    """Expired, too long-lived, for somebody else, from somebody else, or without jti: invalid_client."""
    answer = signer.ask(signer.assertion(**wrong))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_an_assertion_by_another_key_gets_no_token(signer: Signer) -> None:
    """Who does not hold the registered key is not the client."""
    assert signer.ask(signer.assertion(key=ECKey.generate_key("P-384"))).status_code == 401


def test_an_assertion_is_taken_once(signer: Signer) -> None:
    """An assertion that somebody has overheard is worth nothing."""
    assertion = signer.assertion()
    assert [signer.ask(assertion).status_code for _ in range(2)] == [200, 401]


def test_a_client_alone_has_system_scopes_only(signer: Signer) -> None:
    """No client can ask for a user's scopes without a user."""
    answer = signer.ask(signer.assertion(), scope="user/*.cruds")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_test_token_speaks_of_the_person_asked_for(signer: Signer) -> None:
    """Person, HPR number, level and organisation stand in it under HelseID's names, beside the attest."""
    subject = {"audience": "a", "scope": "user/*.rs", "person": PERSON, "orgnr_parent": "999999999"}
    told = claims(signer, signer.token(subject | {"authorization_details": [{"type": "x"}]}))
    assert told["helseid://claims/identity/pid"] == PERSON["pid"]
    assert told["helseid://claims/hpr/hpr_number"] == PERSON["hpr_number"]
    assert told["helseid://claims/identity/security_level"] == "4"
    assert told["helseid://claims/client/claims/orgnr_parent"] == "999999999"
    assert told["authorization_details"] == [{"type": "x"}]


def test_both_ways_in_are_discoverable(signer: Signer) -> None:
    """OpenID and SMART configuration name the token endpoint and the algorithms."""
    openid = signer.session.get(f"{signer.issuer}/.well-known/openid-configuration", timeout=10).json()
    smart = signer.session.get(f"{signer.issuer}/.well-known/smart-configuration", timeout=10).json()
    assert openid["issuer"] == smart["issuer"] == signer.issuer
    assert smart["token_endpoint_auth_signing_alg_values_supported"] == ["RS384", "ES384"]
    assert "permission-v2" in smart["capabilities"]


def test_a_misspelt_fault_is_told(signer: Signer) -> None:
    """Asking for a fault that does not exist names those that do."""
    answer = signer.test_token({"audience": "a", "scope": ""}, token_fault="InvalidIsuer")
    assert answer.status_code == 400
    assert "InvalidIssuer" in answer.json()["error_description"]


def test_the_register_tells_what_it_was_told(signer: Signer) -> None:
    """An authorisation entered is shown, and gone when taken away; nobody else is known."""
    address = f"{signer.issuer}/hpr/personer/9144900"
    signer.authorise("9144900", "SP")
    entered = {"profession": "SP", "valid": True, "requisition_rights": []}
    assert signer.session.get(address, timeout=10).json()["authorisations"] == [entered]
    signer.authorise("9144900")
    assert signer.session.get(address, timeout=10).json()["authorisations"] == []
    assert signer.session.get(f"{signer.issuer}/hpr/personer/1", timeout=10).status_code == 404


def test_a_doctor_prescribes_unless_told_otherwise(signer: Signer) -> None:
    """A doctor's authorisation comes with the full right, which can be taken away by itself."""
    address = f"{signer.issuer}/facts/hpr/personer/9144901"
    signer.authorise("9144901", "LE")
    shown = signer.session.get(f"{signer.issuer}/hpr/personer/9144901", timeout=10).json()
    assert shown["authorisations"][0]["requisition_rights"] == ["full"]
    rows = [{"profession": "LE", "requisition_rights": []}]
    told = signer.session.put(address, json={"authorisations": rows}, timeout=10).json()
    assert told["authorisations"] == [{"profession": "LE", "valid": True, "requisition_rights": []}]
