"""What goes over the wire for each interaction, what is kept of it, and what is learnt."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from simulator.candidates import Session
from simulator.candidates.wire import link_url
from simulator.domain.interaction import Interaction
from simulator.histories import Recorder, read_histories

Serve = Callable[..., Any]
Say = Callable[..., bytes]
At = Callable[..., Session]
PATIENT = orjson.dumps({"resourceType": "Patient"})


@pytest.fixture
def journal(serve: Serve, say: Say) -> Any:
    """A server that says 201 with a Location to every create and 200 to the rest."""

    def answer(request: Any) -> bytes:
        if request.method == "POST" and "_search" not in request.path and request.path != "/fhir":
            number = sum(r.path == request.path for r in server.requests)
            return say(201, Location=f"{server.base_url}{request.path.removeprefix('/fhir')}/a{number}/_history/1")
        return say(200, {"resourceType": "Bundle"})

    server = serve(answer)
    return server


@pytest.mark.parametrize(
    ("interaction", "line", "content_type"),
    [
        (Interaction("1", "read", "Patient", "Patient/7"), "GET /fhir/Patient/7", ""),
        (
            Interaction("1", "read", "Patient", "Patient/7", query="_summary=true"),
            "GET /fhir/Patient/7?_summary=true",
            "",
        ),
        (Interaction("1", "vread", "Patient", "Patient/7/_history/2"), "GET /fhir/Patient/7/_history/2", ""),
        (Interaction("1", "create", "Patient", body=PATIENT), "POST /fhir/Patient", "application/fhir+json"),
        (
            Interaction("1", "update", "Patient", "Patient/7", body=PATIENT),
            "PUT /fhir/Patient/7",
            "application/fhir+json",
        ),
        (Interaction("1", "update", "Patient", body=b'{"id":"9"}'), "PUT /fhir/Patient/9", "application/fhir+json"),
        (
            Interaction("1", "update", "Task", query="code=x", body=b"{}"),
            "PUT /fhir/Task?code=x",
            "application/fhir+json",
        ),
        (Interaction("1", "operation", "$try", body=b"{}"), "POST /fhir/$try", "application/fhir+json"),
        (
            Interaction("1", "operation", "$try", "Patient/7", body=b"{}"),
            "POST /fhir/Patient/7/$try",
            "application/fhir+json",
        ),
        (
            Interaction("1", "patch", "Patient", "Patient/7", body=b"[]"),
            "PATCH /fhir/Patient/7",
            "application/json-patch+json",
        ),
        (
            Interaction("1", "patch", "Patient", "Patient/7", body=b"{}"),
            "PATCH /fhir/Patient/7",
            "application/fhir+json",
        ),
        (Interaction("1", "delete", "Patient", "Patient/7"), "DELETE /fhir/Patient/7", ""),
        (
            Interaction("1", "search", "Patient", query="name=x"),
            "POST /fhir/Patient/_search",
            "application/x-www-form-urlencoded",
        ),
        (Interaction("1", "search", query="_type=Task"), "POST /fhir/_search", "application/x-www-form-urlencoded"),
        (Interaction("1", "history", "Patient", "Patient/7"), "GET /fhir/Patient/7/_history", ""),
        (Interaction("1", "history", "Patient", query="_count=2"), "GET /fhir/Patient/_history?_count=2", ""),
        (Interaction("1", "transaction", body=b"{}"), "POST /fhir", "application/fhir+json"),
        (Interaction("1", "batch", body=b"{}"), "POST /fhir", "application/fhir+json"),
        (Interaction("1", "capabilities"), "GET /fhir/metadata", ""),
    ],
)
def test_verb_becomes_http(
    journal: Any, session_at: At, interaction: Interaction, line: str, content_type: str
) -> None:
    """Each interaction is sent with the method, path and content type of FHIR's RESTful API."""
    exchange = session_at(journal.base_url).send(interaction, label="step.1", actor="gp.doctor")
    sent = journal.requests[0]
    assert f"{sent.method} {sent.path}" == line
    assert sent.headers.get("content-type", "") == content_type
    assert sent.headers["accept"] == "application/fhir+json"
    assert (exchange.label, exchange.actor, exchange.verb, exchange.outcome) == (
        "step.1",
        "gp.doctor",
        interaction.verb,
        "ok",
    )


