"""SMART's Python client against the reference journal, by the client's own means."""

import warnings
from typing import Any

import pytest
import requests

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fhirclient import client
    from fhirclient.models.bundle import Bundle
    from fhirclient.models.observation import Observation
    from fhirclient.models.patient import Patient
    from fhirclient.server import FHIRNotFoundException, FHIRUnauthorizedException

from tests.peers.conftest import Secured

pytestmark = pytest.mark.peers
FAMILY = "Fjellklient"


@pytest.fixture
def server(base: str) -> Any:
    """The client's server object, which has read the CapabilityStatement."""
    smart = client.FHIRClient(settings={"app_id": "bench", "api_base": base})
    assert smart.prepare()
    yield smart.server
    smart.server.session.close()


def new(server: Any, family: str = FAMILY, **more: Any) -> Any:
    """A patient that the client has created and read back."""
    made = Patient({"name": [{"family": family, "given": ["Kåre"]}], "gender": "male"} | more)
    return Patient.read(made.create(server)["id"], server)


def refused(status: int, act: Any) -> dict[str, Any]:
    """The OperationOutcome that an act of the client is refused with."""
    with pytest.raises(requests.HTTPError) as caught:
        act()
    assert caught.value.response.status_code == status
    outcome: dict[str, Any] = caught.value.response.json()
    assert outcome["issue"][0]["diagnostics"]
    return outcome


def test_statement_create_read_update_delete(server: Any) -> None:
    """The statement fits its model, and a resource goes through its life."""
    assert server.capabilityStatement.fhirVersion == "4.0.1"
    patient = new(server)
    assert (patient.name[0].family, patient.meta.versionId) == (FAMILY, "1")
    patient.name[0].family = "Fjord"
    assert patient.update(server)["meta"]["versionId"] == "2"
    patient.delete(server)
    refused(410, lambda: Patient.read(patient.id, server))
    with pytest.raises(FHIRNotFoundException):
        Patient.read("no-such", server)


def test_search_with_paging_and_includes(server: Any) -> None:
    """The client follows the pages to the end, and gets what is included."""
    family = "Bladvendersen"
    people = [new(server, family) for _ in range(5)]
    search = Patient.where({"family": family, "_count": "2"})
    assert [one.id for one in search.perform_resources_iter(server)] == [one.id for one in people]
    seen = Observation(
        {"status": "final", "code": {"text": "puls"}, "subject": {"reference": people[0].relativePath()}}
    )
    seen.create(server)
    pages = list(Observation.where({"patient": people[0].id}).include("subject", Observation).perform_iter(server))
    assert [entry.resource.resource_type for entry in pages[0].entry] == ["Observation", "Patient"]


def test_conditional_create_and_conflict(server: Any) -> None:
    """By header fields of its session, one resource is made, and a stale change is refused."""
    number: dict[str, Any] = {"identifier": [{"system": "urn:peers", "value": "fjell-1"}]}
    server.session.headers["If-None-Exist"] = "identifier=urn:peers|fjell-1"
    first, second = new(server, **number), new(server, **number)
    assert first.id == second.id
    del server.session.headers["If-None-Exist"]
    first.update(server)
    server.session.headers["If-Match"] = 'W/"1"'
    refused(412, lambda: second.update(server))


def test_transaction_history_and_operations(server: Any) -> None:
    """A transaction is carried out, versions are listed and read, and operations answer."""
    entries = [
        {
            "fullUrl": "urn:uuid:88f151c0-a954-468a-88bd-5ae15c08e059",
            "resource": {"resourceType": "Patient", "name": [{"family": FAMILY}]},
            "request": {"method": "POST", "url": "Patient"},
        },
        {
            "resource": {
                "resourceType": "Observation",
                "status": "final",
                "code": {"text": "puls"},
                "subject": {"reference": "urn:uuid:88f151c0-a954-468a-88bd-5ae15c08e059"},
            },
            "request": {"method": "POST", "url": "Observation"},
        },
    ]
    bundle = Bundle({"type": "transaction", "entry": entries})
    answer = server.post_json("", bundle.as_json()).json()
    assert [entry["response"]["status"] for entry in answer["entry"]] == ["201 Created"] * 2
    place = answer["entry"][0]["response"]["location"].partition("/fhir/")[2].partition("/_history")[0]
    patient = Patient.read_from(place, server)
    patient.update(server)
    assert len(Bundle.read_from(f"{place}/_history", server).entry) == 2
    assert Patient.read_from(f"{place}/_history/1", server).meta.versionId == "1"
    everything = Bundle.read_from(f"{place}/$everything", server)
    assert {entry.resource.resource_type for entry in everything.entry} == {"Patient", "Observation"}
    assert Bundle.read_from(f"{place}/$summary", server).type == "document"
    refused(422, lambda: server.post_json("Patient", {"resourceType": "Patient", "shoeSize": 43}))


def test_backend_services(secured: Secured) -> None:
    """The client finds the token endpoint in the statement, fetches a token by its assertion, and is let in with it."""
    smart = client.FHIRClient(settings={"app_id": "bench", "api_base": secured.base, "scope": "system/*.cruds"})
    smart.wants_patient, smart.jwt_token = False, secured.signer.rsa_assertion()
    assert not smart.prepare()
    with pytest.raises(FHIRUnauthorizedException):
        list(Patient.where({}).perform_resources_iter(smart.server))
    smart.server.authorize()
    assert smart.ready
    made = new(smart.server, "Fjelltrygg")
    assert [one.id for one in Patient.where({"family": "Fjelltrygg"}).perform_resources_iter(smart.server)] == [made.id]
    smart.server.session.close()


def test_gaps_are_gaps() -> None:
    """The client has no patch, vread or history, nor conditions among a create's arguments."""
    assert not {"patch", "vread", "history"} & set(dir(Patient))
    assert Patient.create.__code__.co_varnames[: Patient.create.__code__.co_argcount] == ("self", "server")
