"""The address register tells who receives what where, and the message server acknowledges what comes."""

from typing import Any

import pytest

PLACE = "/adresseregisteret/kommunikasjonsparter"
HOME_CARE = {
    "navn": "Hjemmetjenesten",
    "organisasjonsnummer": "974600951",
    "overordnet": "100",
    "tjenester": ["KP02"],
    "endepunkt": "http://127.0.0.1:1/a",
}
MESSAGE: dict[str, Any] = {
    "resourceType": "Bundle",
    "type": "message",
    "entry": [{"resource": {"resourceType": "MessageHeader", "id": "m1", "source": {"endpoint": "http://back"}}}],
}


@pytest.fixture
def register(bench: Any) -> Any:
    """A register with home care in it."""
    bench.say("PUT", f"/facts{PLACE}/101", HOME_CARE)
    return bench


def test_what_is_listed_comes_twice_and_the_other_way_round(register: Any) -> None:
    """When the register is asked to repeat itself and to mix things up."""
    for her in ("111", "112"):
        register.say("PUT", f"/facts{PLACE}/{her}", HOME_CARE | {"overordnet": "110"})
    register.say("PUT", "/behaviour/adresseregisteret", {"duplicate": True, "out_of_order": True})
    found = register.say("GET", f"{PLACE}?overordnet=110")["kommunikasjonsparter"]
    register.say("DELETE", "/behaviour/adresseregisteret", status=204)
    for her in ("111", "112"):
        register.say("DELETE", f"/facts{PLACE}/{her}", status=204)
    assert [party["herId"] for party in found] == ["112", "112", "111", "111"]


def test_a_party_is_told_by_its_her_id(register: Any) -> None:
    """Everything about it; 404 for a HER-id that nobody has, or no longer."""
    assert register.say("GET", f"{PLACE}/101") == {"herId": "101", **HOME_CARE, "format": "fhir", "gyldig": True}
    register.say("GET", f"{PLACE}/102", status=404)
    register.say("DELETE", f"/facts{PLACE}/101", status=204)
    register.say("GET", f"{PLACE}/101", status=404)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tjeneste=KP02", ["101"]),
        ("tjeneste=KP02&overordnet=100", ["101"]),
        ("organisasjonsnummer=974600951&tjeneste=KP02", ["101"]),
        ("tjeneste=KA01", []),
        ("overordnet=7", []),
    ],
)
def test_parties_are_found_by_service(register: Any, query: str, found: list[str]) -> None:
    """By service, parent and organisation number, all that are asked for."""
    told = register.say("GET", f"{PLACE}?{query}")["kommunikasjonsparter"]
    assert [party["herId"] for party in told] == found


def test_a_party_that_is_no_longer_valid_is_not_found_by_service(register: Any) -> None:
    """It is told by its HER-id, as not valid."""
    register.say("PUT", f"/facts{PLACE}/101", {**HOME_CARE, "gyldig": False})
    assert register.say("GET", f"{PLACE}?tjeneste=KP02")["kommunikasjonsparter"] == []
    assert register.say("GET", f"{PLACE}/101")["gyldig"] is False


@pytest.mark.parametrize("query", ["", "?navn=x", "?tjeneste="])
def test_what_cannot_be_searched_for_is_refused(register: Any, query: str) -> None:
    """400 rather than all that there are."""
    register.say("GET", PLACE + query, status=400)


@pytest.mark.parametrize("wrong", [{"navn": ""}, {"endepunkt": "ftp://x"}, {"tjenester": ["x"]}, {"format": "fax"}])
def test_a_faulty_party_is_refused(bench: Any, wrong: dict[str, Any]) -> None:
    """The bench cannot enter what the register could not hold."""
    bench.say("PUT", f"/facts{PLACE}/9", {**HOME_CARE, **wrong}, status=400)
    bench.say("PUT", f"/facts{PLACE}/x", HOME_CARE, status=400)


def test_a_box_acknowledges_refuses_or_says_nothing(bench: Any) -> None:
    """As the bench asks it to; the receipt is for the message that came."""
    response = bench.say("POST", "/meldingstjener/a", MESSAGE)["entry"][0]["resource"]["response"]
    assert response == {"identifier": "m1", "code": "ok"}
    bench.say("PUT", "/facts/meldingstjener/a", {"answer": "refused", "error": "E31"})
    refused = bench.say("POST", "/meldingstjener/a", MESSAGE)
    assert refused["entry"][0]["resource"]["response"]["code"] == "fatal-error"
    assert refused["entry"][1]["resource"]["issue"][0]["details"]["coding"][0]["code"] == "E31"
    bench.say("PUT", "/facts/meldingstjener/a", {"answer": "nothing"})
    assert bench.say("POST", "/meldingstjener/a", MESSAGE, status=202) is None
    bench.say("PUT", "/facts/meldingstjener/a", {"answer": "perhaps"}, status=400)


OTHER = {"resourceType": "Bundle", "type": "message", "entry": [{"resource": {"resourceType": "Patient", "id": "1"}}]}
NO_MESSAGES = [{}, {"entry": []}, {"entry": [{"resource": {}}]}, MESSAGE | {"type": "batch"}, OTHER]


@pytest.mark.parametrize("body", NO_MESSAGES)
def test_a_box_takes_messages_only(bench: Any, body: Any) -> None:
    """What is no message is refused as a request."""
    bench.say("POST", "/meldingstjener/b", body, status=400)


def test_a_box_acknowledges_whatever_the_sender_says_of_itself(bench: Any) -> None:
    """A source of another form than R4's is no reason to say nothing."""
    header = MESSAGE["entry"][0]["resource"] | {"source": ["nowhere"]}
    answer = bench.say("POST", "/meldingstjener/c", MESSAGE | {"entry": [{"resource": header}]})
    assert answer["entry"][0]["resource"]["response"] == {"identifier": "m1", "code": "ok"}
