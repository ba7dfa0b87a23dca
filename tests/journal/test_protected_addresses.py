"""Protected addresses (kode 6 and 7): told to nobody, in any version, of whoever is close as well."""

from collections.abc import Callable
from typing import Any

import orjson

from tests.journal.caring import SECRET, V, home_care, served
from tests.journal.securing import (
    NURSE,
    Callers,
    attest,
    condition,
    of,
    person,
    ref,
    shown,
)

Json = dict[str, Any]
__all__ = ["home_care", "served"]


def test_a_protected_address_is_told_to_nobody_else(callers: Callers, served: Callable[..., Json]) -> None:
    """Kode 6: neither read, search, history, include, nor a search by address tells it; the person himself sees it."""
    places = {"address": [{"line": [SECRET], "city": "Tromsø"}], "telecom": [{"system": "phone", "value": "40000001"}]}
    patient = served(**places)
    stored = callers.get(callers.system(), f"Patient/{patient['id']}").json()
    labelled = stored | {"meta": {"security": V}}
    assert callers.send(callers.system(), "PUT", f"Patient/{patient['id']}", labelled).status_code == 200
    relative = {"resourceType": "RelatedPerson", "active": True, "patient": ref(patient), "address": places["address"]}
    callers.put_in(condition(patient), relative)
    nurse, system = callers.person(NURSE, attest(NURSE, of(patient))), callers.system()
    who = f"Patient/{patient['id']}"
    asked = [
        who,
        f"{who}/_history",
        f"{who}/_history/1",
        f"Patient?_id={patient['id']}",
        f"Condition?patient={who}&_include=Condition:patient",
        f"RelatedPerson?patient={who}",
        f"EpisodeOfCare?patient={who}&_include=EpisodeOfCare:patient",
        f"{who}/$everything",
        f"{who}/$summary",
    ]
    for token in (nurse, system):
        answers = [callers.get(token, path) for path in asked]
        assert all(a.status_code == 200 for a in answers)
        assert [p for p, a in zip(asked, answers, strict=True) if SECRET in a.text or "40000001" in a.text] == []
        assert shown(callers, token, f"Patient?_id={patient['id']}&address={SECRET}") == []
        assert shown(callers, token, f"Patient?_id={patient['id']}&phone=40000001") == []
        assert shown(callers, token, f"Condition?patient={who}&patient.address={SECRET}") == []
    assert SECRET in callers.get(callers.citizen(of(patient)), who).text


def test_protection_ends_only_when_it_is_said(callers: Callers) -> None:
    """An update without the label keeps it, a patch cannot remove it; another label of confidentiality ends it."""
    places: Json = {"address": [{"line": [SECRET]}], "contact": [{"address": {"line": [SECRET]}}]}
    patient = callers.put_in(person(meta={"security": V}, **places))[0]
    system, who = callers.system(), f"Patient/{patient['id']}"
    masked = callers.get(system, who).json()
    sent = {name: value for name, value in masked.items() if name != "meta"}
    assert SECRET not in callers.send(system, "PUT", who, sent).text
    removing = orjson.dumps([{"op": "remove", "path": "/meta/security"}]).decode()
    answer = callers.send(system, "PATCH", who, removing, Content_Type="application/json-patch+json")
    assert answer.status_code == 403
    own = callers.get(callers.citizen(of(patient)), who).json()
    assert (own["address"], own["contact"], own["meta"]["security"]) == (*places.values(), V)
    open_again = {"security": [{**V[0], "code": "N"}]}
    moved = callers.send(system, "PUT", who, person(id=patient["id"], meta=open_again, address=[{"city": "Tromsø"}]))
    assert moved.status_code == 200
    assert callers.get(system, who).json()["address"] == [{"city": "Tromsø"}]
    assert SECRET not in callers.get(system, f"{who}/_history").text


def test_who_is_close_to_a_protected_person_keeps_his_place_too(callers: Callers) -> None:
    """A relative's address can be neither probed, copied nor moved, and is not shown when the patient is gone."""
    patient, other = callers.put_in(person(meta={"security": V}), person())
    near = {"resourceType": "RelatedPerson", "patient": ref(patient), "address": [{"city": SECRET}]}
    near = callers.put_in(near)[0]
    system, who = callers.system(), f"RelatedPerson/{near['id']}"
    for step in (
        {"op": "test", "path": "/address/0/city", "value": "x"},
        {"op": "copy", "from": "/address/0/city", "path": "/gender"},
        {"op": "replace", "path": "/patient/reference", "value": f"Patient/{other['id']}"},
    ):
        body = orjson.dumps([step]).decode()
        answer = callers.send(system, "PATCH", who, body, Content_Type="application/json-patch+json")
        assert answer.status_code == 403, step
    assert callers.send(system, "PUT", who, callers.get(system, who).json()).status_code == 200
    stored = callers.get(callers.citizen(of(patient)), who).json()
    assert stored["address"] == [{"city": SECRET}]
    assert callers.send(system, "DELETE", f"Patient/{patient['id']}").status_code == 204
    assert SECRET not in callers.get(system, who).text
    moved = callers.send(system, "PUT", who, callers.get(system, who).json() | {"patient": ref(other)})
    assert SECRET not in moved.text + callers.get(system, f"{who}/_history").text


