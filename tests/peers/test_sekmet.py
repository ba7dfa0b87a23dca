"""The scenarios of sekmet-fhir, a hospital system, with the reference journal as the system at the other end."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.peers.conftest import Secured
from tests.peers.gaps import SEKMET

pytestmark = [pytest.mark.peers, pytest.mark.slow]
ENDS = "https://journalbenk.example/fhir/SubscriptionTopic/encounter-end"
"""The topic of the journal's that is like the one the scenario means."""
COMPLETE = {
    "adt_admit_transfer_discharge",
    "adt_merge_update",
    "bulk_export_group",
    "clinical_documentation",
    "conformance_smoke",
    "medication_order_dispense",
    "subscription_backport_roundtrip",
}
STOPS = {
    "appointment_book_cancel": ("Practitioner accepts", "'AppointmentResponse' is not a type"),
    "billing_claim": ("Coverage", "'Coverage' is not a type"),
    "lab_order_peer_fills": ("Register patient", "peer does not play role 'lab-filler'"),
    "lab_order_to_result": ("Collect specimen", "'Specimen' is not a type"),
    "messaging_adt_orders": ("Register (A04 message)", "not accepted"),
    "rad_order_imaging_report": ("Acquire images", "'ImagingStudy' is not a type"),
    "subscription_roundtrip": ("Subscribe", "no topic"),
}
Json = dict[str, Any]


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def run(folder: Path, peer: Json, *names: str) -> dict[str, Json]:
    """The results of scenarios by name."""
    port = free_port()
    address = {"base_url": f"http://127.0.0.1:{port}/fhir", "host": "127.0.0.1", "port": port}
    settings = address | {"data_dir": str(folder / "store"), "log_inbound": False, "peers": {"journal": peer}}
    (folder / "settings.yaml").write_text(yaml.safe_dump(settings))
    command = [str(Path(sys.executable).with_name("sekmet")), "scenario", "run", *names, "--peer", "journal", "--serve"]
    command += ["-c", "settings.yaml", "--report-dir", "reports", "--var", f"topic={ENDS}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    reports = list(folder.glob("reports/*/results.json"))
    assert len(reports) == 1, done.stdout + done.stderr
    return {Path(one["file"]).stem: one for one in json.loads(reports[0].read_text())}


@pytest.fixture(scope="module")
def results(base: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Json]:
    """All scenarios that sekmet ships, against the open journal."""
    return run(tmp_path_factory.mktemp("sekmet"), {"base_url": base}, "all")


def test_every_scenario_completes_or_is_a_gap(results: dict[str, Json]) -> None:
    """Sekmet ships no scenario that is neither expected to complete nor among the gaps."""
    assert results.keys() == COMPLETE | STOPS.keys()
    assert {gap.what for gap in SEKMET} == STOPS.keys()


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_a_scenario_completes(results: dict[str, Json], name: str) -> None:
    """Every step passes; one is passed over only where the journal does not say it can."""
    steps = results[name]["steps"]
    assert [step for step in steps if step["status"] not in {"passed", "skipped"}] == []
    skipped = [step["message"] for step in steps if step["status"] == "skipped"]
    assert all(message.startswith("peer does not advertise") for message in skipped), skipped


@pytest.mark.parametrize("name", sorted(STOPS))
def test_a_gap_is_where_it_is_said(results: dict[str, Json], name: str) -> None:
    """A scenario that cannot be completed passes every step before the one that is the reason."""
    step, reason = STOPS[name]
    first = next(one for one in results[name]["steps"] if one["status"] != "passed")
    assert first["name"].startswith(step)
    assert reason in first["message"]


def test_backend_services(secured: Secured, tmp_path: Path) -> None:
    """With its own key and SMART Backend Services, sekmet completes scenarios against the secured journal."""
    key = tmp_path / "key.pem"
    key.write_bytes(secured.signer.rsa.as_pem(private=True))
    auth = {"type": "smart", "client_id": "bench", "private_key_path": str(key), "kid": secured.signer.rsa.kid}
    peer = {"base_url": secured.base, "auth": auth | {"scope": "system/*.cruds"}}
    names = ("conformance_smoke", "adt_admit_transfer_discharge", "medication_order_dispense")
    found = run(tmp_path, peer, *names)
    assert {name: one["status"] for name, one in found.items()} == dict.fromkeys(names, "passed")
