"""transaction and batch."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

Json = dict[str, Any]
URN = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"


def post(resource: Json, full_url: str | None = None, **request: str) -> Json:
    """An entry that creates."""
    entry = {"resource": resource, "request": {"method": "POST", "url": resource["resourceType"], **request}}
    return entry | ({"fullUrl": full_url} if full_url else {})


def test_references_between_entries_are_resolved_everywhere(
    client: Any, patient: Json, observation: Callable[..., Json]
) -> None:
    """urn:uuid references become the ids given, in nested elements too, and whichever entry comes first."""
    watched = observation(URN, performer=[{"reference": URN}], extension=[{"url": "urn:x", "valueUri": URN}])
    answer = client.transact(post(watched), post(patient, URN), Prefer="return=representation")
    assert answer.status_code == 200, answer.text
    entries = answer.json()["entry"]
    assert [e["response"]["status"] for e in entries] == ["201 Created"] * 2
    who = f"Patient/{entries[1]['resource']['id']}"
    stored = entries[0]["resource"]
    assert stored["subject"]["reference"] == stored["performer"][0]["reference"] == who
    assert stored["extension"][0]["valueUri"] == who
    assert entries[1]["response"]["location"] == f"{client.base}/{who}/_history/1"
    assert client.ids(f"Observation?subject={who}") == [stored["id"]]


def test_conditional_references_find_their_one_match(
    client: Any, patient: Json, mark: str, observation: Callable[..., Json]
) -> None:
    """Type?criteria becomes Type/id; none or several matches fail the whole bundle."""
    wanted = observation(f"Patient?identifier=urn:test|{mark}")
    none = client.transact(post(wanted))
    assert (none.status_code, none.json()["issue"][0]["expression"]) == (412, ["Bundle.entry[0]"])
    who = client.create(patient)["id"]
    stored = client.transact(post(wanted), Prefer="return=representation").json()["entry"][0]["resource"]
    assert stored["subject"]["reference"] == f"Patient/{who}"
    client.create(patient)
    assert client.transact(post(wanted)).status_code == 412


@pytest.mark.parametrize("broken", ["invalid", "stale", "missing-urn", "no-url", "gone"])
def test_one_failing_entry_undoes_all(
    client: Any, patient: Json, mark: str, broken: str, observation: Callable[..., Json]
) -> None:
    """Nothing of a transaction remains when an entry fails, and the issue points to that entry."""
    there = client.create(patient | {"identifier": [{"system": "urn:other", "value": mark}]})
    path = f"Patient/{there['id']}"
    bad: dict[str, tuple[int, Json]] = {
        "invalid": (422, post(patient | {"gender": "xyz"})),
        "stale": (412, {"resource": there, "request": {"method": "PUT", "url": path, "ifMatch": 'W/"7"'}}),
        "missing-urn": (400, post(observation("urn:uuid:00000000-0000-4000-8000-000000000000"))),
        "no-url": (404, {"resource": patient, "request": {"method": "POST", "url": "Nonsense"}}),
        "gone": (404, {"request": {"method": "GET", "url": "Patient/never-was"}}),
    }
    status, entry = bad[broken]
    removal = {"request": {"method": "DELETE", "url": path}}
    first = [post(patient)] if broken == "stale" else [post(patient), removal]
    answer = client.transact(*first, entry)
    assert answer.status_code == status, answer.text
    assert answer.json()["issue"][0]["expression"][0].startswith(f"Bundle.entry[{len(first)}]")
    assert client.ids(f"Patient?identifier=urn:test|{mark}") == []
    assert client.get(path).status_code == 200


def test_deletes_come_before_creates_and_reads_last(client: Any, patient: Json, mark: str) -> None:
    """Verb order is DELETE, POST, PUT, GET, whatever the order of entries; answers keep the order of entries."""
    old = client.create(patient)
    where = f"Patient?identifier=urn:test|{mark}"
    answer = client.transact(
        {"request": {"method": "GET", "url": where}},
        post(patient, ifNoneExist=f"identifier=urn:test|{mark}"),
        {"request": {"method": "DELETE", "url": f"Patient/{old['id']}"}},
    )
    entries = answer.json()["entry"]
    assert [e["response"]["status"] for e in entries] == ["200 OK", "201 Created", "204 No Content"]
    assert entries[0]["resource"]["total"] == 1
    assert entries[0]["resource"]["entry"][0]["resource"]["id"] != old["id"]


def test_a_conditional_create_in_a_transaction_refers_to_what_is_there(
    client: Any, patient: Json, mark: str, observation: Callable[..., Json]
) -> None:
    """With ifNoneExist, references to the entry become references to the resource that matched."""
    who = client.create(patient)["id"]
    entries = client.transact(
        post(patient, URN, ifNoneExist=f"identifier=urn:test|{mark}"),
        post(observation(URN)),
        Prefer="return=representation",
    ).json()["entry"]
    assert entries[0]["response"]["status"] == "200 OK"
    assert entries[1]["resource"]["subject"]["reference"] == f"Patient/{who}"


def test_one_resource_twice_is_refused(client: Any, patient: Json, mark: str) -> None:
    """Two entries about one resource, or with one fullUrl, are refused."""
    put = {"resource": patient | {"id": mark}, "request": {"method": "PUT", "url": f"Patient/{mark}"}}
    assert client.transact(put, put).status_code == 400
    assert client.transact(post(patient, URN), post(patient, URN)).status_code == 400
    where = {"resource": patient, "request": {"method": "PUT", "url": f"Patient?identifier=urn:test|{mark}"}}
    client.create(patient)
    assert client.transact(where, where).status_code == 400


def test_a_batch_lets_each_entry_stand_alone(client: Any, patient: Json, mark: str) -> None:
    """A batch is answered with 200; entries that fail say why and leave the others alone."""
    patched = {"resourceType": "Binary", "contentType": "application/json-patch+json"}
    there = client.create(patient | {"identifier": [{"system": "urn:other", "value": mark}]})
    steps = b64encode(b'[{"op": "replace", "path": "/gender", "value": "other"}]').decode()
    answer = client.transact(
        post(patient),
        post(patient | {"gender": "xyz"}),
        {"request": {"method": "GET", "url": "Patient/never-was"}},
        {"request": {"method": "PATCH", "url": f"Patient/{there['id']}"}, "resource": patched | {"data": steps}},
        {"request": {"method": "GET", "url": f"Patient/{there['id']}"}},
        {"request": {"method": "POST", "url": "$everything"}, "resource": patient},
        kind="batch",
    )
    assert answer.status_code == 200
    entries = answer.json()["entry"]
    assert [int(e["response"]["status"][:3]) for e in entries] == [201, 422, 404, 200, 200, 404]
    assert entries[1]["response"]["outcome"]["issue"][0]["expression"] == ["Bundle.entry[1].resource.gender"]
    assert entries[4]["resource"]["gender"] == "other"
    assert len(client.ids(f"Patient?identifier=urn:test|{mark}")) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"resourceType": "Patient"}, 400),
        ({"resourceType": "Bundle", "type": "collection"}, 400),
        ({"resourceType": "Bundle"}, 422),
        ({"resourceType": "Bundle", "type": "transaction", "entry": [{}]}, 400),
        ({"resourceType": "Bundle", "type": "batch"}, 200),
        ({"resourceType": "Bundle", "type": "transaction", "entry": [7]}, 422),
        ({"resourceType": "Bundle", "type": "batch", "entry": {}}, 422),
    ],
)
def test_bundles_that_are_none_are_refused(client: Any, body: Json, status: int) -> None:
    """Only a transaction or a batch is taken at the base."""
    assert client.send("POST", "", body).status_code == status


def test_nobody_suffers_by_a_reference_to_the_trail(client: Any, observation: Callable[..., Json]) -> None:
    """A reference by criteria to an AuditEvent is refused as such, and fails nobody else's write."""
    answer = client.transact(post(observation("AuditEvent?date=2026")))
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (400, "not-supported")