def test_what_was_protected_stays_so_when_the_protection_is_lifted(
    callers: Callers, served: Callable[..., Json]
) -> None:
    """No version up to the last protected one shows where somebody lived, nor does a search find it; later ones do."""
    lived: Json = {"address": [{"line": [SECRET]}], "telecom": [{"system": "phone", "value": SECRET}]}
    patient = served(**lived)
    system, who = callers.system(), f"Patient/{patient['id']}"
    body = {name: value for name, value in patient.items() if name != "meta"}
    lifted = {"security": [{**V[0], "code": "N"}]}
    steps: tuple[Json, ...] = (
        body | {"meta": {"security": V}},
        body | {"meta": lifted, "address": [{"city": "Tromsø"}], "telecom": []},
        body | {"meta": lifted, "address": [{"city": "Bodø"}], "telecom": []},
    )
    for step in steps:
        sent = {name: value for name, value in step.items() if value != []}
        assert callers.send(system, "PUT", who, sent).status_code == 200
    nurse = callers.person(NURSE, attest(NURSE, of(patient)))
    for token in (system, nurse):
        told = callers.get(token, f"{who}/_history")
        versions = [entry["resource"] for entry in told.json()["entry"]]
        assert [v["address"][0].get("city", "") for v in versions] == ["Bodø", "Tromsø", "", ""]
        assert SECRET not in told.text
        for number in (1, 2):
            answer = callers.get(token, f"{who}/_history/{number}")
            assert (answer.status_code, SECRET in answer.text) == (200, False)
        assert callers.get(token, f"{who}/_history/3").json()["address"] == [{"city": "Tromsø"}]
        assert SECRET not in callers.get(token, f"{who}/$everything").text
    assert callers.get(system, f"Patient?_id={patient['id']}&address={SECRET}").json().get("entry", []) == []
    own = callers.get(callers.citizen(of(patient)), f"{who}/_history").text
    assert own.count(SECRET) == 4


def test_who_is_close_stays_hidden_when_the_protection_is_lifted(callers: Callers) -> None:
    """What was written of a relative of somebody protected is masked and not found until it is said to be open."""
    patient = callers.put_in(person(meta={"security": V}))[0]
    near = callers.put_in(
        {"resourceType": "RelatedPerson", "patient": ref(patient), "address": [{"city": SECRET}], "active": True}
    )[0]
    system, who = callers.system(), f"RelatedPerson/{near['id']}"
    assert [label["code"] for label in near["meta"]["security"]] == ["V"]
    lifted = {"security": [{**V[0], "code": "N"}]}
    body = {name: value for name, value in patient.items() if name != "meta"} | {"meta": lifted}
    assert callers.send(system, "PUT", f"Patient/{patient['id']}", body).status_code == 200
    masked = callers.get(system, who)
    assert SECRET not in masked.text
    assert callers.get(system, f"RelatedPerson?_id={near['id']}&address={SECRET}").json().get("entry", []) == []
    unsaid = {name: value for name, value in masked.json().items() if name != "meta"}
    assert SECRET not in callers.send(system, "PUT", who, unsaid).text + callers.get(system, who).text
    said = unsaid | {"meta": lifted, "address": [{"city": "Narvik"}]}
    assert callers.send(system, "PUT", who, said).json()["address"] == [{"city": "Narvik"}]
    assert callers.get(system, who).json()["address"] == [{"city": "Narvik"}]
    assert SECRET not in callers.get(system, f"{who}/_history").text
    callers.put_in({"resourceType": "RelatedPerson", "patient": ref(patient), "address": [{"city": "Alta"}]})


def test_who_is_close_already_is_labelled_when_the_protection_begins(callers: Callers) -> None:
    """What was written of a relative before stays hidden when the protection is lifted; the log tells of the label."""
    patient = callers.put_in(person())[0]
    near = {"resourceType": "RelatedPerson", "patient": ref(patient), "address": [{"city": SECRET}]}
    near, open_one = callers.put_in(near, near | {"patient": ref(callers.put_in(person())[0])})
    system, who = callers.system(), f"RelatedPerson/{near['id']}"
    assert SECRET in callers.get(system, who).text
    body = {name: value for name, value in patient.items() if name != "meta"}
    for code in ("V", "N"):
        sent = body | {"meta": {"security": [{**V[0], "code": code}]}}
        assert callers.send(system, "PUT", f"Patient/{patient['id']}", sent).status_code == 200
        told = callers.get(system, who)
        assert SECRET not in told.text + callers.get(system, f"{who}/_history").text
        assert [label["code"] for label in told.json()["meta"]["security"]] == ["V"]
    log = callers.get(system, f"AuditEvent?entity={who}&subtype=update").json()
    assert log["total"] == 1
    assert SECRET in callers.get(system, f"RelatedPerson/{open_one['id']}").text


def test_a_protected_address_survives_who_cannot_see_it(callers: Callers) -> None:
    """An update by somebody who was shown it masked leaves it as it was; a patch can neither change nor probe it."""
    patient = callers.put_in(person(meta={"security": V}, address=[{"line": [SECRET]}]))[0]
    system, who = callers.system(), f"Patient/{patient['id']}"
    masked = callers.get(system, who).json()
    assert callers.send(system, "PUT", who, masked | {"active": True}).status_code == 200
    probe = orjson.dumps([{"op": "test", "path": "/address/0/line/0", "value": SECRET}]).decode()
    answer = callers.send(system, "PATCH", who, probe, Content_Type="application/json-patch+json")
    assert answer.status_code == 403
    own = callers.get(callers.citizen(of(patient)), who).json()
    assert (own["active"], own["address"][0]["line"]) == (True, [SECRET])
