"""A run that ends early says what ended it, and what of it is there."""

from errno import ENOSPC
from pathlib import Path
from typing import NoReturn

import orjson
import pytest

import reports
from simulator.errors import CandidateError, DiskFullError, InterruptedRunError
from simulator.run.ending import left_readable
from simulator.run.folder import RunFolder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run that has begun."""
    return RunFolder.create(tmp_path / "a", "x")


def state(folder: RunFolder) -> str:
    """What the manifest on the disk says."""
    return str(orjson.loads((folder.path / "manifest.json").read_bytes())["state"])


@pytest.mark.parametrize("met", [ValueError, KeyError, OSError, DiskFullError])
def test_what_ended_a_run_is_told_whatever_its_report_meets(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch, met: type[Exception]
) -> None:
    """A report that cannot be made of what there is hides no error."""

    def fail(*_: object, **__: object) -> NoReturn:
        raise met("the report's own")

    monkeypatch.setattr(reports, "write", fail)
    with pytest.raises(CandidateError, match="the reason"), left_readable(folder, "en"):
        raise CandidateError("the reason")
    assert state(folder) == "partial"


def test_a_run_whose_end_could_not_be_written_is_partial(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full as the manifest is to say complete leaves it saying partial."""
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if b'"complete"' in data:
            raise OSError(ENOSPC, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DiskFullError), left_readable(folder, "en"):
        folder.finish()
    assert "ended" in orjson.loads((folder.path / "manifest.json").read_bytes())
    assert state(folder) == "partial"


def test_a_run_that_lacks_its_report_only_is_complete(folder: RunFolder) -> None:
    """What ends the writing of a report takes nothing of the run."""
    folder.finish()
    with pytest.raises(DiskFullError), left_readable(folder, "en"):
        raise DiskFullError("the disk is full")
    assert state(folder) == "complete"
    with pytest.raises(InterruptedRunError, match="The run is complete"), left_readable(folder, "en"):
        raise KeyboardInterrupt
    assert state(folder) == "complete"
