"""A run's folder is taken by one run, holds only whole files, and says partial until it is complete."""

import errno
import os
from pathlib import Path

import orjson
import polars as pl
import pytest

from simulator.errors import DiskFullError, OutputError
from simulator.run.folder import RunFolder
from simulator.storage import writing


def manifest(folder: RunFolder) -> dict[str, str]:
    return dict(orjson.loads((folder.path / "manifest.json").read_bytes()))


def test_a_new_run_is_partial_until_it_is_finished(tmp_path: Path) -> None:
    """The manifest says partial from the start, and complete only at the end."""
    folder = RunFolder.create(tmp_path / "a", "x")
    assert manifest(folder)["state"] == "partial"
    folder.finish()
    assert manifest(folder)["state"] == "complete"


def test_two_runs_at_once_get_folders_of_their_own(tmp_path: Path) -> None:
    """Two runs started in the same second do not share a folder."""
    first = RunFolder.create(None, "x", root=tmp_path)
    second = RunFolder.create(None, "x", root=tmp_path)
    assert first.path != second.path


def test_a_folder_that_holds_a_run_is_refused(tmp_path: Path) -> None:
    """A second run into the same --out is refused with what to do."""
    RunFolder.create(tmp_path / "a", "x")
    with pytest.raises(OutputError, match=r"not empty.*--out"):
        RunFolder.create(tmp_path / "a", "x")


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    """A path through a file is refused."""
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(OutputError):
        RunFolder.create(tmp_path / "file" / "a", "x")


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    """Writing to a full device is one clear error with its own exit code."""
    with (
        pytest.raises(DiskFullError, match="disk is full") as caught,
        writing(tmp_path),
        Path("/dev/full").open("wb") as file,
    ):
        file.write(b"x" * 100_000)
    assert caught.value.exit_code == 3


def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    """A folder that may not be written to is refused as wrong use."""
    with pytest.raises(OutputError, match=r"Read-only file system.*--out") as caught, writing(tmp_path):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))
    assert caught.value.exit_code == 2


def test_a_table_is_whole_or_absent(tmp_path: Path) -> None:
    """A table that cannot be written leaves neither a half file nor a temporary one."""
    folder = RunFolder.create(tmp_path / "a", "x")
    unwritable = pl.DataFrame({"x": [object()]})
    with pytest.raises(pl.exceptions.PolarsError):
        folder.table("t.parquet", unwritable)
    assert sorted(p.name for p in folder.path.iterdir()) == ["manifest.json"]


def test_a_full_disk_is_named_when_a_library_writes(tmp_path: Path) -> None:
    """A table that does not fit on the disk ends in the same error as any other file."""
    with pytest.raises(DiskFullError), writing(tmp_path), Path("/dev/full").open("wb", buffering=0) as file:
        pl.DataFrame({"x": range(100_000)}).write_parquet(file)
