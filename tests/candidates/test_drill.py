"""A drill's installation: killed and started again on its data, damaged, restored by the file's own commands."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.candidates import Drill
from simulator.candidates.drill import SPOILT
from simulator.domain.candidate import Candidate, Operations
from simulator.errors import CandidateError

COPY = ("{python}", "-c", "import shutil, sys; shutil.copy(sys.argv[1], sys.argv[2])")


@pytest.fixture
def drill(program: Callable[..., Candidate], tmp_path: Path) -> Iterator[Drill]:
    """An installation whose backup is a copy of one file."""
    operations = Operations(backup=(*COPY, "{data}/pid", "{file}"), restore=(*COPY, "{file}", "{data}/pid"))
    found = Drill(replace(program(files={"settings": "{port}"}), operations=operations), tmp_path / "drill")
    yield found
    found.close()


def test_it_lives_again_on_the_same_data(drill: Drill) -> None:
    """After it was killed it starts at the same address, on what it had stored, with a log of its own."""
    first = drill.begin()
    (drill.data / "stored").write_text("kept")
    drill.kill()
    assert not drill.alive
    drill.again()
    assert drill.alive
    assert drill.base_url == first.base_url
    assert (drill.data / "stored").read_text() == "kept"
    assert sorted(path.name for path in drill.folder.glob("*.log")) == ["life-1.log", "life-2.log"]


def test_what_is_spoilt_is_restored(drill: Drill) -> None:
    """Every file is written over; the file's own commands bring back what was backed up, into an empty folder."""
    drill.begin()
    stored = (drill.data / "pid").read_bytes()
    drill.do(drill.candidate.operations.backup)
    drill.kill()
    assert drill.spoil() == 2
    assert (drill.data / "pid").read_bytes() == SPOILT
    drill.clear()
    assert [path.name for path in drill.data.iterdir()] == ["settings"]
    drill.do(drill.candidate.operations.restore)
    assert (drill.data / "pid").read_bytes() == stored


def test_an_operation_that_fails_says_so(drill: Drill) -> None:
    """The last words of a command that failed are told."""
    with pytest.raises(CandidateError, match=r"(?s)ended with 1.*no tape"):
        drill.do((sys.executable, "-c", "import sys; sys.exit('no tape')"))
    with pytest.raises(CandidateError, match="cannot be started"):
        drill.do(("/nowhere/at-all",))


def test_nothing_stays_but_the_logs(drill: Drill) -> None:
    """When the drill is over its process and its data are gone."""
    drill.begin()
    drill.close()
    assert not drill.alive
    assert not drill.data.exists()
    assert (drill.folder / "life-1.log").exists()
