"""Validation on write, and the protocol's refusals."""

from typing import Any

import pytest
import requests

STORES = ["sqlite"]
"""What is tested here never reaches the database, or no part of it that differs."""
Json = dict[str, Any]


@pytest.mark.parametrize(
    ("change", "expression"),
    [
        ({"gender": "xyz"}, "Patient.gender"),
        ({"birthDate": "2023-02-31"}, "Patient.birthDate"),
        ({"birthDate": "not-a-date"}, "Patient.birthDate"),
        ({"shoeSize": 44}, "Patient.shoeSize"),
        ({"name": {}}, "Patient.name"),
        ({"name": []}, "Patient.name"),
        ({"name": [{}]}, "Patient.name[0]"),
        ({"active": "true"}, "Patient.active"),
        ({"gender": ["male"]}, "Patient.gender"),
        ({"name": [{"family": ""}]}, "Patient.name[0].family"),
        ({"deceasedBoolean": True, "deceasedDateTime": "2020"}, "Patient.deceased"),
        ({"link": [{"type": "refer"}]}, "Patient.link[0].other"),
        ({"deceasedDateTime": "2020-01-01T10:00"}, "Patient.deceasedDateTime"),
        ({"photo": [{"data": "%%%"}]}, "Patient.photo[0].data"),
        ({"telecom": [{"rank": 0}]}, "Patient.telecom[0].rank"),
        ({"multipleBirthInteger": 1.5}, "Patient.multipleBirthInteger"),
        ({"managingOrganization": {"reference": "Patient/1"}}, "Patient.managingOrganization.reference"),
        ({"_gender": {"value": 1}}, "Patient._gender"),
        ({"extension": [{"valueString": "x"}]}, "Patient.extension[0].url"),
        ({"contained": [{"resourceType": "Nonsense"}]}, "Patient.contained[0]"),
        ({"language": " "}, "Patient.language"),
        ({"meta": {"lastUpdated": "2020-01-01"}}, "Patient.meta.lastUpdated"),
        ({"name": [None]}, "Patient.name[0]"),
    ],
)
def test_an_invalid_resource_is_refused_where_it_is_wrong(
    client: Any, patient: Json, change: Json, expression: str
) -> None:
    """422 with the element's path, for structure, cardinality, format, binding and reference target."""
    answer = client.send("POST", "Patient", patient | change)
    assert answer.status_code == 422, answer.text
    issue = answer.json()["issue"][0]
    assert issue["severity"] == "error"
    assert issue["diagnostics"]
    assert expression in [place for one in answer.json()["issue"] for place in one["expression"]]


def test_required_elements_and_coded_bindings(client: Any) -> None:
    """Status and subject are required where R4 says so; a required binding holds for CodeableConcept too."""
    places = client.send(
        "POST",
        "Condition",
        {"resourceType": "Condition", "clinicalStatus": {"coding": [{"system": "urn:x", "code": "ok"}]}},
    ).json()
    assert {place for issue in places["issue"] for place in issue["expression"]} == {
        "Condition.subject",
        "Condition.clinicalStatus",
    }
    task = client.send("POST", "Task", {"resourceType": "Task", "status": "maybe", "intent": "order"})
    assert task.json()["issue"][0]["code"] == "code-invalid"


def test_extensions_of_primitives_are_kept(client: Any, patient: Json) -> None:
    """_birthDate and null padding in lists are valid and come back as sent."""
    extra = {"extension": [{"url": "urn:x", "valueString": "y"}]}
    body = patient | {"_birthDate": extra, "name": [{"given": ["A", None], "_given": [None, extra]}]}
    stored = client.create(body)
    assert (stored["_birthDate"], stored["name"]) == (extra, body["name"])


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/fhir+json", 400),
        (b"", "application/fhir+json", 400),
        (b"[]", "application/fhir+json", 400),
        (b'"x"', "application/fhir+json", 400),
        (b'{"a": 1}', "application/json", 400),
        (b"<Patient/>", "application/fhir+xml", 415),
        (b'{"resourceType": "Observation"}', "application/fhir+json", 400),
        (b"{}", "application/fhir+json; charset=latin-1", 415),
        (b"[" * 100_000, "application/fhir+json", 400),
        (b'{"resourceType": "Patient", "x": NaN}', "application/fhir+json", 400),
        (
            b'{"resourceType": "Patient"' + b',"contact":[{"extension":[{"url":"u"' * 1 + b"}]}]}",
            "application/json",
            201,
        ),
    ],
)
def test_bodies_that_are_not_fhir_are_refused(client: Any, body: bytes, kind: str, status: int) -> None:
    """400 for what is not FHIR JSON, 415 for another media type."""
    answer = requests.post(f"{client.base}/Patient", data=body, headers={"Content-Type": kind}, timeout=10)
    assert answer.status_code == status, answer.text


