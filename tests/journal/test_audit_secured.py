"""The audit trail of a secured journal: who, for whom, why, a line a patient; and nothing can be taken out of it."""

import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator.journal.audit.chain import verify
from simulator.journal.storage.sqlite import FILE, SqliteDatabase
from tests.journal.conftest import start
from tests.journal.securing import DOCTOR, HOME_CARE, NURSE, Callers, attest, condition, of, person

Json = dict[str, Any]
REASON = {"decision_ref": {"id": "2026/1", "description": "Bevisstløs i hjemmet", "user_selected": True}}


def log(callers: Callers, token: str, patient: Json) -> list[Json]:
    """The patient's access log, newest first."""
    bundle = callers.get(token, f"AuditEvent?patient=Patient/{patient['id']}&_count=100").json()
    return [entry["resource"] for entry in bundle.get("entry", ())]


def opened(callers: Callers, patient: Json) -> None:
    """A nurse breaks the glass."""
    token = callers.person(NURSE, attest(NURSE, of(patient), purpose="BTG", care=REASON))
    assert callers.get(token, f"Patient/{patient['id']}").status_code == 200


def test_the_log_says_who_for_whom_and_why(callers: Callers) -> None:
    """HPR number, name, role, organisation, purpose, decision and time of attestation stand in the event."""
    patient = callers.put_in(person())[0]
    opened(callers, patient)
    event = log(callers, callers.system(), patient)[0]
    role = event["contained"][0]
    assert role["practitioner"]["identifier"]["value"] == NURSE[1]
    assert role["organization"]["display"] == "Tromsø kommune"
    assert role["location"][0]["identifier"]["value"] == HOME_CARE
    assert event["agent"][0]["who"]["reference"] == "#caller"
    assert event["purposeOfEvent"][0]["coding"][0]["code"] == "BTG"
    assert event["purposeOfEvent"][0]["text"] == "break the glass"
    parts = {part["url"]: part for extension in event["extension"] for part in extension.get("extension", ())}
    assert parts["decision-ref-description"]["valueString"] == "Bevisstløs i hjemmet"
    assert parts["toa"]["valueUnsignedInt"] > 1_700_000_000
    assert event["extension"][0]["valueReference"]["reference"] == f"Patient/{patient['id']}"
    assert any(profile.endswith("IHE.BasicAudit.PatientRead") for profile in event["meta"]["profile"])


def test_an_independent_model_of_r4_accepts_the_event(callers: Callers) -> None:
    """The event is a valid AuditEvent by the fhir.resources package."""
    patient = callers.put_in(person())[0]
    opened(callers, patient)
    model = import_module("fhir.resources.R4B.auditevent")
    for event in log(callers, callers.system(), patient):
        model.AuditEvent.model_validate(event)


def test_the_citizen_sees_names_and_reasons_but_no_numbers(callers: Callers) -> None:
    """Name, role, organisation and reason are shown; no number of who looked, and no address."""
    patient = callers.put_in(person())[0]
    opened(callers, patient)
    shown = log(callers, callers.citizen(of(patient)), patient)
    event = next(e for e in shown if e.get("purposeOfEvent", [{}])[0].get("text") == "break the glass")
    assert event["agent"][0]["name"] == "Kari Nordmann"
    assert event["contained"][0]["code"][0]["text"] == "Helsepersonell"
    assert event["contained"][0]["organization"]["display"] == "Tromsø kommune"
    told = str(event)
    assert NURSE[0] not in told
    assert NURSE[1] not in told
    assert "127.0.0.1', 'type'" not in told


def test_refused_looks_are_in_the_log(callers: Callers) -> None:
    """A look without a relation is denied, and the patient sees who tried."""
    patient = callers.put_in(person())[0]
    callers.get(callers.person(DOCTOR, attest(DOCTOR, of(patient))), f"Patient/{patient['id']}")
    event = next(e for e in log(callers, callers.citizen(of(patient)), patient) if e["outcome"] == "4")
    assert event["outcomeDesc"] == "HTTP 403"
    assert event["agent"][0]["name"] == "Kari Nordmann"


def test_each_patient_has_a_line_of_his_own(callers: Callers) -> None:
    """A search that shows two patients leaves an event for each, in which the other is not named."""
    one, two = callers.put_in(person(), person())
    callers.put_in(condition(one), condition(two))
    callers.get(callers.system(), f"Condition?patient=Patient/{one['id']},Patient/{two['id']}")
    for mine, other in ((one, two), (two, one)):
        event = next(
            e for e in log(callers, callers.citizen(of(mine)), mine) if e["subtype"][0]["code"] == "search-type"
        )
        assert f"Patient/{other['id']}" not in str(event)
        assert sum(e["what"]["reference"].startswith("Patient/") for e in event["entity"] if "what" in e) == 1


