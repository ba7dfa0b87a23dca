"""What is hidden stays hidden by ways that are seldom gone: addresses, deletes, odd requests, containers, messages."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from simulator.journal.app import build_app
from simulator.journal.settings import Settings
from tests.journal.caring import SECRET, V, block, home_care, served
from tests.journal.securing import FNR, HPR, NURSE, Callers, attest, condition, of, person, ref

Json = dict[str, Any]
__all__ = ["home_care", "served"]
GLASS = {"decision_ref": {"id": "d", "description": "Livstruende", "user_selected": True}}
NORS = {"securityLabel": [{"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.9603", "code": "NORS"}]}]}


def document(patient: Json) -> Json:
    """A document of the patient, its content in it."""
    content = [{"attachment": {"contentType": "text/plain", "data": "aGVp"}}]
    return {"resourceType": "DocumentReference", "status": "current", "subject": ref(patient), "content": content}


@pytest.fixture
def nurse(callers: Callers) -> Json:
    """A nurse of home care, as the record knows her."""
    return callers.put_in({"resourceType": "Practitioner", "identifier": [{"system": HPR, "value": NURSE[1]}]})[0]


def test_a_blocked_entry_is_not_told_by_its_address(callers: Callers, served: Callable[..., Json], nurse: Json) -> None:
    """What refers to it by the journal's own address is hidden as what refers to it by type and id."""
    patient = served()
    entry, other = callers.put_in(condition(patient), condition(patient))
    plan: Json = {"resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": ref(patient)}
    hidden, shown = callers.put_in(
        *(plan | {"addresses": [{"reference": f"{callers.base}/Condition/{one['id']}"}]} for one in (entry, other))
    )
    callers.put_in(block(patient, actor=[nurse], data=[entry]))
    token = callers.person(NURSE, attest(NURSE, of(patient)))
    assert callers.get(token, f"CarePlan/{shown['id']}").status_code == 200
    assert callers.get(token, f"CarePlan/{hidden['id']}").status_code == 404
    assert callers.get(token, f"CarePlan/{hidden['id']}/_history").status_code == 404


def test_a_delete_tells_nothing_of_what_was_hidden(callers: Callers, served: Callable[..., Json]) -> None:
    """A blocked document that is deleted is 404 to a nurse, and in no history; an open one is 410."""
    patient = served()
    secret, plain = callers.put_in(document(patient) | NORS, document(patient))
    token = callers.person(NURSE, attest(NURSE, of(patient)))
    glass = callers.person(NURSE, attest(NURSE, of(patient), purpose="BTG", care=GLASS))
    for one in (secret, plain):
        assert callers.send(glass, "DELETE", f"DocumentReference/{one['id']}").status_code == 204
    assert callers.get(token, f"DocumentReference/{plain['id']}").status_code == 410
    assert callers.get(token, f"DocumentReference/{secret['id']}").status_code == 404
    told = callers.get(token, "DocumentReference/_history").text
    assert plain["id"] in told
    assert secret["id"] not in told
    assert callers.get(glass, f"DocumentReference/{secret['id']}").status_code == 410


def test_whoever_represents_somebody_elsewhere_represents_nobody_here(callers: Callers) -> None:
    """A RelatedPerson of another server's Patient opens no record of the same id here."""
    giver, receiver = callers.put_in(person(), person())
    role = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "POWATT"}]}
    link = {"resourceType": "RelatedPerson", "active": True, "relationship": [role]}
    link |= {"identifier": [{"system": FNR, "value": of(receiver)}]}
    token, who = callers.citizen(of(receiver)), f"Patient/{giver['id']}"
    callers.put_in(link | {"patient": {"reference": f"http://elsewhere.example/fhir/{who}"}})
    assert callers.get(token, who).status_code == 404
    callers.put_in(link | {"patient": {"reference": f"{callers.base}/{who}"}})
    assert callers.get(token, who).status_code == 200


def test_a_reference_by_criteria_is_a_search(callers: Callers) -> None:
    """Who may create and not search cannot ask by references of a transaction who is in the record."""
    patient = callers.put_in(person())[0]
    asked = {"reference": f"Patient?identifier={FNR}|{of(patient)}"}
    told = {"resourceType": "Observation", "status": "final", "code": {"text": "Målt"}, "subject": asked}
    entry = {"resource": told, "request": {"method": "POST", "url": "Observation"}}
    body = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    narrow, wide = callers.system("system/Observation.c"), callers.system("system/Observation.c system/Patient.s")
    assert callers.send(narrow, "POST", "", body).status_code == 403
    assert callers.send(wide, "POST", "", body).status_code == 200


def test_an_answer_that_is_outdated_shows_nothing_hidden(callers: Callers, served: Callable[..., Json]) -> None:
    """An older answer of a laboratory that would replace a blocked newer one is refused, and shows nothing of it."""
    patient = served()
    secret: Json = {"resourceType": "Observation", "status": "final", "subject": ref(patient), "code": {"text": SECRET}}
    stored = callers.put_in(secret | {"issued": "2026-01-02T00:00:00Z"})[0]
    callers.put_in(block(patient, data=[stored]))
    older = secret | {"id": stored["id"], "issued": "2026-01-01T00:00:00Z", "code": {"text": "x"}}
    for token in (callers.person(NURSE, attest(NURSE, of(patient))), callers.system()):
        answer = callers.send(token, "PUT", f"Observation/{stored['id']}?code=x", older)
        assert answer.status_code in {403, 404}, answer.text
        assert SECRET not in answer.text