def test_search_parameters_travel_in_the_body(journal: Any, session_at: At) -> None:
    """The parameters of a search are in its body and nowhere in its URL."""
    session_at(journal.base_url).send(Interaction("1", "search", "Patient", query="identifier=a%7Cb&_count=5"))
    assert journal.requests[0].body == b"identifier=a%7Cb&_count=5"


def test_own_headers_win(journal: Any, session_at: At) -> None:
    """Headers of the interaction and of the call replace the usual ones, whatever their letter case."""
    interaction = Interaction("1", "create", "Patient", body=b"x", headers=(("content-type", "text/plain"),))
    session_at(journal.base_url).send(interaction, headers={"If-Match": 'W/"1"', "ACCEPT": "*/*"})
    headers = journal.requests[0].headers
    assert (headers["content-type"], headers["if-match"], headers["accept"]) == ("text/plain", 'W/"1"', "*/*")


def test_references_are_filled_in(journal: Any, session_at: At) -> None:
    """What a create was called by the candidate stands in later targets, bodies, queries and headers."""
    session = session_at(journal.base_url)
    session.send(Interaction("p", "create", "Patient", body=PATIENT))
    assert session.knows("p")
    assert session.reference("p") == "Patient/a1"
    body = b'{"resourceType":"Observation","subject":{"reference":"urn:uuid:p"}}'
    condition = (("If-None-Exist", "subject=urn:uuid:p"),)
    session.send(Interaction("o", "create", "Observation", body=body, headers=condition))
    session.send(Interaction("s", "search", "Observation", query="subject=urn%3Auuid%3Ap&x=urn:uuid:p"))
    session.send(Interaction("r", "read", "Patient", "urn:uuid:p"))
    session.send(Interaction("v", "vread", "Patient", "p"))
    _, observed, searched, read, versioned = journal.requests
    assert b'"reference":"Patient/a1"' in observed.body
    assert observed.headers["if-none-exist"] == "subject=Patient/a1"
    assert searched.body == b"subject=Patient%2Fa1&x=Patient/a1"
    assert read.path == "/fhir/Patient/a1"
    assert versioned.path == "/fhir/Patient/a1/_history/1"


def test_update_carries_the_candidates_id(journal: Any, session_at: At) -> None:
    """An update of what a create made is given the id the candidate chose; an explicit target is left alone."""
    session = session_at(journal.base_url)
    session.learn("p", "Patient/k9")
    session.send(Interaction("u", "update", "Patient", "p", body=PATIENT))
    session.send(Interaction("u", "update", "Patient", "Patient/k9", body=b'{"resourceType":"Patient","id":"other"}'))
    assert [orjson.loads(r.body)["id"] for r in journal.requests] == ["k9", "other"]


def test_search_by_id_takes_the_id_alone(journal: Any, session_at: At) -> None:
    """In the search parameter _id a reference becomes the id without its type."""
    session = session_at(journal.base_url)
    session.learn("p", "Patient/k9")
    session.send(Interaction("s", "search", "Patient", query="_id=urn:uuid:p&_count=1"))
    assert journal.requests[0].body == b"_id=k9&_count=1"


def test_identifier_that_is_a_uuid_is_left_alone(journal: Any, session_at: At) -> None:
    """A urn:uuid that is a value, not a reference, is sent as it stands, whether something is known by it or not."""
    session = session_at(journal.base_url)
    session.learn("known", "Patient/k9")
    body = b'{"resourceType":"DocumentReference","identifier":[{"value":"urn:uuid:known"},{"value":"urn:uuid:other"}]}'
    assert session.send(Interaction("d", "create", "DocumentReference", body=body)).outcome == "ok"
    assert journal.requests[0].body == body


