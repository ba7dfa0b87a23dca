"""Documents of other communities: listed, given, withheld, and told of when they are missing."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journal.caring import block
from tests.journal.securing import ENH, HOME_CARE, NURSE, Callers, attest, of, person, ref

Json = dict[str, Any]
TEXT = "Epikrise: utskrevet i god tilstand, kontroll om seks uker. Ærlig talt."


def held(number: str, label: str = "N", **more: Any) -> Json:
    """A document that a hospital holds."""
    told = {"id": f"unn-{number}", "community": "sykehus", "type": "A03-2", "title": "Epikrise", "text": TEXT}
    return told | {"date": "2026-01-10T12:00:00+01:00", "label": label} | more


@pytest.fixture
def resident(callers: Callers) -> Iterator[Json]:
    """A patient of home care, of whom a hospital holds an epikrise, a blocked one and one that is superseded."""
    place, patient = callers.put_in(
        {"resourceType": "Organization", "identifier": [{"system": ENH, "value": HOME_CARE}]}, person()
    )
    episode = {"resourceType": "EpisodeOfCare", "status": "active", "patient": ref(patient)}
    callers.put_in(episode | {"managingOrganization": ref(place)})
    number = of(patient)
    held_by_all = [held(f"{number[6:]}a"), held(f"{number[6:]}b", "NORS"), held("c", status="superseded")]
    tell(callers, "facts/dokumentdeling/documents", {"person": number, "documents": held_by_all})
    yield patient
    callers.signer.session.delete(f"{callers.signer.issuer}/behaviour/dokumentdeling", timeout=10)


def tell(callers: Callers, path: str, body: Json) -> None:
    """Makes something so with the neighbours."""
    answer = callers.signer.session.put(f"{callers.signer.issuer}/{path}", json=body, timeout=10)
    assert answer.status_code == 200, answer.text


def nurse(callers: Callers, patient: Json, purpose: str = "TREAT") -> str:
    """The nurse with an attest about the patient; with a reason, when the glass is to be broken."""
    reason = {"decision_ref": {"id": "d", "description": "Livstruende", "user_selected": True}}
    care = reason if purpose == "BTG" else {}
    return callers.person(NURSE, attest(NURSE, of(patient), purpose=purpose, care=care))


def listing(callers: Callers, token: str, patient: Json) -> Any:
    """What is told of documents elsewhere."""
    return callers.get(token, f"Patient/{patient['id']}/$outside-documents")


def found(answer: Any) -> list[Json]:
    """The documents in an answer; its total says as many."""
    assert answer.status_code == 200, answer.text
    entries = answer.json().get("entry", ())
    documents = [e["resource"] for e in entries if e["search"]["mode"] == "match"]
    assert answer.json()["total"] == len(documents)
    return documents


def test_documents_elsewhere_are_listed_and_given(callers: Callers, resident: Json) -> None:
    """The nurse finds the current open document once, marked with its source, and reads it; the log says so."""
    token = nurse(callers, resident)
    answer = listing(callers, token, resident)
    [document] = found(answer)
    assert document["meta"]["source"] == "urn:community:sykehus"
    assert document["subject"] == ref(resident)
    assert answer.headers["NHN-SecurityLabel-Nors-Count"] == "1"
    content = callers.send(token, "GET", document["content"][0]["attachment"]["url"], Accept="text/plain")
    assert (content.status_code, content.content.decode()) == (200, TEXT)
    assert content.headers["Content-Type"] == "text/plain; charset=utf-8"
    log = callers.get(callers.system(), f"AuditEvent?patient=Patient/{resident['id']}&_count=100").json()["entry"]
    names = {e["resource"]["subtype"][0]["display"] for e in log}
    assert {"$outside-documents", "$outside-document"} <= names


def test_blocked_documents_elsewhere_need_the_glass(callers: Callers, resident: Json) -> None:
    """NORS is neither listed nor given to the nurse, and both to who breaks the glass."""
    ids = {}
    for purpose in ("TREAT", "BTG"):
        token = nurse(callers, resident, purpose)
        path = f"Patient/{resident['id']}/$outside-document?document=unn-{of(resident)[6:]}b"
        status = callers.send(token, "GET", path, Accept="*/*").status_code
        ids[purpose] = (len(found(listing(callers, token, resident))), status)
    assert ids == {"TREAT": (1, 404), "BTG": (2, 200)}


def test_what_the_patient_blocks_here_is_blocked_for_what_lies_elsewhere(callers: Callers, resident: Json) -> None:
    """A Consent that hides documents hides those of other communities as well."""
    callers.put_in(block(resident, kinds=("DocumentReference",)))
    assert found(listing(callers, nurse(callers, resident), resident)) == []


@pytest.mark.parametrize("who", ["stranger", "operator", "other"])
def test_nobody_without_access_learns_of_them(callers: Callers, resident: Json, who: str) -> None:
    """Neither a nurse without a relation, nor an operator, nor somebody with another patient."""
    [stranger] = callers.put_in(person())
    tokens = {
        "stranger": callers.person(NURSE, attest(NURSE, of(stranger))),
        "operator": callers.person(("01817212399", "", ""), scope="user/*.cruds journal/operate"),
        "other": callers.citizen(of(stranger)),
    }
    assert listing(callers, tokens[who], resident).status_code in {403, 404}


def test_a_document_of_somebody_else_is_not_given(callers: Callers, resident: Json) -> None:
    """The number of another person's document opens nothing."""
    [other] = callers.put_in(person())
    theirs = held(f"{of(other)[6:]}x")
    tell(callers, "facts/dokumentdeling/documents", {"person": of(other), "documents": [theirs]})
    path = f"Patient/{resident['id']}/$outside-document?document={theirs['id']}"
    assert callers.send(nurse(callers, resident), "GET", path, Accept="*/*").status_code == 404


@pytest.mark.parametrize("how", [{"duplicate": True}, {"out_of_order": True}])
def test_what_comes_twice_or_mixed_up_is_shown_once(callers: Callers, resident: Json, how: Json) -> None:
    """A document that is listed twice is one document."""
    tell(callers, "behaviour/dokumentdeling", how)
    assert len(found(listing(callers, nurse(callers, resident), resident))) == 1


@pytest.mark.parametrize("how", [{"down": True}, {"wrong": True}])
def test_what_is_missing_is_said_to_be(callers: Callers, resident: Json, how: Json) -> None:
    """When document sharing is down or talks nonsense the answer says that it is incomplete, and content is a 503."""
    token, path = nurse(callers, resident), f"Patient/{resident['id']}/$outside-document?document=x"
    tell(callers, "behaviour/dokumentdeling", how)
    answer = listing(callers, token, resident)
    assert found(answer) == []
    assert answer.json()["entry"][0]["resource"]["issue"][0]["code"] == "incomplete"
    assert callers.send(token, "GET", path, Accept="*/*").status_code == 503
