"""read, vread, create, update, patch, delete and history over HTTP."""

import re
from collections.abc import Callable
from typing import Any

import pytest

Json = dict[str, Any]
PATCH = "application/json-patch+json"


def test_a_create_answers_with_location_version_and_content(client: Any, patient: Json) -> None:
    """201 with Location, ETag, Last-Modified and the resource with id and meta."""
    answer = client.send("POST", "Patient", patient | {"id": "mine", "meta": {"versionId": "7"}})
    stored = answer.json()
    assert answer.status_code == 201
    assert answer.headers["ETag"] == 'W/"1"'
    assert answer.headers["Location"] == f"{client.base}/Patient/{stored['id']}/_history/1"
    assert stored["id"] != "mine"
    assert stored["meta"]["versionId"] == "1"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", stored["meta"]["lastUpdated"])
    assert "Last-Modified" in answer.headers


@pytest.mark.parametrize(
    ("wanted", "shown"), [("minimal", None), ("OperationOutcome", "OperationOutcome"), ("representation", "Patient")]
)
def test_prefer_return_decides_the_body(client: Any, patient: Json, wanted: str, shown: str | None) -> None:
    """``Prefer: return`` gives nothing, an OperationOutcome, or the resource."""
    answer = client.send("POST", "Patient", patient, Prefer=f"return={wanted}")
    assert (answer.json()["resourceType"] if answer.content else None) == shown


def test_a_read_answers_304_to_the_version_the_client_has(client: Any, patient: Json) -> None:
    """If-None-Match with the current version answers 304 without a body; with another, 200."""
    path = f"Patient/{client.create(patient)['id']}"
    assert client.get(path, If_None_Match='W/"1"').status_code == 304
    assert client.get(path, If_None_Match='W/"2"').status_code == 200


def test_unknown_is_404_and_deleted_is_410(client: Any, patient: Json) -> None:
    """A resource that never was is not found; one that was deleted is gone, its versions are not."""
    path = f"Patient/{client.create(patient)['id']}"
    assert client.get("Patient/never-was").status_code == 404
    assert client.send("DELETE", path).status_code == 204
    assert client.get(path).status_code == 410
    assert client.get(f"{path}/_history/1").status_code == 200
    assert client.get(f"{path}/_history/2").status_code == 410
    assert client.get(f"{path}/_history/3").status_code == 404
    assert client.send("DELETE", path).status_code == 204


def test_an_update_makes_a_version_and_a_chosen_id_a_resource(client: Any, patient: Json, mark: str) -> None:
    """PUT to a free id creates (201), PUT again updates (200), PUT after delete brings back (201)."""
    path = f"Patient/{mark}"
    body = patient | {"id": mark}
    assert client.send("PUT", path, body).status_code == 201
    again = client.send("PUT", path, body | {"gender": "female"})
    assert (again.status_code, again.headers["ETag"]) == (200, 'W/"2"')
    client.send("DELETE", path)
    assert client.send("PUT", path, body).status_code == 201
    assert client.get(path).headers["ETag"] == 'W/"4"'
    assert client.send("PUT", path, patient | {"id": "other"}).status_code == 400


def test_stale_if_match_is_refused_on_put_patch_and_delete(client: Any, patient: Json) -> None:
    """412 unless one of the entity tags listed is the current version."""
    stored = client.create(patient)
    path = f"Patient/{stored['id']}"
    steps = [{"op": "replace", "path": "/gender", "value": "other"}]
    assert client.send("PUT", path, stored, If_Match='W/"9"').status_code == 412
    assert client.send("PATCH", path, steps, If_Match='W/"9"', Content_Type=PATCH).status_code == 412
    assert client.send("DELETE", path, If_Match='W/"9"').status_code == 412
    assert client.send("PUT", path, stored, If_Match='W/"8", W/"1"').status_code == 200
    assert client.send("PUT", path, stored, If_Match="nonsense").status_code == 400


def test_if_none_match_star_lets_a_put_only_create(client: Any, patient: Json, mark: str) -> None:
    """PUT with If-None-Match: * answers 412 when the resource exists."""
    body = patient | {"id": mark}
    assert client.send("PUT", f"Patient/{mark}", body, If_None_Match="*").status_code == 201
    assert client.send("PUT", f"Patient/{mark}", body, If_None_Match="*").status_code == 412


def test_a_json_patch_changes_what_it_names(client: Any, patient: Json) -> None:
    """A patch applies as a whole, and is refused when a test fails or the result is not valid."""
    path = f"Patient/{client.create(patient)['id']}"
    good = [{"op": "test", "path": "/gender", "value": "male"}, {"op": "replace", "path": "/gender", "value": "other"}]
    answer = client.send("PATCH", path, good, Content_Type=PATCH)
    assert (answer.status_code, answer.json()["gender"], answer.headers["ETag"]) == (200, "other", 'W/"2"')
    assert client.send("PATCH", path, good, Content_Type=PATCH).status_code == 422
    assert (
        client.send("PATCH", path, [{"op": "add", "path": "/foo", "value": 1}], Content_Type=PATCH).status_code == 422
    )
    assert (
        client.send("PATCH", path, [{"op": "add", "path": "/no/where", "value": 1}], Content_Type=PATCH).status_code
        == 422
    )
    assert (
        client.send("PATCH", path, [{"op": "replace", "path": "/id", "value": "x"}], Content_Type=PATCH).status_code
        == 422
    )
    assert client.send("PATCH", path, {"gender": "male"}, Content_Type="application/json").status_code == 415
    assert client.get(path).headers["ETag"] == 'W/"2"'


