"""A Communication of the study becomes a message in its envelope."""

from typing import Any

import pytest

from simulator.fhir import Parties, message_bundle, message_id

SENDER = ("s", {"resourceType": "Organization", "identifier": [{"system": "urn:o", "value": "1"}]})
RECEIVER = ("r", {"resourceType": "Organization", "identifier": [{"system": "urn:o", "value": "2"}]})
PATIENT = ("p", {"resourceType": "Patient", "identifier": [], "name": [{"family": "Nord"}], "address": [{"city": "X"}]})
CONTENT = {
    "resourceType": "Communication",
    "status": "completed",
    "category": [{"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.8279", "code": "DIALOG_SVAR"}]}],
    "subject": {"reference": "urn:uuid:p"},
    "sent": "2026-01-05T10:00:00+01:00",
    "inResponseTo": [{"reference": "urn:uuid:earlier"}],
}


def made(**more: Any) -> dict[str, Any]:
    """The message."""
    return message_bundle(("c", CONTENT), Parties(SENDER, RECEIVER, PATIENT), **more)


def test_a_message_refers_to_its_own_entries_only() -> None:
    """Every reference leads to an entry; what it answers is named by number."""
    bundle = made(answers=[{"system": "urn:m", "value": "7"}])
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    header, content = bundle["entry"][0]["resource"], bundle["entry"][1]["resource"]
    assert header["id"] == message_id("c")
    assert header["eventCoding"]["code"] == "DIALOG_SVAR"
    assert [header["sender"]["reference"], header["destination"][0]["receiver"]["reference"]] == urls[3:]
    assert content["inResponseTo"] == [{"identifier": {"system": "urn:m", "value": "7"}}]
    assert "inResponseTo" not in made()["entry"][1]["resource"]


def test_a_message_tells_no_more_of_the_patient_than_it_must() -> None:
    """Number and name, not where somebody lives."""
    assert set(made()["entry"][2]["resource"]) == {"resourceType", "identifier", "name"}


def test_a_test_message_is_tagged() -> None:
    """The tag stands on the envelope."""
    assert made(test=True)["entry"][0]["resource"]["meta"]["tag"][0]["code"] == "HTEST"
    assert "meta" not in made()["entry"][0]["resource"]


def test_an_independent_model_of_r4_accepts_a_message() -> None:
    """The envelope is valid by the fhir.resources package."""
    pytest.importorskip("fhir.resources.R4B.bundle").Bundle.model_validate(made())
