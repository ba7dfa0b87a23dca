"""Verifying what other versions of the bench, or nobody, left behind."""

from pathlib import Path

import polars as pl
import pytest

from simulator.domain.tables import LOAD
from simulator.errors import InputError
from simulator.run.verify import verify


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    """A folder that holds no run is wrong input."""
    with pytest.raises(InputError, match=r"no manifest\.json"):
        verify(tmp_path)


def test_a_load_of_another_version_is_said_to_be_one(tmp_path: Path) -> None:
    """A table without a column of today's is neither damaged nor wrong; the run is to be made anew."""
    (tmp_path / "load").mkdir()
    for name, content in (("manifest", "{}"), ("measurements", "[]"), ("load/generator", "{}")):
        (tmp_path / f"{name}.json").write_text(content, "utf-8")
    pl.DataFrame(schema=LOAD).drop("released").write_parquet(tmp_path / "load" / "load.parquet")
    with pytest.raises(InputError, match=r"load\.parquet: made by another version .* no column released"):
        verify(tmp_path)
