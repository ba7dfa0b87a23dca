"""Archive, letter box, accounts and roster: what they take and keep, and what the roster sends."""

from typing import Any
from uuid import uuid4

import pytest

from tests.ecosystem.conftest import Bench, Server
from tests.ecosystem.test_reseptformidleren import FNR, message

Json = dict[str, Any]
NUMBER = "https://journalbenk.example/fhir/sid/handed-over"
IPLOS = "urn:oid:2.16.578.1.12.4.1.1.9151"
ATTACHMENT = {"contentType": "text/plain", "data": "VmVkdGFr", "title": "Vedtak"}


def letter(person: str, **more: Any) -> Json:
    """A decision letter."""
    subject = {"identifier": {"system": FNR, "value": person}}
    told = {"resourceType": "DocumentReference", "identifier": [{"system": NUMBER, "value": str(uuid4())}]}
    return told | {"subject": subject, "content": [{"attachment": ATTACHMENT}]} | more


def send(bench: Bench, office: str, event: str, resource: Json) -> str:
    """Hands something over; gives the receipt's code."""
    answer = bench.say("POST", f"/{office}/$process-message", message(event, resource))
    return str(answer["entry"][0]["resource"]["response"]["code"])


def held(bench: Bench, office: str, person: str) -> list[Json]:
    """What an office has about somebody."""
    found: list[Json] = bench.say("POST", f"/facts/{office}/held", {"person": person})["held"]
    return found


@pytest.mark.parametrize(("office", "event"), [("arkiv", "JOURNALPOST"), ("fiks", "FORSENDELSE")])
def test_a_letter_is_kept_with_its_document(bench: Bench, office: str, event: str) -> None:
    """One without a document or a number, and a message for somebody else, are refused."""
    person = uuid4().hex
    assert send(bench, office, event, letter(person)) == "ok"
    assert send(bench, office, event, letter(person, content=[])) == "fatal-error"
    assert send(bench, office, event, letter(person, identifier=[])) == "fatal-error"
    assert send(bench, office, "BETALINGSGRUNNLAG", letter(person)) == "fatal-error"
    assert [(one["data"], one["taken"]) for one in held(bench, office, person)] == [("VmVkdGFr", 1)]


def test_a_service_that_ends_is_the_same_service(bench: Bench) -> None:
    """Told again under the same number it takes the place of the former; one without a kind is refused."""
    person = uuid4().hex
    service = {
        "resourceType": "EpisodeOfCare",
        "identifier": [{"system": NUMBER, "value": str(uuid4())}],
        "status": "active",
        "type": [{"coding": [{"system": IPLOS, "code": "15"}]}],
        "patient": {"identifier": {"system": FNR, "value": person}},
        "period": {"start": "2026-01-12"},
    }
    assert send(bench, "okonomi", "BETALINGSGRUNNLAG", service) == "ok"
    ended = service | {"status": "finished", "period": {"start": "2026-01-12", "end": "2026-01-16"}}
    assert send(bench, "okonomi", "BETALINGSGRUNNLAG", ended) == "ok"
    assert send(bench, "okonomi", "BETALINGSGRUNNLAG", service | {"type": []}) == "fatal-error"
    [one] = held(bench, "okonomi", person)
    assert (one["status"], one["end"], one["taken"]) == ("finished", "2026-01-16", 2)


def test_the_roster_tells_of_a_shift_by_its_number(bench: Bench, mailbox: Server) -> None:
    """A role and its schedule, the organisation named by number."""
    bench.say("PUT", "/candidate", {"base_url": mailbox.address})
    shift = {
        "id": str(uuid4()),
        "start": "2026-01-15",
        "end": "2026-01-16",
        "hpr": "9144900",
        "organisation": "974600951",
    }
    bench.say("POST", "/facts/turnus/shifts", shift)
    [bundle] = mailbox.bodies
    role, schedule = [entry["resource"] for entry in bundle["entry"]]
    assert role["organization"]["reference"].endswith("|974600951")
    assert schedule["actor"][0]["reference"] == bundle["entry"][0]["fullUrl"]
    assert {entry["request"]["method"] for entry in bundle["entry"]} == {"PUT"}
    bench.say("POST", "/facts/turnus/shifts", {"id": "x"}, status=400)
