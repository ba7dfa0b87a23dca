"""The journals of others: found by number in the body, read by patient, and wrong about whom on request."""

from collections.abc import Iterator
from typing import Any

import pytest

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
NUMBER, OTHER = "05811250025", "05811250106"
NAMES = ["sykehus", "helseplattformen", "fastlege"]


def person(number: str) -> dict[str, Any]:
    """A Patient."""
    return {"resourceType": "Patient", "identifier": [{"system": FNR, "value": number}]}


@pytest.fixture(params=NAMES)
def record(request: pytest.FixtureRequest, bench: Any) -> Iterator[tuple[Any, str]]:
    """One of the journals with two people, one of whom has a diagnosis."""
    name = request.param
    condition = {"resourceType": "Condition", "subject": {"reference": "Patient/a"}}
    for path, body in (("Patient/a", person(NUMBER)), ("Patient/b", person(OTHER)), ("Condition/c", condition)):
        bench.say("PUT", f"/facts/{name}/{path}", body, status=204)
    yield bench, name
    bench.say("DELETE", f"/facts/{name}", status=204)
    bench.say("DELETE", f"/behaviour/{name}", status=204)


def search(record: tuple[Any, str], kind: str, **criteria: str) -> list[str]:
    """The ids a search lists."""
    bench, name = record
    answer = bench.session.post(f"{bench.address}/{name}/fhir/{kind}/_search", data=criteria, timeout=10)
    assert answer.status_code == 200, answer.text
    return [entry["resource"]["id"] for entry in answer.json()["entry"]]


def test_a_person_is_found_by_number_and_the_rest_by_the_person(record: tuple[Any, str]) -> None:
    """The number leads to one person, the person to the diagnosis, somebody else to nothing."""
    assert search(record, "Patient", identifier=f"{FNR}|{NUMBER}") == ["a"]
    assert search(record, "Condition", patient="Patient/a") == ["c"]
    assert search(record, "Condition", patient="Patient/b") == []


def test_a_number_in_the_address_is_refused(record: tuple[Any, str]) -> None:
    """No identity number belongs in a URL; what is not understood is refused too."""
    bench, name = record
    bench.say("GET", f"/{name}/fhir/Patient?identifier=x", status=400)
    bench.say("GET", f"/{name}/fhir/Condition?code=x", status=400)
    bench.say("GET", f"/{name}/fhir/Observation/x", status=404)


def test_a_resource_is_read(record: tuple[Any, str]) -> None:
    """By its id, as the bench put it."""
    bench, name = record
    assert bench.say("GET", f"/{name}/fhir/Condition/c")["subject"] == {"reference": "Patient/a"}
    assert bench.say("GET", f"/{name}/fhir/metadata")["fhirVersion"] == "4.0.1"


def test_it_repeats_itself_and_tells_of_somebody_else_on_request(record: tuple[Any, str]) -> None:
    """Twice the same person; or the other person when asked for this one."""
    bench, name = record
    bench.say("PUT", f"/behaviour/{name}", {"duplicate": True})
    assert search(record, "Patient", identifier=f"{FNR}|{NUMBER}") == ["a", "a"]
    bench.say("PUT", f"/behaviour/{name}", {"wrong": True})
    assert search(record, "Patient", identifier=f"{FNR}|{NUMBER}") == ["b"]
