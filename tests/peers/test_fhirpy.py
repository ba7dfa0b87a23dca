"""fhirpy against the reference journal, by the client's own means."""

from collections.abc import Callable
from typing import Any

import pytest
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import AuthorizationError, MultipleResourcesFound, OperationOutcome, ResourceNotFound

from tests.peers.conftest import Secured

pytestmark = pytest.mark.peers
FAMILY = "Myrklient"


@pytest.fixture
def client(base: str) -> SyncFHIRClient:
    """A client of the open journal."""
    return SyncFHIRClient(base)


def new(client: SyncFHIRClient, family: str = FAMILY, **more: Any) -> Any:
    """A patient that the client has created."""
    made = client.resource("Patient", name=[{"family": family}], gender="female", **more)
    made.create()
    return made


def with_fields(client: SyncFHIRClient, **fields: str) -> SyncFHIRClient:
    """The client with header fields."""
    return SyncFHIRClient(client.url, extra_headers={name.replace("_", "-"): value for name, value in fields.items()})


def test_create_read_update_delete(client: SyncFHIRClient) -> None:
    """A resource goes through its life, and is gone afterwards."""
    patient = new(client)
    again = client.reference("Patient", patient.id).to_resource()
    assert again["name"] == [{"family": FAMILY}]
    again["gender"] = "other"
    again.update()
    assert again["meta"]["versionId"] == "2"
    again.delete()
    with pytest.raises(ResourceNotFound):
        client.reference("Patient", patient.id).to_resource()


def test_search_with_paging_and_includes(client: SyncFHIRClient) -> None:
    """The client follows pages to the end, counts, chains, and gets what is included."""
    family = "Blamyren"
    people = [new(client, family) for _ in range(5)]
    found = client.resources("Patient").search(family=family).limit(2).fetch_all()
    assert [one.id for one in found] == [one.id for one in people]
    assert client.resources("Patient").search(family=family).count() == 5
    subject = people[0].to_reference()
    client.resource("Observation", status="final", code={"text": "puls"}, subject=subject).create()
    seen = client.resources("Observation").search(patient__Patient__family=family).include("Observation", "subject")
    kinds = [entry["resource"]["resourceType"] for entry in seen.fetch_raw()["entry"]]
    assert kinds == ["Observation", "Patient"]


def test_conditional_create_update_and_conflict(client: SyncFHIRClient) -> None:
    """By header fields, one resource is made and a stale change refused; update by criteria is its own."""
    number: dict[str, Any] = {"identifier": [{"system": "urn:peers", "value": "myr-1"}]}
    careful = with_fields(client, If_None_Exist="identifier=urn:peers|myr-1")
    first, second = new(careful, **number), new(careful, **number)
    assert first.id == second.id
    changed = client.resource("Patient", **number, gender="other")
    updated, made = client.resources("Patient").search(identifier="urn:peers|myr-1").update(changed)
    assert (updated.id, updated["meta"]["versionId"], made) == (first.id, "2", False)
    with pytest.raises(MultipleResourcesFound, match="If-Match"):
        with_fields(client, If_Match='W/"1"').resource("Patient", id=first.id, **number).update()


def test_transaction_history_and_operations(client: SyncFHIRClient) -> None:
    """A transaction is carried out, versions are listed, operations answer, and what is wrong is told."""
    entries = [
        {
            "resource": {"resourceType": "Patient", "name": [{"family": FAMILY}]},
            "request": {"method": "POST", "url": "Patient"},
        }
        for _ in range(2)
    ]
    answer = client.execute("", data={"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert [entry["response"]["status"] for entry in answer["entry"]] == ["201 Created"] * 2
    patient = new(client)
    patient.update()
    assert client.execute(f"Patient/{patient.id}/_history", method="get")["total"] == 2
    assert patient.execute("$everything", method="get")["entry"][0]["resource"]["id"] == patient.id
    assert patient.is_valid()
    assert not client.resource("Patient", gender="yes").is_valid()
    with pytest.raises(OperationOutcome, match="gender"):
        client.resource("Patient", gender="yes").create()


def test_backend_services(secured: Secured) -> None:
    """With a token that was fetched for it, the client is let in; without, it is told so."""
    with pytest.raises(AuthorizationError):
        SyncFHIRClient(secured.base).resources("Patient").fetch()
    token = secured.signer.ask(secured.signer.rsa_assertion()).json()["access_token"]
    client = SyncFHIRClient(secured.base, authorization=f"Bearer {token}")
    made = new(client, "Sikkermyr")
    assert [one.id for one in client.resources("Patient").search(family="Sikkermyr").fetch_all()] == [made.id]


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda one: one.patch(gender="other"), "Content-Type"),
        (lambda one: one.__client__.resources("Patient").search(_id="x").get_or_create(one), "If-None-Exist"),
        (lambda one: one.refresh(), "entity tag"),
    ],
)
def test_gaps_are_gaps(client: SyncFHIRClient, act: Callable[[Any], Any], told: str) -> None:
    """Patch, get_or_create and refresh are not what R4 says, and are told what would be."""
    with pytest.raises(OperationOutcome, match=told):
        act(new(client))
