"""The population register: documents by number, a feed of events, and being wrong on request."""

from collections.abc import Iterator
from typing import Any

import pytest

NUMBER, OTHER = "05811250025", "05811250106"


def document(number: str = NUMBER, **more: Any) -> dict[str, Any]:
    """A person document."""
    return {
        "identifikasjonsnummer": [{"foedselsEllerDNummer": number}],
        "navn": {"fornavn": "Kari", "etternavn": "Nordmann"},
        "kjoenn": "kvinne",
        "foedselsdato": "2012-01-05",
    } | more


@pytest.fixture
def register(bench: Any) -> Iterator[Any]:
    """The register with two people, behaving well again afterwards."""
    for number in (NUMBER, OTHER):
        bench.say("PUT", "/facts/folkeregisteret/personer", document(number), status=204)
    yield bench
    bench.say("DELETE", "/behaviour/folkeregisteret", status=204)


def look_up(register: Any, *numbers: str) -> list[dict[str, Any]]:
    """What the register knows of some numbers."""
    body = {"folkeregisteridentifikatorer": list(numbers)}
    found: list[dict[str, Any]] = register.say("POST", "/folkeregisteret/personer/bulkoppslag", body)["oppslag"]
    return found


def happen(register: Any, **more: Any) -> int:
    """Somebody takes another name; the sequence number of that."""
    body = {"hendelsetype": "endringINavn", "person": document(**more)}
    return int(register.say("POST", "/facts/folkeregisteret/hendelser", body)["sekvensnummer"])


def test_people_are_looked_up_by_number(register: Any) -> None:
    """Each number asked for is answered, an unknown one with a message."""
    known, unknown = look_up(register, NUMBER, "05811250378")
    assert known["folkeregisterperson"]["navn"]["etternavn"] == "Nordmann"
    assert "feilmelding" in unknown


def test_a_former_number_leads_to_the_person(register: Any) -> None:
    """Who asks by a number that has ended gets the document with the new one."""
    rows = [{"foedselsEllerDNummer": "05811250459"}, {"foedselsEllerDNummer": NUMBER, "status": "opphoert"}]
    register.say("PUT", "/facts/folkeregisteret/personer", document(identifikasjonsnummer=rows), status=204)
    (found,) = look_up(register, NUMBER)
    assert found["folkeregisterperson"]["identifikasjonsnummer"][0]["foedselsEllerDNummer"] == "05811250459"


def test_the_feed_goes_on_from_a_number(register: Any) -> None:
    """Only what has happened since is listed, in order, and who it is about stands in it."""
    first, second = happen(register), happen(register)
    assert second == first + 1
    listed = register.say("GET", f"/folkeregisteret/hendelser/feed?seq={first}")
    assert [event["sekvensnummer"] for event in listed] == [first, second]
    assert listed[0]["hendelse"]["folkeregisteridentifikator"] == NUMBER
    assert register.say("GET", f"/folkeregisteret/hendelser/feed?seq={second + 1}") == []
    assert register.say("GET", "/folkeregisteret/hendelser/siste/sekvensnummer") == {"sekvensnummer": second}


@pytest.mark.parametrize("seq", ["x", "9" * 5000])
def test_a_sequence_number_is_one(register: Any, seq: str) -> None:
    """400 for what is none."""
    register.say("GET", f"/folkeregisteret/hendelser/feed?seq={seq}", status=400)


def test_the_feed_repeats_itself_and_mixes_things_up_on_request(register: Any) -> None:
    """Every event twice, the latest first."""
    first, second = happen(register), happen(register)
    register.say("PUT", "/behaviour/folkeregisteret", {"duplicate": True, "out_of_order": True})
    listed = register.say("GET", f"/folkeregisteret/hendelser/feed?seq={first}")
    assert [event["sekvensnummer"] for event in listed] == [second, second, first, first]


def test_a_wrong_answer_is_about_somebody_else(register: Any) -> None:
    """Asked for one it tells of another, until it behaves well."""
    register.say("PUT", "/behaviour/folkeregisteret", {"wrong": True})
    (found,) = look_up(register, NUMBER)
    numbers = [row["foedselsEllerDNummer"] for row in found["folkeregisterperson"]["identifikasjonsnummer"]]
    assert NUMBER not in numbers


@pytest.mark.parametrize("body", [{"navn": {}}, document(kjoenn="annet"), document(number="1")])
def test_what_is_no_person_document_is_refused(bench: Any, body: dict[str, Any]) -> None:
    """The bench is told when it enters nonsense."""
    bench.say("PUT", "/facts/folkeregisteret/personer", body, status=400)
