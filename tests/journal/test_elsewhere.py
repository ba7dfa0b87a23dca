"""What other journals know is shown with its source, and silence is not taken for nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.journal.conftest import start
from tests.journal.securing import FNR, NURSE, Callers, attest
from tests.signing import start_neighbours

PATIENT, OTHER = "13817250097", "13817250178"
Json = dict[str, Any]


@dataclass
class Beside:
    """A secured journal beside other journals."""

    callers: Callers
    patient: str

    def say(self, method: str, path: str, body: Any = None) -> None:
        """One request to the neighbours."""
        answer = self.callers.signer.session.request(method, self.callers.signer.issuer + path, json=body, timeout=10)
        assert answer.status_code < 300, answer.text

    def nurse(self) -> str:
        """A nurse with an attest about the patient."""
        return self.callers.person(NURSE, attest(NURSE, PATIENT))

    def look(self, token: str, status: int = 200) -> list[Json]:
        """What others know; the resources shown."""
        answer = self.callers.send(token, "GET", f"Patient/{self.patient}/$elsewhere")
        assert answer.status_code == status, answer.text
        return [entry["resource"] for entry in answer.json().get("entry", [])]


@pytest.fixture(scope="module")
def beside(store: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    """A patient whom a hospital knows, in a secured journal."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with start_neighbours(folder) as signer:
        options = [*store.options(str(folder / "data")), "--issuer", signer.issuer, "--neighbours", signer.issuer]
        running = start(*options, "--register-interval", "3600")
        callers = Callers(signer, running.base)
        found = Beside(callers, _patient(callers))
        for number, identity in ((PATIENT, "a"), (OTHER, "b")):
            found.say("PUT", f"/facts/sykehus/Patient/{identity}", _person(number))
        for identity, person, code in (("c", "a", "K86"), ("d", "b", "T90")):
            coded = {"coding": [{"code": code}]}
            body = {"resourceType": "Condition", "subject": {"reference": f"Patient/{person}"}, "code": coded}
            found.say("PUT", f"/facts/sykehus/Condition/{identity}", body)
        yield found
        assert running.stop() == 0
        assert running.process.stdout is not None
        running.process.stdout.close()


def _person(number: str) -> Json:
    return {"resourceType": "Patient", "identifier": [{"system": FNR, "value": number}]}


def _patient(callers: Callers) -> str:
    """A patient with an episode of care where the nurse works."""
    system = callers.system()
    place = {"resourceType": "Organization", "identifier": [{"system": ENH, "value": "974600951"}], "name": "Hjemmetj."}
    organisation = callers.send(system, "POST", "Organization", place).json()["id"]
    patient = str(callers.send(system, "POST", "Patient", _person(PATIENT)).json()["id"])
    episode = {
        "resourceType": "EpisodeOfCare",
        "status": "active",
        "patient": {"reference": f"Patient/{patient}"},
        "managingOrganization": {"reference": f"Organization/{organisation}"},
        "period": {"start": "2020-01-01"},
    }
    answer = callers.send(system, "POST", "EpisodeOfCare", episode)
    assert answer.status_code == 201, answer.text
    return patient


ENH = "urn:oid:2.16.578.1.12.4.1.4.101"


@pytest.fixture(autouse=True)
def well_again(beside: Beside) -> Iterator[None]:
    """The hospital behaves well again after each test."""
    yield
    beside.say("DELETE", "/behaviour/sykehus")


def test_a_nurse_sees_what_the_hospital_knows(beside: Beside) -> None:
    """The diagnosis is there as the patient's, with its source, and the look is in the audit trail."""
    (found,) = beside.look(beside.nurse())
    assert found["subject"] == {"reference": f"Patient/{beside.patient}"}
    assert found["meta"]["source"].endswith("/sykehus/fhir/Condition/c")
    events = beside.callers.send(beside.callers.system(), "GET", f"AuditEvent?entity=Patient/{beside.patient}").json()
    subtypes = {s["code"] for e in events["entry"] for s in e["resource"].get("subtype", ())}
    assert "operation" in subtypes


def test_silence_is_told(beside: Beside) -> None:
    """An outcome says that the hospital does not answer; the answer is a 200 all the same."""
    beside.say("PUT", "/behaviour/sykehus", {"down": True})
    (outcome,) = beside.look(beside.nurse())
    assert outcome["issue"][0]["code"] == "transient"
    assert "hospital" in outcome["issue"][0]["diagnostics"]


def test_somebody_elses_record_is_not_shown(beside: Beside) -> None:
    """A hospital that answers with another person is not believed."""
    beside.say("PUT", "/behaviour/sykehus", {"wrong": True})
    (outcome,) = beside.look(beside.nurse())
    assert outcome["issue"][0]["code"] == "conflict"


def test_who_may_not_see_the_patient_sees_nothing_of_elsewhere(beside: Beside) -> None:
    """A citizen who is somebody else is told what never was."""
    beside.look(beside.callers.citizen(OTHER), 404)


def test_what_is_blocked_here_is_not_fetched_from_there(beside: Beside) -> None:
    """A block of the patient's diagnoses, which stays from here on, covers those that another journal tells of."""
    reference = {"reference": f"Patient/{beside.patient}"}
    system = beside.callers.system()
    consent = {
        "resourceType": "Consent",
        "status": "active",
        "scope": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]
        },
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": reference,
        "policyRule": {"text": "sperring"},
        "provision": {"type": "deny", "class": [{"system": "http://hl7.org/fhir/resource-types", "code": "Condition"}]},
    }
    written = beside.callers.send(system, "POST", "Consent", consent)
    assert written.status_code == 201, written.text
    assert beside.look(beside.nurse()) == []
