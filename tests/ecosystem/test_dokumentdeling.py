"""Document sharing as a journal meets it: ITI-67 and ITI-68, blocked documents, and misbehaviour."""

from typing import Any

import pytest

NUMBER = "13817204078"


@pytest.fixture
def sharing(bench: Any) -> Any:
    """Document sharing that holds an open and a blocked document of one person."""
    told = {"community": "sykehus", "type": "A03-2", "title": "Epikrise", "date": "2026-01-10T12:00:00+01:00"}
    documents = [told | {"id": "a", "text": "Åpen"}, told | {"id": "b", "text": "Sperret", "label": "NORS"}]
    bench.say("PUT", "/facts/dokumentdeling/documents", {"person": NUMBER, "documents": documents})
    yield bench
    bench.say("DELETE", "/behaviour/dokumentdeling", status=204)


def asked(sharing: Any, **headers: str) -> Any:
    """The answer to a search for the person's documents."""
    address = f"{sharing.address}/dokumentdeling/fhir/DocumentReference/_search"
    return sharing.session.post(address, {"patient.identifier": f"x|{NUMBER}"}, headers=headers, timeout=10)


def test_open_documents_are_found_and_blocked_ones_counted(sharing: Any) -> None:
    """One is listed, one is told of by number alone; whoever forces access open gets both."""
    answer = asked(sharing)
    assert [e["resource"]["id"] for e in answer.json()["entry"]] == ["a"]
    assert answer.headers["NHN-SecurityLabel-Nors-Count"] == "1"
    assert asked(sharing, **{"NHN-Access-Basis": "FORHOYET_AKUTT"}).json()["total"] == 2


def test_content_comes_as_bytes(sharing: Any) -> None:
    """Its own type and bytes; a blocked one is not there without forcing."""
    url = asked(sharing).json()["entry"][0]["resource"]["content"][0]["attachment"]["url"]
    assert sharing.session.get(url, timeout=10).content == "Åpen".encode()
    blocked = f"{sharing.address}/dokumentdeling/fhir/Binary/b"
    assert sharing.session.get(blocked, timeout=10).status_code == 404


def test_one_that_repeats_itself_lists_twice(sharing: Any) -> None:
    """Asked to duplicate, it lists each document twice."""
    sharing.say("PUT", "/behaviour/dokumentdeling", {"duplicate": True})
    assert asked(sharing).json()["total"] == 2


def test_a_search_for_nobody_is_refused(sharing: Any) -> None:
    """Without a person there is nothing to look for."""
    address = f"{sharing.address}/dokumentdeling/fhir/DocumentReference/_search"
    assert sharing.session.post(address, {"status": "current"}, timeout=10).status_code == 400