def test_history_is_newest_first_with_deletes_and_pages(client: Any, patient: Json) -> None:
    """An instance's history has every version once, newest first, over pages."""
    stored = client.create(patient)
    path = f"Patient/{stored['id']}"
    for _ in range(3):
        client.send("PUT", path, stored)
    client.send("DELETE", path)
    bundle = client.get(f"{path}/_history?_count=2").json()
    entries = bundle["entry"]
    assert bundle["total"] == 5
    while following := [link["url"] for link in bundle["link"] if link["relation"] == "next"]:
        bundle = client.get(following[0]).json()
        entries = entries + bundle["entry"]
    assert [e["response"]["etag"] for e in entries] == [f'W/"{n}"' for n in (5, 4, 3, 2, 1)]
    assert entries[0]["request"] == {"method": "DELETE", "url": path}
    assert "resource" not in entries[0]
    assert client.get("Patient/never-was/_history").status_code == 404
    # Asking twice must not change the order.
    assert client.get(f"{path}/_history").json()["entry"][0]["response"]["etag"] == 'W/"5"'


def test_history_of_a_type_has_the_versions_of_all_its_resources(client: Any, patient: Json) -> None:
    """A type's history begins with the newest change of any resource of the type."""
    first, second = client.create(patient), client.create(patient)
    client.send("DELETE", f"Patient/{first['id']}")
    entries = client.get("Patient/_history?_count=3").json()["entry"]
    assert [e["request"]["method"] for e in entries] == ["DELETE", "POST", "POST"]
    assert entries[1]["fullUrl"].endswith(second["id"])


def test_conditional_create_finds_what_is_there(client: Any, patient: Json, mark: str) -> None:
    """If-None-Exist: 201 when nothing matches, 200 with the one that does, 412 when several do."""
    condition = f"identifier=urn:test|{mark}"
    first = client.send("POST", "Patient", patient, If_None_Exist=condition)
    second = client.send("POST", "Patient", patient, If_None_Exist=condition)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.headers["Location"] == first.headers["Location"]
    client.create(patient)
    assert client.send("POST", "Patient", patient, If_None_Exist=condition).status_code == 412
    assert client.send("POST", "Patient", patient, If_None_Exist="no-such=1").status_code == 400
    assert client.send("POST", "Patient", patient, If_None_Exist="").status_code == 400


def test_conditional_update_and_delete_act_on_the_one_match(client: Any, patient: Json, mark: str) -> None:
    """PUT and DELETE by criteria: create or update, refuse several matches, delete one."""
    where = f"Patient?identifier=urn:test|{mark}"
    created = client.send("PUT", where, patient)
    updated = client.send("PUT", where, patient | {"gender": "other"})
    assert (created.status_code, updated.status_code) == (201, 200)
    assert created.json()["id"] == updated.json()["id"]
    assert client.send("PUT", where, patient | {"id": "another"}).status_code == 400
    client.create(patient)
    assert client.send("PUT", where, patient).status_code == 412
    assert client.send("DELETE", where).status_code == 412
    client.send("DELETE", f"Patient/{created.json()['id']}")
    assert client.send("DELETE", where).status_code == 204
    assert client.ids(where) == []


def test_criteria_in_a_create_url_are_refused(client: Any, patient: Json) -> None:
    """POST Type?criteria is no FHIR interaction; taking it would make duplicates."""
    assert client.send("POST", "Patient?identifier=x", patient).status_code == 400


def test_an_id_that_could_be_a_person_number_is_refused(client: Any, patient: Json) -> None:
    """An eleven-digit id would put a person number in URLs, and the refusal does not repeat it."""
    digits = "9" * 11
    answer = client.send("PUT", f"Patient/{digits}", patient | {"id": digits})
    assert answer.status_code == 422
    assert digits not in answer.text


def test_reads_can_be_summarized(client: Any, patient: Json) -> None:
    """_elements on a read leaves the rest out and says so with the SUBSETTED tag."""
    path = f"Patient/{client.create(patient)['id']}"
    part = client.get(f"{path}?_elements=gender").json()
    assert set(part) == {"resourceType", "id", "meta", "gender"}
    assert part["meta"]["tag"][0]["code"] == "SUBSETTED"


def test_sixty_four_writers_with_one_if_match_have_one_winner(
    client: Any, patient: Json, race: Callable[..., Any]
) -> None:
    """Of simultaneous updates from one version exactly one succeeds; the others answer 412."""
    stored = client.create(patient)
    path = f"Patient/{stored['id']}"
    statuses = race(64, lambda one, _: one.send("PUT", path, stored, If_Match='W/"1"').status_code)
    assert sorted(statuses) == [200] + [412] * 63


def test_eight_simultaneous_conditional_creates_leave_one_resource(
    client: Any, patient: Json, mark: str, race: Callable[..., Any]
) -> None:
    """The search and the create of If-None-Exist are one step."""
    condition = f"identifier=urn:test|{mark}"
    statuses = race(8, lambda one, _: one.send("POST", "Patient", patient, If_None_Exist=condition).status_code)
    assert sorted(statuses) == [200] * 7 + [201]
    assert len(client.ids(f"Patient?{condition}")) == 1


def test_a_history_of_nothing_leads_nowhere(client: Any, patient: Json) -> None:
    """A page of no versions holds the total, and no link to another page of none."""
    stored = client.create(patient)
    bundle = client.get(f"Patient/{stored['id']}/_history?_count=0").json()
    assert (bundle["total"], bundle.get("entry"), [link["relation"] for link in bundle["link"]]) == (1, None, ["self"])
