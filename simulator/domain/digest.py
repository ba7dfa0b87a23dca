"""A fingerprint of a table's content, independent of file format, compression and how rows were chunked."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Final

import polars as pl

_SLICE: Final = 500_000


def table_digest(frame: pl.DataFrame) -> str:
    """SHA-256 over names, types and values of all columns, in order; 64 hexadecimal digits."""
    return _digest(frame[name] for name in frame.columns)


def file_digest(path: Path) -> str:
    """The digest of the table in a Parquet file, with one column in memory at a time."""
    names = pl.read_parquet_schema(path)
    return _digest(pl.read_parquet(path, columns=[name])[name] for name in names)


def _digest(columns: Iterable[pl.Series]) -> str:
    digest = sha256()
    for series in columns:
        digest.update(f"{series.name}:{series.dtype}:{len(series)}\n".encode())
        for part in _parts(series):
            digest.update(part)
    return digest.hexdigest()


def _parts(series: pl.Series) -> Iterable[bytes]:
    missing = series.is_null()
    nulls = missing.to_numpy().tobytes() if missing.any() else b""
    if isinstance(series.dtype, pl.List):
        return [nulls, series.list.len().fill_null(0).to_numpy().tobytes(), *_parts(series.explode())]
    if isinstance(series.dtype, pl.String | pl.Enum | pl.Categorical):
        return chain([nulls], _sizes(series), _texts(series))
    if series.dtype == pl.Binary:
        return [nulls, series.bin.size().fill_null(0).to_numpy().tobytes(), b"".join(series.drop_nulls().to_list())]
    values = series.to_physical()
    filled = values.fill_null(False) if series.dtype == pl.Boolean else values.fill_null(0)
    return [nulls, filled.to_numpy().tobytes()]


def _slices(series: pl.Series) -> Iterator[pl.Series]:
    """A column of words as text, some rows at a time, so that no copy of the whole is needed."""
    for part in series.to_frame().iter_slices(_SLICE):
        yield part.to_series().cast(pl.String)


def _sizes(series: pl.Series) -> Iterator[bytes]:
    for part in _slices(series):
        yield part.str.len_bytes().fill_null(0).to_numpy().tobytes()


def _texts(series: pl.Series) -> Iterator[bytes]:
    """All texts after one another: as a CSV file of one column that has neither quotes nor ends of lines."""
    for part in _slices(series):
        file = BytesIO()
        part.to_frame().write_csv(file, include_header=False, quote_style="never", line_terminator="")
        yield file.getvalue()