def test_unnamed_reference_is_not_sent(journal: Any, session_at: At) -> None:
    """A request that needs something the candidate never named is not sent, and says so in the history."""
    session = session_at(journal.base_url)
    body = b'{"subject":{"reference":"urn:uuid:nobody"}}'
    for interaction in (
        Interaction("1", "create", "Observation", body=body),
        Interaction("2", "read", "Patient", "nobody"),
        Interaction("3", "search", "Observation", query="subject=urn:uuid:nobody"),
        Interaction("4", "transaction", body=body, needs=("nobody",)),
    ):
        exchange = session.send(interaction)
        assert (exchange.outcome, exchange.response) == ("unknown", None)
        assert "not sent" in exchange.error
        assert "nobody" in exchange.error
    assert journal.connections == 0


def test_transaction_names_its_entries(serve: Serve, say: Say, session_at: At) -> None:
    """A transaction keeps its own urn:uuid, and its answer names each entry; a second sending is the same."""
    entry = {
        "resource": {"resourceType": "Patient"},
        "response": {"status": "201 Created", "location": "Patient/5/_history/1"},
    }
    failed = {"response": {"status": "404"}}
    server = serve(lambda _: say(200, {"resourceType": "Bundle", "entry": [entry, failed]}))
    session = session_at(server.base_url)
    asked = [
        {"fullUrl": "urn:uuid:in-a", "resource": {"subject": {"reference": "urn:uuid:in-a"}}},
        {"fullUrl": "urn:uuid:b"},
    ]
    bundle = orjson.dumps({"resourceType": "Bundle", "type": "transaction", "entry": asked})
    for _ in range(2):
        session.send(Interaction("t", "transaction", body=bundle))
    assert session.reference("in-a") == "Patient/5"
    assert session.reference("b") is None
    assert server.requests[0].body == server.requests[1].body == bundle


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ({"Location": "http://other.example/base/Patient/3/_history/2"}, b"", "Patient/3"),
        ({"Location": "Patient/3"}, b"", "Patient/3"),
        ({"Location": "/somewhere/else"}, b'{"resourceType":"Patient","id":"4"}', "Patient/4"),
        ({"Location": "Observation/3"}, b'{"resourceType":"Patient","id":"4"}', "Patient/4"),
        ({}, b'{"resourceType":"Patient","id":"4"}', "Patient/4"),
        ({}, b'{"resourceType":"Patient","id":"no/good?"}', None),
        ({}, b'{"resourceType":"Patient","id":4}', None),
        ({}, b"not json", None),
    ],
)
def test_reference_from_location_or_body(  # noqa: PLR0917  fixtures are given by name
    serve: Serve, say: Say, session_at: At, headers: dict[str, str], body: bytes, expected: str | None
) -> None:
    """A created resource is known by its Location, else by its body, else not at all."""
    server = serve(lambda _: say(201, body, **headers))
    session = session_at(server.base_url)
    session.send(Interaction("p", "create", "Patient", body=PATIENT))
    assert session.reference("p") == expected


def test_sessions_share_what_is_known(journal: Any, session_at: At, tmp_path: Path) -> None:
    """A session for another example knows what the first learnt, and writes under its own name."""
    first = session_at(journal.base_url)
    first.send(Interaction("p", "create", "Patient", body=PATIENT))
    second = first.under("another")
    second.send(Interaction("r", "read", "Patient", "p"))
    histories = read_histories(tmp_path / "history.jsonl")
    assert [e.interaction for e in histories["another"].exchanges] == ["r"]
    assert [e.number for h in histories.values() for e in h.exchanges] == [1, 2]
    assert journal.connections == 1


