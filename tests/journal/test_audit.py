"""The audit trail."""

from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest

Json = dict[str, Any]


def trail(client: Any, query: str) -> list[Json]:
    """The AuditEvents of a search, oldest first."""
    bundle = client.get(f"AuditEvent?{query}&_count=200").json()
    return [entry["resource"] for entry in bundle.get("entry", [])][::-1]


def steps(events: list[Json]) -> list[tuple[str, str, str]]:
    """Subtype, action and outcome of each event."""
    return [(e["subtype"][0]["code"], e["action"], e["outcome"]) for e in events]


def test_everything_done_to_a_patient_is_in_the_trail(client: Any, patient: Json, mark: str) -> None:
    """Each interaction, refused ones too, leaves an AuditEvent found by the patient."""
    who = f"Patient/{client.create(patient)['id']}"
    client.get(who)
    client.get(f"{who}/_history/1")
    client.get(f"{who}/_history")
    client.get(f"Patient?identifier=urn:test|{mark}")
    client.send("PUT", who, patient | {"id": who.partition("/")[2]})
    client.send("PUT", who, patient | {"id": who.partition("/")[2]}, If_Match='W/"9"')
    client.send("PATCH", who, [], Content_Type="application/json-patch+json")
    client.send("DELETE", who)
    client.get(who)
    events = trail(client, f"patient={who}")
    assert steps(events) == [
        ("create", "C", "0"),
        ("read", "R", "0"),
        ("vread", "R", "0"),
        ("history-instance", "R", "0"),
        ("search-type", "E", "0"),
        ("update", "U", "0"),
        ("update", "U", "4"),
        ("patch", "U", "0"),
        ("delete", "D", "0"),
        ("read", "R", "4"),
    ]
    assert all(e["agent"][0]["network"]["address"] == "127.0.0.1" for e in events)
    query = b64decode(events[4]["entity"][-1]["query"]).decode()
    assert f"identifier=urn:test|{mark}" in query


def test_a_look_at_anything_about_a_patient_is_in_the_trail(
    client: Any, patient: Json, observation: Callable[..., Json]
) -> None:
    """Reading an Observation shows up for its subject; so does a search that lists it, and a bundle's entries."""
    who = f"Patient/{client.create(patient)['id']}"
    seen = f"Observation/{client.create(observation(who))['id']}"
    client.get(seen)
    client.get(f"Observation?subject={who}")
    client.transact({"request": {"method": "GET", "url": seen}}, kind="batch")
    found = steps(trail(client, f"patient={who}"))
    assert found[1:] == [("create", "C", "0"), ("read", "R", "0"), ("search-type", "E", "0"), ("read", "R", "0")]
    assert steps(trail(client, f"entity={seen}")) == found[1:]


def test_the_entries_of_a_failed_transaction_are_in_the_trail(client: Any, patient: Json, mark: str) -> None:
    """A rolled back transaction and its entries are remembered as failed."""
    put = {"resource": patient | {"id": mark}, "request": {"method": "PUT", "url": f"Patient/{mark}"}}
    client.transact(put, {"request": {"method": "GET", "url": "Patient/never-was"}})
    assert client.get(f"Patient/{mark}").status_code == 404
    assert ("update", "U", "4") in steps(trail(client, f"entity=Patient/{mark}"))


def test_the_trail_can_be_searched(client: Any, patient: Json) -> None:
    """By action, outcome, subtype, type, date and address; in pages, newest first; and read one by one."""
    who = f"Patient/{client.create(patient)['id']}"
    client.get(who)
    client.get(f"{who}/_history/7")
    for query, expected in (
        ("action=C", 1),
        ("action=R", 2),
        ("outcome=4", 1),
        ("subtype=vread", 1),
        ("subtype=http://hl7.org/fhir/restful-interaction|read,create", 2),
        ("type=rest", 3),
        ("type=other", 0),
        ("date=ge2020", 3),
        ("date=lt2020", 0),
        ("address=127.0", 3),
        ("agent=Practitioner/1", 0),
    ):
        assert len(trail(client, f"entity={who}&{query}")) == expected, query
    first = client.get(f"AuditEvent?entity={who}&_count=1").json()
    assert first["total"] == 3
    newest = first["entry"][0]["resource"]
    assert newest["subtype"][0]["code"] == "vread"
    assert client.get(f"AuditEvent/{newest['id']}").json() == newest
    assert client.get(f"AuditEvent/{newest['id']}/_history/1").status_code == 200
    upwards = client.get(f"AuditEvent?entity={who}&_sort=date").json()["entry"]
    assert upwards[-1]["resource"] == newest
    assert client.get("AuditEvent?shoe-size=44", Prefer="handling=strict").status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "AuditEvent"),
        ("PUT", "AuditEvent/1"),
        ("PATCH", "AuditEvent/1"),
        ("DELETE", "AuditEvent/1"),
        ("DELETE", "AuditEvent?_id=1"),
    ],
)
def test_no_call_changes_the_trail(client: Any, method: str, path: str) -> None:
    """Creating, changing and deleting AuditEvents answers 405, in a bundle too; the attempt is remembered."""
    before = client.get("AuditEvent?_id=1").json()["entry"][0]["resource"]
    assert client.send(method, path, {"resourceType": "AuditEvent", "id": "1"}).status_code == 405
    entry = {"request": {"method": method, "url": path}, "resource": {"resourceType": "AuditEvent"}}
    assert client.transact(entry).status_code == 405
    assert client.get("AuditEvent?_id=1").json()["entry"][0]["resource"] == before


def test_person_numbers_are_not_in_the_trail(client: Any) -> None:
    """The query remembered has eleven-digit numbers blotted out."""
    digits = "9" * 11
    client.get(f"Patient?identifier=urn:x|{digits}")
    newest = trail(client, "subtype=search-type&date=ge2020")[-1]
    assert digits not in str(newest)
    entities = [one for event in trail(client, "subtype=search-type") for one in event.get("entity", ())]
    events = [b64decode(one["query"]).decode() for one in entities if "query" in one]
    assert any("urn:x|***" in text for text in events)
    assert not any(digits in text for text in events)
