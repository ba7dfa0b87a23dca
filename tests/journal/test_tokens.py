"""Who is let in: HelseID's negative matrix, what is bound to what, scopes, and the answers that say why not."""

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from simulator.journal.access.once import Once
from simulator.journal.access.proof import Proofs, hash_of
from simulator.journal.errors import FhirError
from tests.journal.securing import DOCTOR, NURSE, PROFESSION, Callers, attest

STORES = ["sqlite"]
"""What is tested here never reaches the database, or no part of it that differs."""

EC, RSA = ECKey.generate_key("P-256"), RSAKey.generate_key(2048)
TOKEN_FAULTS = ("InvalidSigningKey", "InvalidIssuer", "InvalidAudience", "Expired")
PROOF_FAULTS = (
    "DontSetHtu",
    "DontSetHtm",
    "IatPast",
    "IatFuture",
    "DontSetAth",
    "DontSetAlgHeader",
    "DontSetJwk",
    "DontSetJti",
    "SymmetricAlg",
    "PrivateKeyInJwk",
    "InvalidTyp",
    "InvalidSignature",
)  # fmt: skip  a table


def tried(callers: Callers, **faults: str) -> requests.Response:
    """A request with a token and proof of the test token service, with a fault if one is named."""
    callers.get(callers.system(), "Location")
    url = f"{callers.base}/Location"
    subject = {"audience": callers.base, "scope": "system/*.cruds"}
    proof = {"htm": "GET", "htu": url, "nonce": callers.nonce}
    made = callers.signer.test_token(subject, proof=proof, **faults).json()
    headers = {"Authorization": f"DPoP {made['access_token']}", "DPoP": made["dpop_proof"]}
    return requests.get(url, headers=headers, timeout=20)


def challenge(answer: requests.Response) -> str:
    """The error code in a challenge."""
    return answer.headers.get("WWW-Authenticate", "").partition('error="')[2].partition('"')[0]


def test_a_sound_token_and_proof_are_taken(callers: Callers) -> None:
    """Nothing wrong, nothing refused: the matrix's positive."""
    assert tried(callers).status_code == 200


@pytest.mark.parametrize("fault", TOKEN_FAULTS)
def test_every_wrong_token_is_refused(callers: Callers, fault: str) -> None:
    """The four wrong tokens of HelseID's test token service: 401, invalid_token, an OperationOutcome."""
    answer = tried(callers, token_fault=fault)
    assert (answer.status_code, challenge(answer)) == (401, "invalid_token")
    assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("fault", PROOF_FAULTS)
def test_every_wrong_proof_is_refused(callers: Callers, fault: str) -> None:
    """The twelve wrong proofs of HelseID's test token service: 401, invalid_dpop_proof."""
    answer = tried(callers, proof_fault=fault)
    assert (answer.status_code, challenge(answer)) == (401, "invalid_dpop_proof")


def test_nobody_is_told_how_to_come_in(callers: Callers) -> None:
    """Without a token: 401 with both schemes offered."""
    answer = requests.get(f"{callers.base}/Patient", timeout=10)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("DPoP algs=")
    assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_the_capabilities_are_open_to_all(callers: Callers) -> None:
    """Metadata and SMART configuration are told to anybody; the statement says how callers are known."""
    statement = requests.get(f"{callers.base}/metadata", timeout=10).json()
    assert statement["rest"][0]["security"]["service"][0]["coding"][0]["code"] == "SMART-on-FHIR"
    smart = requests.get(f"{callers.base}/.well-known/smart-configuration", timeout=10).json()
    assert smart["token_endpoint"] == f"{callers.signer.issuer}/connect/token"


def test_open_mode_says_so_in_every_answer(client: Any, callers: Callers) -> None:
    """In open mode each answer carries the header, refusals too, and the statement says it; secured mode does not."""
    assert client.get("Patient/never-was").headers["Journal-Access"] == "open"
    assert client.get("metadata").json()["rest"][0]["security"]["description"].startswith("Open mode")
    assert client.get(".well-known/smart-configuration").status_code == 404
    assert "Journal-Access" not in callers.get(callers.system(), "Location").headers


def test_a_proof_is_taken_once(callers: Callers) -> None:
    """A request that somebody has recorded cannot be sent again."""
    token, url = callers.system(), f"{callers.base}/Location"
    callers.get(token, "Location")
    proof = callers.signer.proof("GET", url, token=token, nonce=callers.nonce)
    headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
    statuses = [requests.get(url, headers=headers, timeout=10) for _ in range(2)]
    assert [answer.status_code for answer in statuses] == [200, 401]
    assert challenge(statuses[1]) == "invalid_dpop_proof"


