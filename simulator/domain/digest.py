"""A fingerprint of a table's content, independent of file format, compression and how rows were chunked."""

from hashlib import sha256

import polars as pl


def table_digest(frame: pl.DataFrame) -> str:
    """SHA-256 over names, types and values of all columns, in order; 64 hexadecimal digits."""
    digest = sha256()
    for series in frame.rechunk().get_columns():
        digest.update(f"{series.name}:{series.dtype}:{len(series)}\n".encode())
        for part in _parts(series):
            digest.update(part)
    return digest.hexdigest()


def _parts(series: pl.Series) -> list[bytes]:
    missing = series.is_null()
    nulls = missing.to_numpy().tobytes() if missing.any() else b""
    if isinstance(series.dtype, pl.List):
        return [nulls, series.list.len().fill_null(0).to_numpy().tobytes(), *_parts(series.explode())]
    if isinstance(series.dtype, pl.Enum | pl.Categorical):
        series = series.cast(pl.String)
    if series.dtype == pl.String:
        series = series.cast(pl.Binary)
    if series.dtype == pl.Binary:
        return [nulls, series.bin.size().fill_null(0).to_numpy().tobytes(), b"".join(series.drop_nulls().to_list())]
    values = series.to_physical()
    filled = values.fill_null(False) if series.dtype == pl.Boolean else values.fill_null(0)
    return [nulls, filled.to_numpy().tobytes()]
