"""Where entries come from: a Provenance for every write, those sent with one, and who may see them."""

from typing import Any

import pytest

from tests.journal.caring import block
from tests.journal.securing import ENH, HOME_CARE, HPR, NURSE, Callers, attest, condition, of, person, ref

Json = dict[str, Any]
FHIR = {"Content-Type": "application/fhir+json"}


def origins(answer: Any) -> list[tuple[str, str]]:
    """Activity and target of each Provenance in a search answer; its total says as many."""
    assert answer.status_code == 200, answer.text
    bundle = answer.json()
    found = [e["resource"] for e in bundle.get("entry", ()) if e["search"]["mode"] == "match"]
    assert bundle["total"] == len(found)
    return [(p["activity"]["coding"][0]["code"], p["target"][0]["reference"]) for p in found if "activity" in p]


def test_every_write_has_a_provenance(client: Any) -> None:
    """Create, update, patch and delete: each with its version, time and activity, found by target and read by id."""
    patient = client.create(person())
    entry = client.create(condition(patient))
    path = f"Condition/{entry['id']}"
    client.send("PUT", path, entry | {"recordedDate": "2026-01-12"})
    patch = [{"op": "replace", "path": "/recordedDate", "value": "2026-01-13"}]
    client.send("PATCH", path, patch, **{"Content-Type": "application/json-patch+json"})
    client.send("DELETE", path)
    answer = client.get(f"Provenance?target={path}")
    activities = ["CREATE", "UPDATE", "UPDATE", "DELETE"]
    assert origins(answer) == [(code, f"{path}/_history/{n}") for n, code in enumerate(activities, 1)]
    one = answer.json()["entry"][2]["resource"]
    version = client.get(f"{path}/_history/3").json()
    assert one["recorded"] == one["occurredDateTime"] == version["meta"]["lastUpdated"]
    for address in (f"Provenance/{one['id']}", f"Provenance/{one['id']}/_history/1"):
        assert client.get(address).json() == one
    assert client.send("POST", "Provenance/$validate", one).json()["issue"][0]["severity"] == "information"


def test_provenances_are_searched_and_paged_as_one_set(client: Any) -> None:
    """Sent ones and those of writes: by target, version, type and time, sorted, counted, in pages."""
    patient = client.create(person())
    entry = client.create(condition(patient))
    path = f"Condition/{entry['id']}"
    client.send("PUT", path, entry)
    sent = {"resourceType": "Provenance", "target": [{"reference": path}], "recorded": "2026-01-12T10:00:00Z"}
    own = client.create(sent | {"agent": [{"who": {"display": "Gammelt system"}}]})
    everything = client.get(f"Provenance?target={path}&_count=2").json()
    assert (everything["total"], len(everything["entry"])) == (3, 2)
    following = next(link["url"] for link in everything["link"] if link["relation"] == "next")
    ids = [e["resource"]["id"] for e in everything["entry"] + client.get(following).json()["entry"]]
    assert (ids[0], len(set(ids))) == (own["id"], 3)
    assert client.get(f"Provenance?target={path}&_sort=-recorded").json()["entry"][0]["resource"]["id"] == ids[2]
    assert client.get(f"Provenance?target={path}&_summary=count").json()["total"] == 3
    for query, number in {
        f"target={path}/_history/2": 1,
        f"target=Condition/{entry['id']},Patient/{patient['id']}": 4,
        f"target:Condition={entry['id']}": 3,
        f"target:Patient={entry['id']}": 0,
        f"patient={patient['id']}": 1,
        f"target={path}&recorded=lt2026-02-01": 1,
        f"target={path}&agent-role=x": 0,
        f"target={path}&_id={ids[1]}": 1,
    }.items():
        found = client.get(f"Provenance?{query}").json()
        assert found["total"] == len(found.get("entry", ())), query
        assert found["total"] >= number if "_history/2" in query else found["total"] == number, query


def test_no_client_takes_the_journals_own_ids(client: Any) -> None:
    """An id of the form that writes have is refused."""
    body = {"resourceType": "Provenance", "id": "write-7", "target": [{"reference": "Patient/x"}]}
    body |= {"recorded": "2026-01-12T10:00:00Z", "agent": [{"who": {"display": "x"}}]}
    assert client.send("PUT", "Provenance/write-7", body).status_code == 422
    assert client.get("Provenance/write-999999999").status_code == 404


SENT = '{"resourceType":"Provenance","recorded":"2026-01-12T10:00:00Z","agent":[{"who":{"display":"Kari"}}]}'


