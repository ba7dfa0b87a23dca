"""Helsenorge as a client of a candidate: looks, applies, watches and books on a citizen's behalf, and takes notices."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

CITIZEN = {"pid": "13817204078", "name": "Kari Nordmann"}
SEARCHSET = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Condition", "id": "c"}}]}


@pytest.fixture
def candidate(bench: Any, mailbox: Any) -> Iterator[Any]:
    """Helsenorge takes the mailbox for a candidate that asks for tokens."""
    bench.say("PUT", "/candidate", {"base_url": mailbox.address, "audience": mailbox.address})
    yield mailbox
    bench.say("DELETE", "/behaviour/helsenorge", status=204)
    bench.say("PUT", "/candidate", {"base_url": mailbox.address})


def test_it_looks_on_the_citizens_behalf(bench: Any, candidate: Any) -> None:
    """The search goes with the citizen's bound token, and what is found is told."""
    candidate.tells.append(SEARCHSET)
    asked = {"citizen": CITIZEN, "kind": "Condition", "criteria": {"patient": "Patient/1"}}
    told = bench.say("POST", "/facts/helsenorge/oppslag", asked)
    assert told == {"status": 200, "resources": [{"resourceType": "Condition", "id": "c"}]}
    ((path, fields, body),) = candidate.kept
    assert path == "/Condition/_search"
    assert parse_qs(body.decode())["patient"] == ["Patient/1"]
    assert fields["Authorization"].startswith("DPoP ")


def test_an_application_is_the_same_however_often_it_is_sent(bench: Any, candidate: Any) -> None:
    """Twice on request, to be made only once, and the case's name is told."""
    place = {"response": {"location": "http://x/fhir/ServiceRequest/9/_history/1"}}
    candidate.tells += [{"entry": [place]}, {"entry": [place]}]
    bench.say("PUT", "/behaviour/helsenorge", {"duplicate": True})
    resource = {"resourceType": "ServiceRequest", "status": "active"}
    told = bench.say("POST", "/facts/helsenorge/soknader", {"number": "s-1", "resource": resource})
    assert told == {"statuses": [200, 200], "names": ["ServiceRequest/9", "ServiceRequest/9"]}
    first, second = candidate.bodies
    assert first == second
    assert first["entry"][0]["request"]["ifNoneExist"].endswith("|s-1")


def test_it_asks_to_be_told_at_its_own_address(bench: Any, candidate: Any) -> None:
    """The Subscription names topic, patient and endpoint, and wants no content."""
    bench.say("POST", "/facts/helsenorge/abonnement", {"patient": "Patient/1", "topic": "https://x/topic"})
    (subscription,) = candidate.bodies
    assert subscription["criteria"] == "https://x/topic"
    assert subscription["_criteria"]["extension"][0]["valueString"] == "patient=Patient/1"
    assert subscription["channel"]["endpoint"] == f"{bench.address}/helsenorge/varsler"
    assert subscription["channel"]["_payload"]["extension"][0]["valueCode"] == "id-only"


def test_the_citizen_books(bench: Any, candidate: Any) -> None:
    """The appointment goes with the citizen's token."""
    booking = {"citizen": CITIZEN, "resource": {"resourceType": "Appointment", "status": "booked"}}
    assert bench.say("POST", "/facts/helsenorge/timer", booking)["status"] == 200
    ((path, fields, _),) = candidate.kept
    assert path == "/Appointment"
    assert fields["Authorization"].startswith("DPoP ")


@pytest.mark.parametrize("line", [True, "refused", "cut"])
def test_while_it_is_down_it_asks_nothing(bench: Any, candidate: Any, line: Any) -> None:
    """No look-up, Subscription or booking reaches the candidate, then or later; up again it asks as before."""
    look = {"citizen": CITIZEN, "kind": "Condition", "criteria": {"patient": "Patient/1"}}
    booking = {"citizen": CITIZEN, "resource": {"resourceType": "Appointment", "status": "booked"}}
    watch = {"patient": "Patient/1", "topic": "https://x/topic"}
    bench.say("PUT", "/behaviour/helsenorge", {"down": line})
    assert bench.say("POST", "/facts/helsenorge/oppslag", look) == {"status": 0, "resources": []}
    assert bench.say("POST", "/facts/helsenorge/timer", booking) == {"status": 0, "name": ""}
    assert bench.say("POST", "/facts/helsenorge/abonnement", watch) == {"status": 0, "name": ""}
    bench.say("DELETE", "/behaviour/helsenorge", status=204)
    assert candidate.kept == []
    assert bench.say("POST", "/facts/helsenorge/oppslag", look)["status"] == 200


def test_while_it_is_slow_it_asks_late(bench: Any, candidate: Any) -> None:
    """A look-up takes the seconds asked for longer."""
    bench.say("PUT", "/behaviour/helsenorge", {"slow_s": 0.2})
    asked = {"citizen": CITIZEN, "kind": "Condition", "criteria": {"patient": "Patient/1"}}
    answer = bench.session.post(f"{bench.address}/facts/helsenorge/oppslag", json=asked, timeout=10)
    assert answer.elapsed.total_seconds() >= 0.2
    assert len(candidate.kept) == 1


def test_a_notice_is_taken_and_kept(bench: Any) -> None:
    """Whatever comes is answered 200 and stands in the log."""
    bench.say("DELETE", "/received/helsenorge", status=204)
    bench.say("POST", "/helsenorge/varsler", {"resourceType": "Bundle", "type": "history"})
    (entry,) = bench.say("GET", "/received/helsenorge")["entries"]
    assert (entry["direction"], entry["body"]["type"]) == ("in", "history")


@pytest.mark.parametrize("path", ["oppslag", "soknader", "abonnement", "timer"])
def test_what_is_not_understood_is_refused(bench: Any, path: str) -> None:
    """The bench is told when it says nonsense."""
    bench.say("POST", f"/facts/helsenorge/{path}", {"hva": "nå"}, status=400)
