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


@pytest.mark.parametrize("name", ["verdicts.jsonl", "history.jsonl"])
@pytest.mark.parametrize("spoilt", ["{cut", "[]"])
def test_a_line_that_is_spoilt_is_named(tmp_path: Path, name: str, spoilt: str) -> None:
    """What follows a line that cannot be read is not passed over in silence; a last line may have been cut short."""
    (tmp_path / "manifest.json").write_text("{}", "utf-8")
    (tmp_path / name).write_text(f"{spoilt}\n{spoilt}\n", "utf-8")
    assert verify(tmp_path) == ([f"{name}: line 1 is no JSON object, and what follows it is not read"], 1)
    (tmp_path / name).write_text("{cut", "utf-8")
    assert verify(tmp_path) == ([], 0)


@pytest.mark.parametrize("rows", ["[null]", '{"a": 1}', "5"])
def test_rows_of_another_form_are_told_of(tmp_path: Path, rows: str) -> None:
    """A file of figures that holds something else is wrong input, or differs."""
    (tmp_path / "manifest.json").write_text("{}", "utf-8")
    (tmp_path / "measurements.json").write_text(rows, "utf-8")
    row = {"alternative": "", "replication": 0, "name": "care.steps", "value": 1.0, "unit": "steps", "n": 1}
    pl.DataFrame([{**row, "over": "all"}]).write_parquet(tmp_path / "replications.parquet")
    with pytest.raises(InputError, match="cannot be read"):
        verify(tmp_path)


def test_a_table_that_polars_panics_over_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some damage to a Parquet file makes polars panic instead of raising an error."""

    def panic(_: Path) -> None:
        raise pl.exceptions.PanicException("assertion failed")

    (tmp_path / "manifest.json").write_text('{"timeline_digest": "x"}', "utf-8")
    monkeypatch.setattr(pl, "read_parquet", panic)
    with pytest.raises(InputError, match="assertion failed"):
        verify(tmp_path)


def test_a_load_of_another_version_is_said_to_be_one(tmp_path: Path) -> None:
    """A table without a column of today's is neither damaged nor wrong; the run is to be made anew."""
    (tmp_path / "load").mkdir()
    for name, content in (("manifest", "{}"), ("measurements", "[]"), ("load/generator", "{}")):
        (tmp_path / f"{name}.json").write_text(content, "utf-8")
    pl.DataFrame(schema=LOAD).drop("released").write_parquet(tmp_path / "load" / "load.parquet")
    with pytest.raises(InputError, match=r"load\.parquet: made by another version .* no column released"):
        verify(tmp_path)
