"""Tables written a part at a time: whole at the end, or not there at all."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from simulator import storage
from simulator.errors import DiskFullError
from simulator.figures import Figures
from simulator.run.choices import Format
from simulator.run.people_files import people_files
from simulator.run.sinks import Sink, sink
from simulator.storage import writing

PARTS = [pl.DataFrame({"n": [part, part + 1], "word": ["å", None]}) for part in range(5)]
SCHEMA = dict(PARTS[0].schema)


@pytest.mark.parametrize("csv", [False, True])
def test_parts_become_one_file(tmp_path: Path, csv: bool) -> None:
    """The rows of all parts in order, as Parquet or CSV."""
    with sink(tmp_path / "table", SCHEMA, csv=csv) as table:
        for part in PARTS:
            table.write(part)
    found = pl.read_csv(tmp_path / "table") if csv else pl.read_parquet(tmp_path / "table")
    assert found.equals(pl.concat(PARTS))


def test_a_fault_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    """What was written before the block ended badly is gone, and the fault is told."""

    def interrupted() -> None:
        with sink(tmp_path / "table", SCHEMA, csv=False) as table:
            table.write(PARTS[0])
            raise KeyError

    with pytest.raises(KeyError):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_the_writing_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Polars tells the thread that writes; whoever hands over rows is told, and does not wait for room for ever."""

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", stopped)

    def written() -> None:
        with sink(tmp_path / "table", SCHEMA, csv=False) as table:
            table.write(PARTS[0])

    with pytest.raises(KeyboardInterrupt):
        written()
    assert list(tmp_path.iterdir()) == []


def test_people_and_their_tables_are_there_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full as one of the files ends leaves none of the others without it."""
    usual = pl.LazyFrame.sink_csv

    def full(frame: pl.LazyFrame, path: Path, **how: Any) -> None:
        usual(frame, path, **how)
        if "allergies" in path.name:
            raise OSError("No space left on device (os error 28)")

    monkeypatch.setattr(pl.LazyFrame, "sink_csv", full)
    files = people_files(tmp_path / "p.csv", Format.csv, Figures.load(), seed=1, tables=True)
    with pytest.raises(DiskFullError), files as written:
        assert written.needs_record
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("full", "told"), [(True, DiskFullError), (False, pl.exceptions.ComputeError)])
def test_a_disk_full_at_the_end_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: bool, told: type[Exception]
) -> None:
    """Of that polars does not tell the cause, but the disk does while the part written lies on it."""

    def cut(_: pl.LazyFrame, path: Path, **__: object) -> None:
        path.write_bytes(b"PAR1")
        raise pl.exceptions.ComputeError("Invalid thrift: transport error")

    def written() -> None:
        with sink(tmp_path / "table", SCHEMA, csv=False) as table:
            table.write(PARTS[0])

    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", cut)
    monkeypatch.setattr(storage, "disk_is_full", lambda path: full and path.exists())
    with pytest.raises(told):
        written()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said() -> None:
    """Writing where nothing fits ends in one clear error, however many parts are waiting, and never in a wait."""

    def written() -> None:
        with writing(Path("/dev/full")):
            table = Sink(Path("/dev/full"), SCHEMA, csv=True)
            for part in PARTS * 1000:
                table.write(part)
            table.close()

    with pytest.raises(DiskFullError):
        written()