def test_a_summary_names_only_what_the_scopes_cover(callers: Callers, served: Callable[..., Json]) -> None:
    """Neither sections, counts nor totals tell of types that the token has no scope for."""
    patient = served()
    entry = callers.put_in(condition(patient))[0]
    token = callers.person(NURSE, attest(NURSE, of(patient)), scope="user/Patient.rs user/Composition.rs")
    who = f"Patient/{patient['id']}"
    summary = callers.get(token, f"{who}/$summary")
    assert "Composition" in summary.text
    assert entry["id"] not in summary.text
    assert "1 entries" not in summary.text
    assert callers.get(token, f"{who}/$everything").json()["total"] == 1
    whole = callers.person(NURSE, attest(NURSE, of(patient)))
    assert entry["id"] in callers.get(whole, f"{who}/$summary").text


def test_a_protected_address_is_masked_inside_what_holds_it(callers: Callers) -> None:
    """In a Bundle that was stored, and contained in an entry; by id, label and number; not to the person."""
    patient = callers.put_in(person(meta={"security": V}))[0]
    home = {"address": [{"line": [SECRET]}]}
    same = {"resourceType": "Patient", "id": patient["id"]} | home
    labelled = {"resourceType": "Patient", "id": "x", "meta": {"security": V}} | home
    known = {"resourceType": "Patient", "id": "y", "identifier": patient["identifier"]} | home
    open_one = {"resourceType": "Patient", "id": "z", "address": [{"line": ["Storgata"]}]}
    bundle: Json = {"resourceType": "Bundle", "type": "collection"}
    bundle |= {"entry": [{"resource": one} for one in (same, labelled, known, open_one)]}
    flag: Json = {"resourceType": "Flag", "status": "active", "code": {"text": "Fare"}, "subject": ref(patient)}
    flag |= {"contained": [known | {"id": "p"}], "author": {"reference": "#p"}}
    system = callers.system()
    for made in (bundle, flag):
        answer = callers.send(system, "POST", made["resourceType"], made)
        assert answer.status_code == 201, answer.text
        at = f"{made['resourceType']}/{answer.json()['id']}"
        for path in (at, f"{at}/_history", f"{made['resourceType']}?_id={answer.json()['id']}"):
            told = callers.get(system, path).text
            assert SECRET not in told + answer.text, path
            assert ("Storgata" in told) is (made is bundle)
    own = callers.get(callers.citizen(of(patient)), f"Flag?patient=Patient/{patient['id']}").text
    assert SECRET in own


def test_a_message_carries_nothing_of_somebody_else(callers: Callers, served: Callable[..., Json]) -> None:
    """A document of another patient, and one that the sender is not shown, cannot be sent along."""
    patient, other = served(), served()
    own, theirs, secret = callers.put_in(document(patient), document(other), document(patient) | NORS)
    enh = "urn:oid:2.16.578.1.12.4.1.4.101"
    ours = callers.put_in({"resourceType": "Organization", "identifier": [{"system": enh, "value": "964965226"}]})[0]
    event = {"system": "urn:oid:2.16.578.1.12.4.1.1.8279", "code": "HELSEOPPLYSNINGER_LEGE"}
    message: Json = {"resourceType": "Communication", "status": "completed", "category": [{"coding": [event]}]}
    message |= {"subject": ref(patient), "sender": ref(ours), "recipient": [ref(ours)]}
    token = callers.person(NURSE, attest(NURSE, of(patient)))
    for attached, status in ((own, 202), (theirs, 422), (secret, 422)):
        body = message | {"payload": [{"contentReference": ref(attached)}]}
        stored = callers.put_in(body)[0]
        answer = callers.send(token, "POST", f"Communication/{stored['id']}/$send-message")
        assert answer.status_code == status, answer.text


def test_what_an_older_journal_did_not_label_is_labelled_at_the_start(
    store: Any, launch: Callable[..., Any], connect: Callable[[str], Any], tmp_path: Path
) -> None:
    """A RelatedPerson of somebody protected gets the label, once, with a line in the trail; others get none."""
    url = dict(pairwise(store.options(str(tmp_path)))).get("--store", "")
    older = build_app(Settings(tmp_path, store=url)).journal
    older.store.rules = lambda _, resource, __: resource
    older.store.begin()
    for identity, meta in (("hidden", {"security": V}), ("open", {})):
        older.store.put({"resourceType": "Patient", "id": identity, "meta": meta}, None, "PUT")
        near = {"resourceType": "RelatedPerson", "id": f"near-{identity}", "meta": {}}
        older.store.put(near | {"patient": {"reference": f"Patient/{identity}"}}, None, "PUT")
    older.store.commit()

    async def end() -> None:
        older.start()
        await older.stop()

    asyncio.run(end())
    for _ in range(2):
        running = launch(data=tmp_path)
        client = connect(running.base)
        found = client.get("RelatedPerson/near-hidden").json()["meta"]
        assert (found["versionId"], [label["code"] for label in found["security"]]) == ("2", ["V"])
        assert client.get("RelatedPerson/near-open").json()["meta"]["versionId"] == "1"
        assert client.get("AuditEvent?entity=RelatedPerson/near-hidden&subtype=update").json()["total"] == 1
        assert running.stop() == 0
