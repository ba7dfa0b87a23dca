"""The first look at a candidate: what is there instead of a FHIR R4 server, and what to do about it."""

from collections.abc import Callable
from typing import Any

import pytest

from simulator.candidates import attach, lifetime
from simulator.candidates.transport import Limits
from simulator.domain.candidate import Candidate
from simulator.errors import CandidateError

At = Callable[..., Candidate]
Serve = Callable[..., Any]
Say = Callable[..., bytes]


def endless(connection: Any) -> None:
    """An answer that never ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n\r\n{")
    while True:
        connection.sendall(b" " * 65536)


def test_attach_reads_the_statement(serve: Serve, say: Say, candidate_at: At, capability: dict[str, Any]) -> None:
    """A FHIR R4 server is found, with the software's name and version."""
    server = serve(lambda _: say(200, capability))
    found = attach(candidate_at(server.base_url))
    assert found.software == "Stand-in 1"
    assert found.base_url == server.base_url
    assert server.requests[0].path == "/fhir/metadata"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"body": b"<!doctype html><p>Hei", "Content_Type": "text/html"}, "web page.*base_url must be the FHIR base"),
        ({"status": 500, "body": b"oops", "Content_Type": "text/plain"}, r"answered 500 \(text/plain\)"),
        ({"status": 401}, "answered 401.*token_variable"),
        ({"status": 302, "Location": "https://elsewhere.example/"}, "redirects.*to https://elsewhere.example/"),
        ({"body": b"not json"}, "not JSON"),
        ({"body": b"[]"}, "its answer is 'list'"),
        ({"body": {"resourceType": "Patient"}}, "its answer is 'Patient'"),
        ({"body": {"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0"}}, "'5.0.0'.*R4 endpoint"),
        ({"body": {"resourceType": "CapabilityStatement"}}, "FHIR version 'None'"),
    ],
)
def test_other_answers_are_candidate_errors(
    serve: Serve, say: Say, candidate_at: At, answer: dict[str, Any], said: str
) -> None:
    """Whatever else answers gives one candidate error saying what was found and what to do."""
    server = serve(lambda _: say(**answer))
    with pytest.raises(CandidateError, match=said):
        attach(candidate_at(server.base_url))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda connection: connection.close(), "closed before the answer was whole"),
        (
            lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
            "middle of the body",
        ),
        (lambda connection: connection.sendall(b"220 mail.example ESMTP\r\n"), "not readable as HTTP"),
        (endless, "longer than 5000 bytes"),
    ],
)
def test_broken_answers_are_candidate_errors(
    serve: Serve, candidate_at: At, monkeypatch: pytest.MonkeyPatch, answer: Any, said: str
) -> None:
    """A server that hangs up, speaks another protocol or never stops gives a candidate error too."""
    monkeypatch.setattr(lifetime, "_PROBE", Limits(timeout_s=5, max_body=5000))
    server = serve(lambda _: answer)
    with pytest.raises(CandidateError, match=said):
        attach(candidate_at(server.base_url))


def test_silence_is_a_candidate_error(serve: Serve, candidate_at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that accepts and says nothing is given up."""
    monkeypatch.setattr(lifetime, "_PROBE", Limits(timeout_s=0.3))
    server = serve(lambda _: lambda connection: connection.recv(1))
    with pytest.raises(CandidateError, match=r"no whole answer within 0\.3 s"):
        attach(candidate_at(server.base_url))