def test_a_proof_without_the_nonce_is_told_it(callers: Callers) -> None:
    """401 use_dpop_nonce hands out the nonce that is then taken."""
    token, url = callers.system(), f"{callers.base}/Location"
    headers = {"Authorization": f"DPoP {token}", "DPoP": callers.signer.proof("GET", url, token=token)}
    refused = requests.get(url, headers=headers, timeout=10)
    assert (refused.status_code, challenge(refused)) == (401, "use_dpop_nonce")
    headers["DPoP"] = callers.signer.proof("GET", url, token=token, nonce=refused.headers["DPoP-Nonce"])
    assert requests.get(url, headers=headers, timeout=10).status_code == 200


def test_a_proof_for_something_else_is_refused(callers: Callers) -> None:
    """Another method, another address, or another token than the proof speaks of."""
    token, url = callers.system(), f"{callers.base}/Location"
    callers.get(token, "Location")
    for method, address, about in (("POST", url, token), ("GET", f"{url}/1", token), ("GET", url, "another")):
        proof = callers.signer.proof(method, address, token=about, nonce=callers.nonce)
        headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
        assert challenge(requests.get(url, headers=headers, timeout=10)) == "invalid_dpop_proof"


def test_a_bound_token_is_worth_nothing_alone(callers: Callers) -> None:
    """A stolen DPoP token cannot be used as a bearer token, nor with another key's proof."""
    token, url = callers.system(), f"{callers.base}/Location"
    bearer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=10)
    assert (bearer.status_code, challenge(bearer)) == (401, "invalid_token")
    thief = Callers(
        type(callers.signer)(callers.signer.issuer, "bench", callers.signer.key, callers.signer.rsa), callers.base
    )
    assert challenge(thief.get(token, "Location")) == "invalid_token"
    thief.signer.session.close()


def test_a_backend_services_bearer_token_is_taken(callers: Callers) -> None:
    """SMART Backend Services: a token that is bound to no key comes as Bearer."""
    made = callers.signer.ask(callers.signer.assertion(), resource=callers.base, scope="system/Location.rs").json()
    headers = {"Authorization": f"Bearer {made['access_token']}"}
    assert requests.get(f"{callers.base}/Location", headers=headers, timeout=10).status_code == 200
    refused = requests.get(f"{callers.base}/Organization", headers=headers, timeout=10)
    assert (refused.status_code, challenge(refused)) == (403, "insufficient_scope")
    assert 'scope="system/Organization.s"' in refused.headers["WWW-Authenticate"]


def test_scopes_are_held_to_the_letter(callers: Callers) -> None:
    """Reading needs r, searching s, creating c, updating u, deleting d; entries of a bundle as much as requests."""
    token = callers.system("system/Location.rs")
    place = {"resourceType": "Location", "status": "active"}
    stored = callers.put_in(place)[0]
    url = f"Location/{stored['id']}"
    entry = {"resource": place, "request": {"method": "POST", "url": "Location"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    assert [callers.get(token, path).status_code for path in (url, f"{url}/_history/1", "Location")] == [200] * 3
    refused = [
        callers.send(token, "POST", "Location", place),
        callers.send(token, "PUT", url, stored),
        callers.send(token, "DELETE", url),
        callers.send(token, "POST", "", bundle),
        callers.send(callers.system("system/Location.c"), "GET", url),
        callers.send(callers.system("system/Location.c"), "POST", "Location", place, If_None_Exist="status=active"),
    ]
    assert [(answer.status_code, challenge(answer)) for answer in refused] == [(403, "insufficient_scope")] * 6


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"toa": lambda: int(time.time()) - 3700}, 401, "attestation_has_expired"),
        ({"toa": lambda: int(time.time() * 1000)}, 403, "invalid_authorization_details"),
        ({"toa": lambda: int(time.time()) + 600}, 403, "invalid_authorization_details"),
        ({"toa": lambda: str(int(time.time()))}, 403, "invalid_authorization_details"),
        ({"practitioner": {"identifier": {"id": NURSE[0], "system": "urn:oid:2.16.578.1.12.4.1.4.3"}}}, 403, ""),
        ({"practitioner": {"identifier": {"id": DOCTOR[0], "system": "urn:oid:2.16.578.1.12.4.1.4.1"}}}, 403, ""),
        ({"practitioner": {"hpr_nr": None}}, 403, ""),
        ({"practitioner": {"authorization": {"code": "LE", "system": PROFESSION}}}, 403, ""),
        ({"practitioner": {"legal_entity": None}}, 403, ""),
        ({"practitioner": {"point_of_care": {"id": "1", "system": "urn:x"}}}, 403, ""),
        ({"care": {"purpose_of_use": {"code": "RESEARCH", "system": "urn:oid:2.16.840.1.113883.1.11.20448"}}}, 403, ""),
        ({"care": {"healthcare_service": None}}, 403, ""),
        ({"care": {"decision_ref": {"id": "1", "user_selected": "yes"}}}, 403, ""),
        ({"patients": [{"identifier": {"id": n, "system": "urn:oid:2.16.578.1.12.4.1.4.1"}} for n in "12"]}, 403, ""),
        ({"patients": [{"identifier": {"id": "1", "system": "urn:oid:2.16.578.1.12.4.1.4.3"}}]}, 403, ""),
    ],
)
def test_an_attest_that_breaks_a_rule_is_refused(callers: Callers, more: Any, status: int, code: str) -> None:
    """Age, form, person, HPR, organisation, purpose, service and patient are held to the trust framework's rules."""
    made = {name: value() if callable(value) else value for name, value in more.items()}
    answer = callers.get(callers.person(NURSE, attest(NURSE, "13899912345", **made)), "Location")
    assert answer.status_code == status
    assert challenge(answer) == (code or "invalid_authorization_details")


