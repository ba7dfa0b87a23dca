"""An older database is brought to the present schema; a newer one is left alone."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
STORED = Path(__file__).parent / "stored" / "schema-1.sql"


def old(folder: Path) -> sqlite3.Connection:
    """A database of the first schema, as the journal of that time wrote it."""
    db = sqlite3.connect(folder / "journal.sqlite")
    db.executescript(STORED.read_text("utf-8"))
    return db


def test_a_database_of_the_first_schema_is_read_searched_and_written_on(
    launch: Callable[..., Any], connect: Callable[[str], Any], tmp_path: Path
) -> None:
    """Resources, versions, deletes, index and audit trail of the first schema are there after the migration."""
    old(tmp_path).close()
    client = connect(launch(data=tmp_path).base)
    assert client.get("AuditEvent?patient=Patient/kari&_summary=count").json()["total"] == 6
    assert client.ids("Patient?identifier=urn:test|K-1&gender=unknown") == ["kari"]
    assert client.get("Patient/kari/_history/1").json()["gender"] == "female"
    assert client.ids("Observation?patient.family=nordas&date=2026-01-15") == ["pulse"]
    assert client.get("Observation/gone").status_code == 410
    assert client.get("AuditEvent?entity=Observation/gone&subtype=delete&_summary=count").json()["total"] == 1
    changed = client.get("Patient/kari").json() | {"gender": "other"}
    assert client.send("PUT", "Patient/kari", changed, If_Match='W/"2"').headers["ETag"] == 'W/"3"'
    about = client.get("AuditEvent?patient=Patient/kari&_count=50").json()["entry"]
    now = [entry["resource"]["subtype"][0]["code"] for entry in about[:-6]]
    assert now[::-1] == ["search-type", "vread", "search-type", "read", "update"]


def test_a_database_of_a_later_schema_is_refused(store: Any, tmp_path: Path) -> None:
    """Exit code 2 and one line that tells both versions; the database stays as it was."""
    db = old(tmp_path)
    db.executescript("CREATE TABLE schema_version(version INTEGER); INSERT INTO schema_version VALUES (99);")
    ended = subprocess.run(
        [sys.executable, "-m", "simulator.journal", "--open", "--port", "0", "--data", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ended.returncode == 2
    assert "version 99" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert db.execute("SELECT count(*) FROM audit_link WHERE ref = 'Patient/kari'").fetchone()[0] == 6
    db.close()