def test_deep_nesting_is_refused(client: Any) -> None:
    """A resource nested beyond reason is refused, not a crash."""
    node: Json = {"url": "urn:x", "valueString": "y"}
    for _ in range(300):
        node = {"url": "urn:x", "extension": [node]}
    assert client.send("POST", "Patient", {"resourceType": "Patient", "extension": [node]}).status_code == 422


def test_a_body_over_the_limit_is_cut_off(client: Any) -> None:
    """413 as soon as it is known, with a length given or streamed in chunks."""
    body = b'{"resourceType":"Basic","x":"' + b"a" * 400_000 + b'"}'

    def chunks() -> Any:
        for start in range(0, len(body), 10_000):
            yield body[start : start + 10_000]

    for data in (body, chunks()):
        try:
            answer = requests.post(
                f"{client.base}/Basic", data=data, headers={"Content-Type": "application/json"}, timeout=10
            )
        except requests.exceptions.ConnectionError:
            continue  # the journal may hang up while the client is still sending
        assert answer.status_code == 413
    assert client.get("metadata").status_code == 200


def test_no_person_number_is_echoed(client: Any, patient: Json) -> None:
    """A refusal blots out eleven-digit numbers."""
    digits = "9" * 11
    for answer in (
        client.send("POST", "Patient", patient | {"gender": digits}),
        client.send("POST", "Patient", patient | {digits: 1}),
        client.get(f"Patient?birthdate={digits}"),
        client.get(f"Patient?{digits}=1", Prefer="handling=strict"),
        client.get(f"{digits}/1"),
    ):
        assert 400 <= answer.status_code < 500
        assert digits not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "Nonsense", 404),
        ("GET", "$unheard", 404),
        ("GET", "Patient/$everything", 404),
        ("GET", "Patient/1/$everything", 404),
        ("POST", "Patient/$unheard", 404),
        ("GET", "", 405),
        ("DELETE", "metadata", 405),
        ("POST", "Patient/1", 405),
        ("PUT", "Patient/1/_history", 405),
        ("GET", "Patient/_search", 405),
        ("GET", "_history", 404),
        ("GET", "Patient/1/2/3", 404),
        ("GET", "Patient/a b", 404),
        ("TRACE", "Patient", 405),
    ],
)
def test_what_is_not_served_is_refused(client: Any, method: str, path: str, status: int) -> None:
    """404 for unknown paths and operations, 405 with Allow for methods; always an OperationOutcome."""
    answer = client.send(method, path)
    assert answer.status_code == status
    assert answer.json()["issue"][0]["expression"]
    assert ("Allow" in answer.headers) is (status == 405)


def test_only_json_is_served(client: Any) -> None:
    """406 for an Accept or _format that is not JSON; _format has the last word."""
    assert client.get("metadata", Accept="application/fhir+xml").status_code == 406
    assert client.get("metadata?_format=xml").status_code == 406
    assert client.get("metadata?_format=json", Accept="application/fhir+xml").status_code == 200
    assert client.get("Patient?_count=0", Accept="text/html,*/*;q=0.1").status_code == 200


def test_paths_outside_the_base_are_refused_in_fhir(client: Any) -> None:
    """Even beside /fhir a refusal is an OperationOutcome."""
    answer = requests.get(client.base.removesuffix("/fhir") + "/other", timeout=10)
    assert (answer.status_code, answer.json()["resourceType"]) == (404, "OperationOutcome")


def test_a_head_request_has_the_fields_of_a_read(client: Any, patient: Json) -> None:
    """HEAD answers as GET without the body."""
    answer = client.send("HEAD", f"Patient/{client.create(patient)['id']}")
    assert (answer.status_code, answer.headers["ETag"], answer.content) == (200, 'W/"1"', b"")
