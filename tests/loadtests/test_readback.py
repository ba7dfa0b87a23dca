"""What was read back after the load is written whole or not at all."""

from errno import ENOSPC
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from loadtests.readback import read_back
from simulator.errors import DiskFullError


def test_no_half_of_what_was_read_back_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up is told of, and leaves no file that looks like one."""

    def half(_: pl.DataFrame, path: Path) -> None:
        path.write_bytes(b"PAR1")
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", half)
    nobody: Any = SimpleNamespace(close=lambda: None)
    with pytest.raises(DiskFullError):
        read_back(tmp_path, [], nobody, nobody)
    assert list(tmp_path.iterdir()) == []
