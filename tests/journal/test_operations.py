"""Operations: everything about a patient, the clinical summary, and validation without writing."""

from typing import Any

import pytest

Json = dict[str, Any]


def coded(kind: str, subject: str, **more: Any) -> Json:
    reference = {"reference": subject}
    about = {"patient": reference} if kind in {"AllergyIntolerance", "Immunization"} else {"subject": reference}
    return {"resourceType": kind, **about, **more}


def status(word: str, system: str = "condition-clinical") -> Json:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": word}]}


@pytest.fixture
def chart(client: Any, patient: Json) -> Json:
    """The names, by word, of a patient, two diagnoses (one resolved), a medicine, an allergy and who wrote them."""
    who = client.create({"resourceType": "Practitioner", "name": [{"family": "Lie"}]})
    subject = f"Patient/{client.create(patient)['id']}"
    author = {"reference": f"Practitioner/{who['id']}"}
    wanted = {
        "active": coded("Condition", subject, clinicalStatus=status("active"), recorder=author),
        "resolved": coded("Condition", subject, clinicalStatus=status("resolved")),
        "medicine": coded("MedicationStatement", subject, status="active", medicationCodeableConcept={"text": "A"}),
        "allergy": coded(
            "AllergyIntolerance",
            subject,
            clinicalStatus=status("active", "allergyintolerance-clinical"),
            code={"text": "P"},
        ),
    }
    names = {word: client.create(resource) for word, resource in wanted.items()}
    return {"patient": subject, "author": f"Practitioner/{who['id']}"} | {
        word: f"{r['resourceType']}/{r['id']}" for word, r in names.items()
    }


def names(bundle: Json, mode: str = "") -> list[str]:
    entries = [e for e in bundle["entry"] if not mode or e["search"]["mode"] == mode]
    return [f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in entries]


def test_everything_shows_the_patient_and_all_about_them(client: Any, chart: Json) -> None:
    """$everything gives each resource about the patient once, and who wrote them beside."""
    bundle = client.get(f"{chart['patient']}/$everything").json()
    about = [chart[word] for word in ("patient", "allergy", "active", "resolved", "medicine")]
    assert sorted(names(bundle, "match")) == sorted(about)
    assert names(bundle, "include") == [chart["author"]]
    assert bundle["total"] == len(about)


def test_everything_comes_in_pages(client: Any, chart: Json) -> None:
    """Page by page the same resources come as at once, and a link says nothing about the patient but the id."""
    found: list[str] = []
    answer = client.get(f"{chart['patient']}/$everything?_count=2").json()
    while True:
        page = names(answer, "match")
        assert len(page) <= 2
        found += page
        following = [link["url"] for link in answer["link"] if link["relation"] == "next"]
        if not following:
            break
        answer = client.get(following[0]).json()
    assert sorted(found) == sorted(names(client.get(f"{chart['patient']}/$everything").json(), "match"))


def test_everything_can_be_cut_to_types_and_time(client: Any, chart: Json) -> None:
    """_type and _since choose among the resources about the patient."""
    path = f"{chart['patient']}/$everything"
    assert names(client.get(f"{path}?_type=MedicationStatement").json(), "match") == [chart["medicine"]]
    assert "entry" not in client.get(f"{path}?_type=Condition&_since=2999-01-01T00:00:00Z").json()


@pytest.mark.parametrize("query", ["_type=Nothing", "_count=0", "_count=x", "unheard=1", "_since=yesterday"])
def test_everything_refuses_what_it_does_not_understand(client: Any, chart: Json, query: str) -> None:
    """A parameter that is not known, or has no meaning, is a 400 with an explanation."""
    answer = client.get(f"{chart['patient']}/$everything?{query}")
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["diagnostics"]


@pytest.mark.parametrize("operation", ["$everything", "$summary"])
def test_operations_on_an_unknown_patient_are_not_found(client: Any, operation: str) -> None:
    """404, as a read of that patient would be."""
    assert client.get(f"Patient/nobody/{operation}").status_code == 404