def test_a_sound_attest_is_taken(callers: Callers) -> None:
    """Nothing wrong, nothing refused: the positive of the attest's rules."""
    assert callers.get(callers.person(NURSE, attest(NURSE, "13899912345")), "Location").status_code == 200


def test_a_weakly_signed_in_person_is_refused(callers: Callers) -> None:
    """Security level 3 is not enough."""
    answer = callers.get(callers.person(NURSE, attest(NURSE, ""), security_level="3"), "Location")
    assert (answer.status_code, challenge(answer)) == (401, "invalid_token")


def test_a_revoked_authorisation_ends_access_at_once(callers: Callers) -> None:
    """A token issued before the revocation is worth nothing a second after it."""
    who = ("27815801299", "9144955", "LE")
    token = callers.person(who, attest(who, ""))
    assert callers.get(token, "Location").status_code == 200
    callers.signer.authorise(who[1])
    time.sleep(1.1)
    assert callers.get(token, "Location").status_code == 403


def test_nobody_is_let_in_when_the_register_is_silent(launch: Any, callers: Callers) -> None:
    """503, never a guess, when HPR or the token service does not answer."""
    running = launch("--issuer", callers.signer.issuer, "--hpr", "http://127.0.0.1:9")
    other = Callers(callers.signer, running.base)
    assert other.get(other.person(NURSE, attest(NURSE, "")), "Location").status_code == 503
    assert other.get(other.system(), "Location").status_code == 200
    alone = Callers(callers.signer, launch("--issuer", "http://127.0.0.1:9").base)
    assert alone.get(alone.system(), "Location").status_code == 503


@pytest.mark.parametrize(("key", "alg"), [(EC, "ES256"), (RSA, "RS256"), (RSA, "PS512")])
def test_a_proof_may_be_made_with_any_kind_of_key_that_is_offered(key: Any, alg: str, tmp_path: Path) -> None:
    """Elliptic curves and RSA, whose key makes a long header; the thumbprint is that of the key, each time."""
    once = Once(tmp_path)
    proofs, found = Proofs(once), []
    for word in ("a", "b"):
        header = {"typ": "dpop+jwt", "alg": alg, "jwk": key.as_dict(private=False)}
        claims = {"htm": "GET", "htu": "http://x/fhir/Patient/1", "iat": int(time.time()), "jti": word}
        proof = jwt.encode(header, claims | {"ath": hash_of("t"), "nonce": once.nonce()}, key, algorithms=[alg])
        found.append(proofs.check(proof, "t", "GET", "http://x/fhir/Patient/1"))
    once.close()
    assert found == [key.thumbprint()] * 2


@pytest.mark.parametrize(
    "jwk", [None, [], {"kty": []}, {"kty": "EC"}, {"kty": "oct", "k": "AA"}, EC.as_dict(private=True)]
)
def test_a_proof_with_an_odd_key_is_refused(jwk: Any, tmp_path: Path) -> None:
    """No key, half of one, one that is shared and one that is private: a 401, and no failure."""
    head = base64.urlsafe_b64encode(json.dumps({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}).encode()).decode()
    once = Once(tmp_path)
    with pytest.raises(FhirError) as refusal:
        Proofs(once).check(f"{head.rstrip('=')}.e30.AA", "t", "GET", "http://x/")
    once.close()
    assert refusal.value.status == 401