def test_history_is_written_as_it_happens(journal: Any, session_at: At, tmp_path: Path) -> None:
    """An exchange can be read back, equal, as soon as it is returned."""
    exchange = session_at(journal.base_url).send(Interaction("p", "create", "Patient", body=PATIENT), label="x")
    assert read_histories(tmp_path / "history.jsonl")["an example"].exchanges == (exchange,)
    assert exchange.request.body == PATIENT.decode()
    assert exchange.response is not None
    assert exchange.response.headers["location"].endswith("/Patient/a1/_history/1")
    assert exchange.sent <= exchange.finished


def test_secrets_never_reach_the_history(  # noqa: PLR0917  fixtures are given by name
    serve: Serve, say: Say, session_at: At, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recorder: Recorder
) -> None:
    """The token is sent but not kept, not even when the candidate repeats it in headers and body."""
    monkeypatch.setenv("STAND_IN_TOKEN", "s3cret-t0ken")
    server = serve(lambda r: say(200, r.headers["authorization"].encode(), X_Echo="s3cret-t0ken", Set_Cookie="sid=abc"))
    session = session_at(server.base_url, auth="bearer", token_variable="STAND_IN_TOKEN")
    session.send(Interaction("1", "search", "Patient", query="name=s3cret-t0ken"), headers={"Cookie": "sid=abc"})
    assert server.requests[0].headers["authorization"] == "Bearer s3cret-t0ken"
    kept = (tmp_path / "history.jsonl").read_text()
    assert "s3cret-t0ken" not in kept
    assert "sid=abc" not in kept
    assert '"Authorization":"***"' in kept


def test_released_together(serve: Serve, say: Say, session_at: At) -> None:
    """Interactions sent together are all under way before any is answered; exchanges come in the order given."""
    gate = threading.Barrier(6)

    def answer(_: Any) -> bytes:
        gate.wait(5)
        return say(201)

    server = serve(answer)
    interactions = [Interaction(f"i{n}", "create", "Patient", body=PATIENT) for n in range(6)]
    exchanges = session_at(server.base_url).send_together(interactions, labels=[f"race.{n}" for n in range(6)])
    assert [e.interaction for e in exchanges] == [f"i{n}" for n in range(6)]
    assert [e.label for e in exchanges] == [f"race.{n}" for n in range(6)]
    assert {e.outcome for e in exchanges} == {"ok"}
    assert sorted(e.number for e in exchanges) == [1, 2, 3, 4, 5, 6]


def test_next_page_is_followed(journal: Any, session_at: At) -> None:
    """A link under the candidate's base is followed with GET, absolute or relative."""
    session = session_at(journal.base_url)
    exchange = session.follow(f"{journal.base_url}/Patient?page=2", label="page.2")
    session.follow("Patient?page=3")
    assert [r.path for r in journal.requests] == ["/fhir/Patient?page=2", "/fhir/Patient?page=3"]
    assert (exchange.label, exchange.type, exchange.outcome) == ("page.2", "Patient", "ok")


@pytest.mark.parametrize(
    "link",
    ["http://elsewhere.example/fhir/Patient", "/other/Patient", "https:/x", "http://[broken", "../admin", "file:///x"],
)
def test_link_elsewhere_is_not_followed(journal: Any, session_at: At, link: str) -> None:
    """A link that leads away from the candidate's base is recorded as refused and nothing is sent."""
    exchange = session_at(journal.base_url).follow(link)
    assert (exchange.outcome, exchange.response) == ("refused", None)
    assert exchange.error.startswith("not sent: the link")
    assert journal.connections == 0


@pytest.mark.parametrize(
    ("base", "link"),
    [
        ("https://x.example/fhir", "https://x.example:443/fhir?page=2"),
        ("http://x.example:80/fhir", "http://X.example/fhir?page=2"),
        ("https://x.example/fhir", "?page=2"),
    ],
)
def test_a_link_may_name_the_port_or_not(base: str, link: str) -> None:
    """The port that a scheme has anyway makes no other address."""
    assert link_url(base, link).endswith("page=2")
