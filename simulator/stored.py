"""Tables that a finished run left behind, held against the columns that this version of the bench knows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from simulator.errors import OtherVersionError


def stored_table(path: Path, schema: Mapping[str, Any]) -> pl.DataFrame:
    """The Parquet file, which has at least the columns of ``schema`` (one of ``domain.tables``).

    Raises OtherVersionError when it has not, and what polars raises when it is no Parquet file.
    """
    frame = pl.read_parquet(path)
    absent = [name for name in schema if name not in frame.columns]
    if absent:
        raise OtherVersionError(
            f"made by another version of journalbenk: it has no column {', '.join(absent)}",
            where=str(path),
            remedy="Make the run anew with this version.",
        )
    return frame
