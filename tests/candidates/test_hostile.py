"""Whatever a candidate does to one exchange, the exchange ends in time with the right outcome."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from simulator.candidates import Limits, Session
from simulator.domain.exchange import Exchange
from simulator.domain.interaction import Interaction

Serve = Callable[..., Any]
Say = Callable[..., bytes]
At = Callable[..., Session]
Script = Callable[[Any], None]

CREATE = Interaction("p", "create", "Patient", body=b'{"resourceType":"Patient"}')


@pytest.fixture
def ask(serve: Serve, session_at: At) -> Callable[..., Exchange]:
    """Sends one create to a server that answers as told."""

    def send(answer: Any, **limits: Any) -> Exchange:
        server = serve(lambda _: answer)
        return session_at(server.base_url, limits=Limits(**{"timeout_s": 5, "max_body": 10_000, **limits})).send(CREATE)

    return send


def says(data: bytes) -> Script:
    """Sends this and hangs up."""
    return lambda connection: connection.sendall(data)


def drips(head: bytes) -> Script:
    """Sends the head, then one byte every twentieth of a second for as long as anybody listens."""

    def drip(connection: Any) -> None:
        connection.sendall(head)
        connection.settimeout(0.05)
        while True:
            try:
                if not connection.recv(1):
                    return
            except TimeoutError:
                connection.sendall(b"a")

    return drip


def pours(head: bytes) -> Script:
    """Sends the head, then as much as anybody takes."""

    def pour(connection: Any) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(b"3000\r\n" + b"a" * 0x3000 + b"\r\n")

    return pour


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (says(b""), "closed before the answer was whole"),
        (
            says(HEAD + b"Content-Length: 500\r\n\r\n{"),
            "closed in the middle of the body after the head of a 200 answer",
        ),
        (says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{"), "closed.*200 answer"),
        (says(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{"), "closed in the middle of the body"),
        (says(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"), "not readable as HTTP"),
        (says(b"HTTP/1.1 OK fine\r\n\r\n"), "not readable as HTTP .first line or headers"),
        (says(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n"), "not readable as HTTP .first line or headers"),
        (says(b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 500 + b"\r\n"), "not readable as HTTP .first line or headers"),
    ],
)
def test_no_whole_answer_is_unknown(ask: Callable[..., Exchange], script: Script, said: str) -> None:
    """An answer that is cut off or cannot be read leaves the outcome unknown, with the reason."""
    exchange = ask(script)
    assert (exchange.outcome, exchange.response) == ("unknown", None)
    assert re.search(said, exchange.error), exchange.error


@pytest.mark.parametrize(
    "script",
    [
        lambda connection: connection.recv(1),
        drips(b"HTTP/1.1 200 OK\r\nX-Slow: "),
        drips(HEAD + b"Content-Length: 5000\r\n\r\n"),
        drips(HEAD + b"\r\n"),
        pours(b"HTTP/1.1 100 Continue\r\n\r\n" * 2 + b"HTTP/1.1 100 Continue\r\n"),
    ],
    ids=["silence", "headers drip", "body drips", "body without length drips", "headers without end"],
)
def test_slowness_is_unknown_in_time(ask: Callable[..., Exchange], script: Script) -> None:
    """Silence and dripping end after the time allowed for the whole exchange, as unknown."""
    exchange = ask(script, timeout_s=0.4)
    assert (exchange.outcome, exchange.response) == ("unknown", None)
    assert exchange.error


def test_what_cannot_be_http_is_unknown(session_at: At) -> None:
    """A link that no request can be made of gives an exchange with the reason, not an exception."""
    exchange = session_at("http://127.0.0.1:{port}/fhir").send(CREATE)
    assert (exchange.outcome, exchange.response) == ("unknown", None)
    assert "nothing was sent" in exchange.error


def test_nobody_there_is_unknown(session_at: At, serve: Serve) -> None:
    """A candidate that has gone away gives an exchange, not an exception."""
    server = serve(lambda _: b"")
    session = session_at(server.base_url)
    server.close()
    exchange = session.send(CREATE)
    assert (exchange.outcome, exchange.response) == ("unknown", None)
    assert "nothing answers" in exchange.error


@pytest.mark.parametrize("head", [HEAD + b"Transfer-Encoding: chunked\r\n\r\n", HEAD + b"\r\n"])
def test_endless_body_is_cut(ask: Callable[..., Exchange], head: bytes) -> None:
    """An endless body is taken up to the limit and marked as cut."""
    exchange = ask(pours(head), max_body=5000)
    assert exchange.outcome == "ok"
    assert exchange.response is not None
    assert exchange.response.truncated
    assert len(exchange.response.body) == 5000
    assert exchange.resource() is None


def test_endless_redirect_is_cut(ask: Callable[..., Exchange]) -> None:
    """A redirect with an endless body is neither followed nor read to the end."""
    head = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nTransfer-Encoding: chunked\r\n\r\n"
    exchange = ask(pours(head), max_body=5000)
    assert exchange.outcome == "refused"
    assert exchange.response is not None
    assert exchange.response.truncated


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"status": 304}, "ok"),
        ({"status": 301, "Location": "http://127.0.0.1:1/"}, "refused"),
        ({"status": 307, "Location": "/fhir/again"}, "refused"),
        ({"status": 500, "body": b"oops", "Content_Type": "text/plain"}, "refused"),
        ({"status": 200, "body": b"<html>", "Content_Type": "text/html"}, "ok"),
        ({"status": 201, "body": b"{not json"}, "ok"),
        ({"status": 999}, "refused"),
        ({"status": 200, "body": b"\xff\xfe\x00 \xed\xa0\x80"}, "ok"),
        ({"status": 200, "X_Odd": "\u00e5\u00ff"}, "ok"),
        ({"status": 201, "Location": "http://[/Patient/1"}, "ok"),
    ],
)
def test_any_whole_answer_is_kept(serve: Serve, say: Say, session_at: At, answer: dict[str, Any], outcome: str) -> None:
    """Every whole answer is kept with its status; redirects are refusals and are not followed."""
    server = serve(lambda _: say(**answer))
    exchange = session_at(server.base_url).send(CREATE)
    assert exchange.outcome == outcome
    assert exchange.response is not None
    assert exchange.response.status == answer["status"]
    assert len(server.requests) == 1


def test_next_exchange_is_not_harmed(serve: Serve, say: Say, session_at: At) -> None:
    """After a cut-off answer the same session talks on as if nothing had happened."""
    answers = iter(
        [says(HEAD + b"Content-Length: 500\r\n\r\n{"), pours(HEAD + b"\r\n"), say(200, {"resourceType": "X"})]
    )
    server = serve(lambda _: next(answers))
    session = session_at(server.base_url)
    assert [session.send(CREATE).outcome for _ in range(3)] == ["unknown", "ok", "ok"]


def test_no_cookies_and_no_proxies(serve: Serve, say: Say, session_at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """A candidate's cookies do not come back to it, and the machine's proxy settings are not used."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    server = serve(lambda _: say(200, Set_Cookie="sid=abc; Path=/"))
    session = session_at(server.base_url)
    assert [session.send(CREATE).outcome for _ in range(2)] == ["ok", "ok"]
    assert "cookie" not in server.requests[1].headers