@pytest.mark.parametrize("how", ["create", "update", "transaction"])
def test_a_provenance_sent_in_the_header_is_kept(client: Any, how: str) -> None:
    """X-Provenance is stored with what was written as its target, version and all."""
    patient = client.create(person())
    entry = client.create(condition(patient))
    body = {"resource": condition(patient), "request": {"method": "POST", "url": "Condition"}}
    sends = {
        "create": ("POST", "Condition", condition(patient)),
        "update": ("PUT", f"Condition/{entry['id']}", entry),
        "transaction": ("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": [body, body]}),
    }
    answer = client.send(*sends[how], **{"X-Provenance": SENT})
    assert answer.status_code in {200, 201}, answer.text
    made = [e["response"]["location"] for e in answer.json()["entry"]] if how == "transaction" else []
    made = made or [answer.headers["Location"]]
    target = made[-1].partition("/fhir/")[2]
    found = client.get(f"Provenance?target={target.partition('/_history')[0]}").json()["entry"]
    kept = [e["resource"] for e in found if e["resource"]["agent"][0]["who"].get("display") == "Kari"]
    assert [t["reference"] for t in kept[0]["target"]] == [m.partition("/fhir/")[2] for m in made]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("{", 400),
        ('{"resourceType":"Patient"}', 400),
        (SENT[:-1] + ',"target":[{"reference":"Patient/1"}]}', 400),
        ('{"resourceType":"Provenance"}', 422),
    ],
)
def test_a_wrong_header_undoes_the_write(client: Any, text: str, status: int) -> None:
    """What is no Provenance, has a target of its own or is not valid is refused, and nothing is stored."""
    patient = client.create(person())
    answer = client.send("POST", "Condition", condition(patient), **{"X-Provenance": text})
    assert answer.status_code == status
    assert client.get(f"Condition?patient=Patient/{patient['id']}").json()["total"] == 0


def test_a_secured_journal_tells_who_wrote_for_whom(callers: Callers) -> None:
    """Name, HPR number, profession and organisation of the nurse; of a system, its client."""
    place, patient = callers.put_in(
        {"resourceType": "Organization", "identifier": [{"system": ENH, "value": HOME_CARE}]}, person()
    )
    episode = {"resourceType": "EpisodeOfCare", "status": "active", "patient": ref(patient)}
    callers.put_in(episode | {"managingOrganization": ref(place)})
    nurse = callers.person(NURSE, attest(NURSE, of(patient)))
    entry = callers.send(nurse, "POST", "Condition", condition(patient)).json()
    path = f"Condition/{entry['id']}"
    callers.send(callers.system(), "PUT", path, entry)
    answer = callers.get(nurse, f"Provenance?target={path}")
    assert [code for code, _ in origins(answer)] == ["CREATE", "UPDATE"]
    first, second = (e["resource"]["agent"][0] for e in answer.json()["entry"])
    assert first["who"] == {"display": "Kari Nordmann", "identifier": {"system": HPR, "value": NURSE[1]}}
    assert first["onBehalfOf"]["identifier"] == {"system": ENH, "value": HOME_CARE}
    assert first["role"][0]["coding"][0]["code"] == NURSE[2]
    assert second["who"]["identifier"]["value"] == callers.signer.name


def test_provenance_tells_nothing_of_what_is_hidden(callers: Callers) -> None:
    """Of a blocked entry, and of somebody else's, there is no Provenance: not by search, total, id or include."""
    place, patient, other = callers.put_in(
        {"resourceType": "Organization", "identifier": [{"system": ENH, "value": HOME_CARE}]}, person(), person()
    )
    episode = {"resourceType": "EpisodeOfCare", "status": "active", "patient": ref(patient)}
    callers.put_in(episode | {"managingOrganization": ref(place)})
    entry, theirs = callers.put_in(condition(patient), condition(other))
    sent = {"resourceType": "Provenance", "target": [ref(entry)], "recorded": "2026-01-12T10:00:00Z"}
    callers.put_in(sent | {"agent": [{"who": {"display": "x"}}]})
    nurse = callers.person(NURSE, attest(NURSE, of(patient)))
    path = f"Condition/{entry['id']}"
    found = callers.get(nurse, f"Provenance?target={path}").json()
    assert found["total"] == 2
    assert callers.get(nurse, f"Provenance?target=Condition/{theirs['id']}").json()["total"] == 0
    callers.put_in(block(patient, data=[entry]))
    assert callers.get(nurse, f"Provenance?target={path}").json()["total"] == 0
    for one in found["entry"]:
        assert callers.get(nurse, f"Provenance/{one['resource']['id']}").status_code == 404
    assert path not in callers.get(nurse, "Provenance?recorded=ge2026-01-01&_count=1000").text


def test_a_nurse_may_say_where_an_entry_comes_from(callers: Callers) -> None:
    """Of the patient of the attest, and of nobody else."""
    place, patient, other = callers.put_in(
        {"resourceType": "Organization", "identifier": [{"system": ENH, "value": HOME_CARE}]}, person(), person()
    )
    episode = {"resourceType": "EpisodeOfCare", "status": "active", "patient": ref(patient)}
    callers.put_in(episode | {"managingOrganization": ref(place)})
    mine, theirs = callers.put_in(condition(patient), condition(other))
    nurse = callers.person(NURSE, attest(NURSE, of(patient)))
    for entry, status in ((mine, 201), (theirs, 403)):
        sent = {"resourceType": "Provenance", "target": [ref(entry)], "recorded": "2026-01-12T10:00:00Z"}
        answer = callers.send(nurse, "POST", "Provenance", sent | {"agent": [{"who": {"display": "x"}}]})
        assert answer.status_code == status, answer.text
