"""A backup holds everything, and a restore gives it back, whatever the database."""

import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]


def command(*words: str) -> tuple[int, str]:
    """What ``python -m simulator.journal`` with these words ends with, and says."""
    done = subprocess.run(
        [sys.executable, "-m", "simulator.journal", *words], capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def place(store: Any, folder: Path) -> list[str]:
    """The options that name a folder's database to the commands."""
    options: list[str] = store.options(str(folder))
    return options[-2:]


@pytest.fixture
def kept(launch: Callable[..., Any], connect: Callable[[str], Any], tmp_path: Path, patient: Json) -> Any:
    """A journal that runs, with versions, a delete, an index and a trail."""
    client = connect(launch(data=tmp_path / "first").base)
    first = client.create(patient)
    client.send("PUT", f"Patient/{first['id']}", first | {"gender": "female"})
    gone = client.create(patient)
    client.send("DELETE", f"Patient/{gone['id']}")
    client.ids("Patient?gender=female")
    client.get("AuditEvent?_summary=count")
    return client


def test_a_restored_journal_is_equal_to_the_one_backed_up(
    kept: Any, store: Any, launch: Callable[..., Any], connect: Callable[[str], Any], tmp_path: Path
) -> None:
    """Backed up while it serves and restored: the same rows to the byte, found, versioned and audited as before."""
    backup, again = tmp_path / "backup.gz", tmp_path / "again.gz"
    code, words = command("backup", str(backup), *place(store, tmp_path / "first"))
    assert code == 0, words
    assert command("restore", str(backup), *place(store, tmp_path / "second")) == (0, words)
    assert command("backup", str(again), *place(store, tmp_path / "second")) == (0, words)
    assert gzip.decompress(again.read_bytes()) == gzip.decompress(backup.read_bytes())
    client = connect(launch(data=tmp_path / "second").base)
    (who,) = client.ids("Patient?family=nordas&gender=female")
    assert client.get(f"Patient/{who}/_history").json()["total"] == 2
    trail = [c.get(f"AuditEvent?patient=Patient/{who}&_summary=count").json()["total"] for c in (kept, client)]
    assert trail[1] == trail[0] + 2
    changed = client.send("PUT", f"Patient/{who}", client.get(f"Patient/{who}").json(), If_Match='W/"2"')
    assert changed.headers["ETag"] == 'W/"3"'


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_backup_of_one_database_is_restored_into_the_other(kept: Any, store: Any, tmp_path: Path) -> None:
    """From PostgreSQL to SQLite and back, every row is the same."""
    steps = [tmp_path / f"{number}.gz" for number in range(3)]
    folder = ["--data", str(tmp_path / "sqlite")]
    for words in (
        ["backup", str(steps[0]), *place(store, tmp_path / "first")],
        ["restore", str(steps[0]), *folder],
        ["backup", str(steps[1]), *folder],
        ["restore", str(steps[1]), *place(store, tmp_path / "back")],
        ["backup", str(steps[2]), *place(store, tmp_path / "back")],
    ):
        code, said = command(*words)
        assert code == 0, said
    assert len({gzip.decompress(step.read_bytes()) for step in steps}) == 1


def test_a_backup_that_is_not_whole_is_refused(kept: Any, store: Any, tmp_path: Path) -> None:
    """Changed, cut short or something else: exit code 2, one line, and the database is still empty."""
    backup, broken = tmp_path / "backup.gz", tmp_path / "broken.gz"
    command("backup", str(backup), *place(store, tmp_path / "first"))
    content = gzip.decompress(backup.read_bytes())
    lines = content.splitlines(keepends=True)
    for wrong in (
        gzip.compress(content.replace(b"female", b"fomale")),
        gzip.compress(b"".join(lines[:-1])),
        gzip.compress(b"".join(lines[:-2] + lines[-1:])),
        backup.read_bytes()[:-40],
        b"not a backup",
    ):
        broken.write_bytes(wrong)
        code, said = command("restore", str(broken), *place(store, tmp_path / "third"))
        assert (code, len(said.splitlines())) == (2, 1), said
    assert command("restore", str(backup), *place(store, tmp_path / "third"))[0] == 0


def test_a_journal_is_never_restored_over(kept: Any, store: Any, tmp_path: Path) -> None:
    """Restoring where a journal is, running or not, ends with code 2 and leaves it alone."""
    backup = tmp_path / "backup.gz"
    command("backup", str(backup), *place(store, tmp_path / "first"))
    for again in range(2):
        code, said = command("restore", str(backup), *place(store, tmp_path / ("first" if not again else "second")))
        assert code == 2 * (1 - again), said
    code, said = command("restore", str(backup), *place(store, tmp_path / "second"))
    assert code == 2
    assert "already" in said
    assert kept.get("Patient?_summary=count").json()["total"] == 1


def test_there_must_be_something_to_back_up(tmp_path: Path) -> None:
    """A folder without a journal is said to be one."""
    code, said = command("backup", str(tmp_path / "x.gz"), "--data", str(tmp_path))
    assert code == 2
    assert "no journal" in said