def test_summary_is_a_document_with_every_required_section(client: Any, chart: Json) -> None:
    """$summary is a Bundle of type document whose Composition names allergies, problems and medicines."""
    bundle = client.get(f"{chart['patient']}/$summary").json()
    composition = bundle["entry"][0]["resource"]
    assert (bundle["type"], composition["type"]["coding"][0]["code"]) == ("document", "60591-5")
    sections = {s["code"]["coding"][0]["code"]: s for s in composition["section"]}
    for code, word in (("48765-2", "allergy"), ("11450-4", "active"), ("10160-0", "medicine")):
        assert [e["reference"] for e in sections[code]["entry"]] == [f"{client.base}/{chart[word]}"]
    assert {f"{client.base}/{chart[w]}" for w in ("patient", "allergy", "active", "medicine", "author")} <= {
        e["fullUrl"] for e in bundle["entry"]
    }


def test_summary_leaves_out_what_no_longer_holds(client: Any, chart: Json) -> None:
    """A resolved diagnosis is not in the summary."""
    assert chart["resolved"] not in names(client.get(f"{chart['patient']}/$summary").json())


def test_summary_says_that_nothing_is_known(client: Any, patient: Json) -> None:
    """A patient without entries has the required sections, each with the reason why it is empty."""
    who = client.create(patient)["id"]
    sections = client.get(f"Patient/{who}/$summary").json()["entry"][0]["resource"]["section"]
    assert [s["emptyReason"]["coding"][0]["code"] for s in sections] == ["nilknown"] * 3


def test_validate_says_what_a_write_would_be_refused_for(client: Any, patient: Json) -> None:
    """$validate answers 200 with the issues that a create is refused with, and stores nothing."""
    wrong = patient | {"gender": "unheard"}
    refused = client.send("POST", "Patient", wrong)
    said = client.send("POST", "Patient/$validate", wrong)
    assert (refused.status_code, said.status_code) == (422, 200)
    assert said.json()["issue"] == refused.json()["issue"]


@pytest.mark.parametrize("wrapped", [False, True])
def test_validate_takes_a_resource_alone_or_in_parameters(client: Any, patient: Json, *, wrapped: bool) -> None:
    """A sound resource is called so, sent by itself or as the parameter 'resource'."""
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": patient}]}
    before = client.get("Patient?_summary=count").json()["total"]
    issue = client.send("POST", "Patient/$validate", parameters if wrapped else patient).json()["issue"][0]
    assert issue["severity"] == "information"
    assert client.get("Patient?_summary=count").json()["total"] == before


@pytest.mark.parametrize("path", ["$summary", "Patient/$everything", "AuditEvent/$validate", "Task/1/$summary"])
def test_an_operation_is_only_where_it_is_said_to_be(client: Any, path: str) -> None:
    """404 for an operation on a level or a type that does not have it."""
    assert client.send("POST", path, {"resourceType": "Patient"}).status_code == 404


def test_an_operation_leaves_an_audit_event(client: Any, chart: Json) -> None:
    """Who opens the summary is in the trail of the patient, and of each resource shown."""
    client.get(f"{chart['patient']}/$summary")
    for entity in (chart["patient"], chart["active"]):
        trail = client.get(f"AuditEvent?entity={entity}&subtype=operation").json()
        assert trail["entry"][0]["resource"]["subtype"][0]["display"] == "$summary"


def test_an_operation_cannot_hide_in_a_bundle(client: Any, chart: Json) -> None:
    """A transaction that asks for an operation is refused."""
    entry = {"request": {"method": "GET", "url": f"{chart['patient']}/$everything"}}
    assert client.transact(entry).status_code == 400


def test_the_capability_statement_lists_the_operations(client: Any) -> None:
    """Each type says which operations it has."""
    listed = {
        r["type"]: sorted(o["name"] for o in r.get("operation", []))
        for r in client.get("metadata").json()["rest"][0]["resource"]
    }
    assert listed["Patient"] == ["everything", "export", "summary", "validate"]
    assert listed["Task"] == ["validate"]
    assert listed["AuditEvent"] == ["unusual-access"]
