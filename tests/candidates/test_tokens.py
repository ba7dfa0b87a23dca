"""Tokens of a token service: obtained, renewed, proved, never written down; and the service beside a candidate."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from simulator.candidates import Session, load_candidate, running
from simulator.candidates.credentials import Personnel
from simulator.domain.caller import Attest, Caller, Employer
from simulator.domain.candidate import Candidate, Tokens
from simulator.domain.interaction import Interaction
from simulator.errors import InputError
from simulator.histories import Recorder, read_histories
from tests.signing import Signer, start_neighbours

LOOK = Interaction("look", "search", "Patient", query="_count=1")
SECURED = """\
name: city-journal
title: City journal
base_url: https://journal.example.no/fhir
auth: helseid
tokens:
  issuer: https://sts.example.no
  client_id: bench
  key_variable: CITY_KEY
"""


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    """A token service that knows the client ``bench``."""
    with start_neighbours(tmp_path_factory.mktemp("neighbours")) as found:
        yield found


@pytest.fixture
def tokens(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> Tokens:
    """The bench's client there, its key in an environment variable."""
    monkeypatch.setenv("BENCH_KEY", orjson.dumps(signer.key.as_dict(private=True)).decode())
    return Tokens(signer.issuer, "bench", "BENCH_KEY", people=True)


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], Candidate]:
    """Loads the text as a candidate file."""

    def load_text(text: str) -> Candidate:
        path = tmp_path / "city-journal.yaml"
        path.write_text(text, encoding="utf-8")
        return load_candidate(str(path))

    return load_text


def test_a_backend_service_sends_one_token(serve: Any, say: Any, session_at: Any, tokens: Tokens) -> None:
    """The token is fetched once for all requests, and goes as Bearer."""
    server = serve(lambda _: say(200, {"resourceType": "Bundle"}))
    session = session_at(server.base_url, auth="smart-backend", tokens=tokens)
    for _ in range(2):
        session.send(LOOK)
    sent = {r.headers["authorization"] for r in server.requests}
    assert len(sent) == 1
    assert sent.pop().startswith("Bearer ey")


