"""Nothing leaves the bench with a real person number, and no person number stands in a URL."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from simulator.candidates import Session
from simulator.candidates.guard import has_identity_number
from simulator.domain.interaction import Interaction
from simulator.errors import PersonNumberError

Number = Callable[[int], str]
Serve = Callable[..., Any]
Say = Callable[..., bytes]
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"


def interactions_with(number: str) -> list[Interaction]:
    """The number in every place an interaction has room for it."""
    patient = orjson.dumps({"resourceType": "Patient", "identifier": [{"system": FNR, "value": number}]})
    return [
        Interaction("body", "create", "Patient", body=patient),
        Interaction("query", "search", "Patient", query=f"identifier={FNR}|{number}"),
        Interaction("encoded", "search", "Patient", query=f"identifier=urn%3Aoid%3A2.16%7C{number}"),
        Interaction("header", "create", "Patient", body=b"{}", headers=(("If-None-Exist", f"identifier=|{number}"),)),
        Interaction("target", "read", "Patient", target=f"Patient/{number}"),
    ]


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("added", [0, 40])
def test_real_number_is_never_sent(  # noqa: PLR0917  fixtures are given by name
    serve: Serve, say: Say, session_at: Callable[..., Session], person_number: Number, place: int, added: int
) -> None:
    """A number outside the synthetic series is refused wherever it stands; nothing is sent and it is not repeated."""
    server = serve(lambda _: say(200))
    number = person_number(added)
    with pytest.raises(PersonNumberError) as caught:
        session_at(server.base_url).send(interactions_with(number)[place])
    assert number not in str(caught.value)
    assert server.connections == 0


@pytest.mark.parametrize("added", [80, 65])
def test_synthetic_number_travels_in_bodies_and_headers(
    serve: Serve, say: Say, session_at: Callable[..., Session], person_number: Number, added: int
) -> None:
    """Synthetic numbers are sent in bodies and headers, and the URL is free of them."""
    server = serve(lambda _: say(200, {}))
    number = person_number(added)
    session = session_at(server.base_url)
    assert {session.send(i).outcome for i in interactions_with(number)[:4]} == {"ok"}
    assert not any(number in request.path for request in server.requests)


@pytest.mark.parametrize(
    "interaction",
    [
        lambda number: Interaction("1", "read", "Patient", target=f"Patient/{number}"),
        lambda number: Interaction("2", "update", "Patient", query=f"identifier={number}", body=b"{}"),
        lambda number: Interaction("3", "delete", "Patient", query=f"identifier=urn%3Ax%7C{number}"),
    ],
)
def test_even_synthetic_number_is_kept_out_of_urls(
    serve: Serve, say: Say, session_at: Callable[..., Session], person_number: Number, interaction: Any
) -> None:
    """A synthetic number in a URL is refused before anything is sent."""
    server = serve(lambda _: say(200))
    with pytest.raises(PersonNumberError, match=r"in a URL.*POST _search"):
        session_at(server.base_url).send(interaction(person_number(80)))
    assert server.connections == 0


def test_candidates_own_number_is_not_sent_but_recorded(
    serve: Serve, say: Say, session_at: Callable[..., Session], person_number: Number
) -> None:
    """A candidate that names a patient by person number gets no request with it in the URL, and no error is raised."""
    number = person_number(80)
    server = serve(lambda _: say(201, Location=f"Patient/{number}"))
    session = session_at(server.base_url)
    session.send(Interaction("p", "create", "Patient", body=b"{}"))
    read = session.send(Interaction("r", "read", "Patient", target="p"))
    page = session.follow(f"{server.base_url}/Patient?identifier={number}")
    for exchange in (read, page):
        assert (exchange.outcome, exchange.response) == ("refused", None)
        assert "national identity number" in exchange.error
        assert number not in exchange.request.url
    assert len(server.requests) == 1


def test_digits_inside_uuid_are_no_person(person_number: Number) -> None:
    """Eleven digits that only happen to stand in a UUID are not taken for a person's."""
    number = person_number(0)
    assert has_identity_number(f"Patient/{number}")
    assert not has_identity_number(f"Patient/0a1b2c3d-0000-8000-8000-{number}a")
