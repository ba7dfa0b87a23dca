"""What somebody who signs in may prescribe: by HPR, in every way of writing, and only as long as the right is there."""

import time
from typing import Any

import pytest

from tests.journal.securing import DOCTOR, ENH, FNR, HOME_CARE, NURSE, Callers, attest

Json = dict[str, Any]
STORES = ["sqlite"]
ATC = "http://www.whocc.no/atc"
PERSON = "13817212345"
CONTRACEPTIVE, ANTIBIOTIC = "G03AC09", "J01CA08"


@pytest.fixture(scope="module")
def patient(callers: Callers) -> Json:
    """Somebody whom home care serves."""
    who = {"resourceType": "Patient", "identifier": [{"system": FNR, "value": PERSON}]}
    care = {"resourceType": "Organization", "identifier": [{"system": ENH, "value": HOME_CARE}]}
    patient, organisation = callers.put_in(who, care)
    episode = {"resourceType": "EpisodeOfCare", "status": "active", "patient": _ref(patient)}
    callers.put_in(episode | {"managingOrganization": _ref(organisation)})
    return patient


def _ref(resource: Json) -> Json:
    return {"reference": f"{resource['resourceType']}/{resource['id']}"}


def order(patient: Json, *codes: str, **more: Any) -> Json:
    """A prescription of a medicine with these ATC codes."""
    coded = {"coding": [{"system": ATC, "code": code} for code in codes], "text": "medisin"}
    told = {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": _ref(patient)}
    return told | {"medicationCodeableConcept": coded} | more


def nurse(callers: Callers, right: str = "limited") -> str:
    """A token of a helsesykepleier with this right in HPR."""
    token = callers.person(NURSE, attest(NURSE, PERSON))
    rows = [{"profession": "SP", "requisition_rights": [right] if right else []}]
    url = f"{callers.signer.issuer}/facts/hpr/personer/{NURSE[1]}"
    assert callers.signer.session.put(url, json={"authorisations": rows}, timeout=10).status_code == 200
    time.sleep(1.1)  # what a journal may believe of what HPR said before
    return token


def test_a_limited_right_covers_its_groups(callers: Callers, patient: Json) -> None:
    """Contraceptives are taken in; antibiotics, both together and what has no code are refused with a reason."""
    token = nurse(callers)
    made = callers.send(token, "POST", "MedicationRequest", order(patient, CONTRACEPTIVE))
    assert made.status_code == 201, made.text
    for codes in ((ANTIBIOTIC,), (CONTRACEPTIVE, ANTIBIOTIC), ()):
        body = order(patient, *codes)
        if not codes:
            body["medicationCodeableConcept"] = {"text": "noe sterkt"}
        refused = callers.send(token, "POST", "MedicationRequest", body)
        assert refused.status_code == 403
        assert "G02B, G03A, J07" in refused.json()["issue"][0]["diagnostics"]


def test_a_proposal_is_no_prescription(callers: Callers, patient: Json) -> None:
    """A nurse may propose what a doctor then orders, and not make an order of it herself."""
    token = nurse(callers)
    proposed = callers.send(token, "POST", "MedicationRequest", order(patient, ANTIBIOTIC, intent="proposal"))
    assert proposed.status_code == 201
    steps = [{"op": "replace", "path": "/intent", "value": "order"}]
    patched = callers.send(
        token,
        "PATCH",
        f"MedicationRequest/{proposed.json()['id']}",
        steps,
        **{"Content-Type": "application/json-patch+json"},
    )
    assert patched.status_code == 403


def test_somebody_elses_order_is_not_changed(callers: Callers, patient: Json) -> None:
    """Neither changed into something allowed, nor stopped, nor deleted."""
    doctor = callers.person(DOCTOR, attest(DOCTOR, PERSON))
    made = callers.send(doctor, "POST", "MedicationRequest", order(patient, ANTIBIOTIC))
    assert made.status_code == 201, made.text
    token, path = nurse(callers), f"MedicationRequest/{made.json()['id']}"
    changed = order(patient, CONTRACEPTIVE, id=made.json()["id"])
    assert callers.send(token, "PUT", path, changed).status_code == 403
    assert callers.send(token, "PUT", path, made.json() | {"status": "stopped"}).status_code == 403
    assert callers.send(token, "DELETE", path).status_code == 403
    assert callers.send(doctor, "PUT", path, made.json() | {"status": "stopped"}).status_code == 200


def test_a_transaction_with_one_order_outside_leaves_nothing(callers: Callers, patient: Json) -> None:
    """The allowed order of the bundle is not stored either, and the refusal says which entry."""
    token = nurse(callers)
    before = callers.get(token, f"MedicationRequest?patient={patient['id']}&_summary=count").json()["total"]
    entries = [
        {"resource": order(patient, code), "request": {"method": "POST", "url": "MedicationRequest"}}
        for code in (CONTRACEPTIVE, ANTIBIOTIC)
    ]
    answer = callers.send(token, "POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert answer.status_code == 403
    assert answer.json()["issue"][0]["expression"] == ["Bundle.entry[1].resource.medication"]
    after = callers.get(token, f"MedicationRequest?patient={patient['id']}&_summary=count").json()["total"]
    assert after == before


def test_a_right_that_is_taken_away_is_gone(callers: Callers, patient: Json) -> None:
    """The same token prescribes before, and not after; she still reads."""
    token = nurse(callers)
    assert callers.send(token, "POST", "MedicationRequest", order(patient, CONTRACEPTIVE)).status_code == 201
    nurse(callers, "")
    assert callers.send(token, "POST", "MedicationRequest", order(patient, CONTRACEPTIVE)).status_code == 403
    assert callers.get(token, f"Patient/{patient['id']}").status_code == 200