def test_the_log_is_searched_by_who_looked(callers: Callers) -> None:
    """agent-name finds by the beginning of the name."""
    patient = callers.put_in(person())[0]
    opened(callers, patient)
    base = f"AuditEvent?patient=Patient/{patient['id']}&agent-name="
    assert [callers.get(callers.system(), base + name).json()["total"] for name in ("Kari", "Ola")] == [1, 0]


def checked(*options: str) -> tuple[int, str]:
    """What the command that checks the trail says."""
    command = [sys.executable, "-m", "simulator.journal", "--verify", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a journal that has been asked five things and stopped."""
    folder: Path = tmp_path_factory.mktemp("trail")
    running = start("--data", str(folder))
    for _ in range(5):
        requests.get(f"{running.base}/Patient/never-was", timeout=10)
    running.stop()
    assert running.process.stdout is not None
    running.process.stdout.close()
    return folder / FILE


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("SELECT 1", ""),
        ("DELETE FROM audit WHERE seq = 2", "lines 2 to 2 are missing"),
        ("DELETE FROM audit WHERE seq = 1", "lines 1 to 1 are missing"),
        ("UPDATE audit SET target = 'Patient/another' WHERE seq = 2", "line 2 is not what was written"),
        ("UPDATE audit SET hash = NULL WHERE seq = 3", "line 3 is not what was written"),
        ("UPDATE audit SET seq = seq - 1 WHERE seq > 1 AND seq <> 2", "is not what was written"),
        ("DELETE FROM audit WHERE seq >= 4", "no longer in the trail"),
    ],
)
def test_whatever_is_done_to_the_trail_shows(trail: Path, tmp_path: Path, tampering: str, said: str) -> None:
    """A line removed at the front, in the middle or at the end, or changed, is found by the check of the chain."""
    shutil.copy(trail, tmp_path / FILE)
    connection = SqliteDatabase(tmp_path).connect(write=True)
    head = verify(connection).head
    if tampering.startswith("UPDATE audit SET seq"):
        connection.run("DELETE FROM audit WHERE seq = 2")
    connection.run(tampering)
    found = verify(connection, head)
    connection.close()
    assert bool(found.fault) is bool(said)
    assert said in found.fault


def test_the_check_is_a_command(trail: Path) -> None:
    """The check prints the head; a head noted earlier that no longer fits ends with code 1."""
    code, words = checked("--data", str(trail.parent))
    head = words.rpartition("head ")[2].strip()
    assert (code, words.startswith("audit trail: 5 lines chained")) == (0, True)
    assert checked("--data", str(trail.parent), "--head", head)[0] == 0
    code, words = checked("--data", str(trail.parent), "--head", f"5:{'0' * 64}")
    assert (code, "BROKEN" in words) == (1, True)


def test_the_chain_goes_on_after_a_restart(store: Any, launch: Any, connect: Any, tmp_path: Path) -> None:
    """A crash and a restart leave one unbroken chain, reads and writes alike."""
    for _ in range(2):
        running = launch(data=tmp_path)
        client = connect(running.base)
        client.create({"resourceType": "Basic", "code": {"text": "x"}})
        client.get("Basic?_count=1")
        running.kill()
    code, words = checked(*store.options(str(tmp_path)))
    assert code == 0
    assert int(words.partition(" lines")[0].rpartition(" ")[2]) >= 2


def test_checking_nothing_is_wrong_use(tmp_path: Path) -> None:
    """Without a journal's folder the check says what it needs, with exit code 2."""
    code, words = checked("--data", str(tmp_path))
    assert code == 2
    assert "--data" in words


def test_an_odd_path_breaks_no_chain(store: Any, callers: Callers, tmp_path: Path) -> None:
    """What nobody was let in to is chained as it is kept, whatever stands in its path."""
    options = [*store.options(str(tmp_path / "data")), "--issuer", callers.signer.issuer]
    running = start(*options)
    assert requests.post(f"{running.base}/cds-services/a%00b", json={}, timeout=10).status_code == 401
    assert running.stop() == 0
    assert running.process.stdout is not None
    running.process.stdout.close()
    words = [sys.executable, "-m", "simulator.journal", "--verify", *store.options(str(tmp_path / "data"))]
    checked = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    assert (checked.returncode, "1 lines chained" in checked.stdout) == (0, True), checked.stdout