def test_a_key_may_lie_in_a_file_as_pem(  # noqa: PLR0917  fixtures are given by name
    serve: Any, say: Any, session_at: Any, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An RSA key in a PEM file, whose path the variable holds, proves the client by RS384 under its thumbprint."""
    file = tmp_path / "key.pem"
    file.write_bytes(signer.rsa.as_pem(private=True))
    monkeypatch.setenv("BENCH_KEY", str(file))
    server = serve(lambda _: say(200, {}))
    session = session_at(server.base_url, auth="smart-backend", tokens=Tokens(signer.issuer, "bench", "BENCH_KEY"))
    assert session.send(LOOK).outcome == "ok"


def test_a_bound_token_comes_with_a_fresh_proof(serve: Any, say: Any, session_at: Any, tokens: Tokens) -> None:
    """Each request carries a proof of its own, and the token as DPoP."""
    server = serve(lambda _: say(200, {"resourceType": "Bundle"}))
    session = session_at(server.base_url, auth="helseid", tokens=tokens)
    for _ in range(2):
        session.send(LOOK)
    assert {r.headers["authorization"].partition(" ")[0] for r in server.requests} == {"DPoP"}
    assert len({r.headers["dpop"] for r in server.requests}) == 2


def test_a_nonce_that_is_asked_for_is_given_once(serve: Any, say: Any, session_at: Any, tokens: Tokens) -> None:
    """A request refused for want of a nonce is sent again with it, and is one exchange in the history."""
    refused = say(401, {}, WWW_Authenticate='DPoP error="use_dpop_nonce"', DPoP_Nonce="n1")
    answers = iter([refused, say(200, {}), say(200, {})])
    server = serve(lambda _: next(answers))
    session = session_at(server.base_url, auth="helseid", tokens=tokens)
    assert [session.send(LOOK).outcome for _ in range(2)] == ["ok", "ok"]
    assert len(server.requests) == 3


def test_a_candidate_that_never_has_enough_nonces_is_not_asked_forever(
    serve: Any, say: Any, session_at: Any, tokens: Tokens
) -> None:
    """A second refusal for the nonce is the answer."""
    refused = say(401, {}, WWW_Authenticate='DPoP error="use_dpop_nonce"', DPoP_Nonce="n1")
    server = serve(lambda _: refused)
    session = session_at(server.base_url, auth="helseid", tokens=tokens)
    assert session.send(LOOK).outcome == "refused"
    assert len(server.requests) == 2


def test_everybody_has_a_token_of_his_own(serve: Any, say: Any, session_at: Any, tokens: Tokens) -> None:
    """A system, a nurse and a citizen send different tokens, the same each time."""
    server = serve(lambda _: say(200, {}))
    session = session_at(server.base_url, auth="helseid", tokens=tokens)
    employer = Employer("964965226", "974600951", "Tromsø kommune")
    nurse = Caller("13817204078", "Kari", "9144900", "SP", Attest(employer, patient="13817204159"))
    citizen = Caller("13817204159", "Per", scope="patient/*.rs")
    for one in (session, session.as_caller(nurse), session.as_caller(citizen)) * 2:
        one.send(LOOK)
    sent = [r.headers["authorization"] for r in server.requests]
    assert sent[:3] == sent[3:]
    assert len(set(sent)) == 3


def test_tokens_never_reach_the_history(serve: Any, say: Any, session_at: Any, tokens: Tokens, tmp_path: Path) -> None:
    """Neither headers nor an answer that repeats the token show it; nor a token that was wrong on purpose."""
    server = serve(lambda r: say(200, r.headers["authorization"].encode(), X_Echo=r.headers["authorization"]))
    session = session_at(server.base_url, auth="helseid", tokens=tokens)
    session.send(LOOK)
    session.as_caller(Caller(scope="system/*.rs", token_fault="Expired")).send(LOOK)
    kept = (tmp_path / "history.jsonl").read_text()
    for request in server.requests:
        assert request.headers["authorization"].partition(" ")[2] not in kept
        assert request.headers["dpop"] not in kept


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("auth: helseid", "auth: bearer"), "go together"),
        (("key_variable: CITY_KEY", "key_variable: MIGHAgEAMBMGByqGSM49AgEGCCqGSM49"), "take it out"),
        (("issuer: https", "issuer: http"), "plain http"),
        (("issuer: https://sts.example.no", "issuer: 'http://127.0.0.1:{issuer_port}'"), "go together"),
        (("client_id: bench", "client: bench"), "client"),
    ],
)
def test_a_wrong_token_service_is_told(load: Callable[[str], Candidate], change: tuple[str, str], said: str) -> None:
    """What does not fit together, or looks like a secret, is refused with file and line."""
    with pytest.raises(InputError, match=said):
        load(SECURED.replace(*change))


def test_a_missing_key_is_told(load: Callable[[str], Candidate], session_at: Any, serve: Any, say: Any) -> None:
    """The variable is named when it is not set; what it holds is not repeated when it is no key."""
    tokens = load(SECURED).tokens
    assert tokens is not None
    server = serve(lambda _: say(200, {}))
    with pytest.raises(InputError, match="CITY_KEY is not set"):
        session_at(server.base_url, auth="helseid", tokens=tokens)
    os.environ["CITY_KEY"] = "{not a key but s3cret"
    try:
        with pytest.raises(InputError) as told:
            session_at(server.base_url, auth="helseid", tokens=tokens)
    finally:
        del os.environ["CITY_KEY"]
    assert "s3cret" not in str(told.value)


def test_the_secured_reference_starts_with_its_token_service(tmp_path: Path) -> None:
    """Started together, both answer; the key made for the run is gone afterwards, and lies nowhere in the folder."""
    candidate = load_candidate("reference-journal-secured")
    assert candidate.tokens is not None
    with running(candidate, tmp_path / "run") as found:
        key = Path(found.environment[candidate.tokens.key_variable])
        secret = orjson.loads(key.read_bytes())["d"]
        assert key.stat().st_mode & 0o077 == 0
        recorder = Recorder(tmp_path)
        session = Session(found, recorder, "example")
        register = Personnel(found)
        register.authorise("9144900", "SP")
        register.close()
        assert session.send(LOOK).outcome == "ok"
        nobody = session.as_caller(replace(Caller(), scope="system/Location.rs"))
        assert session.send(LOOK).outcome == "ok"
        assert nobody.send(LOOK).outcome == "refused"
        session.close()
        recorder.close()
    assert not key.exists()
    kept = [path for path in (tmp_path / "run").rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
    assert kept == []
    assert len(read_histories(tmp_path / "history.jsonl")["example"].exchanges) == 3
