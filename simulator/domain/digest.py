"""A fingerprint of a table's content, independent of file format, compression and how rows were chunked."""

from hashlib import sha256
from io import BytesIO
from typing import Final

import numpy as np
import polars as pl

_SLICE: Final = 500_000


class TableDigest:
    """The digest of a table that comes a part at a time; how it is parted changes nothing."""

    def __init__(self) -> None:
        self._columns: dict[str, _Column] = {}

    def update(self, part: pl.DataFrame) -> None:
        """Take in the next rows; every part has the same columns."""
        for name in part.columns:
            series = part[name]
            self._columns.setdefault(name, _Column(series.dtype)).update(series)

    def hexdigest(self) -> str:
        """SHA-256 over names, types and values of all columns, in order; 64 hexadecimal digits."""
        whole = sha256()
        for name, column in self._columns.items():
            whole.update(f"{name}:{column.described()}\n".encode())
        return whole.hexdigest()


def table_digest(frame: pl.DataFrame) -> str:
    """The :class:`TableDigest` of a table that is there as a whole."""
    digest = TableDigest()
    digest.update(frame)
    return digest.hexdigest()


class _Column:
    """Hashes of a column so far: which rows are null, how long its values are, the values; or of a list's elements."""

    def __init__(self, dtype: pl.DataType) -> None:
        self._dtype = dtype
        self._rows = 0
        self._nulls, self._sizes, self._values = sha256(), sha256(), sha256()
        self._elements = _Column(dtype.inner) if isinstance(dtype, pl.List) else None  # type: ignore[arg-type]  # an instance here

    def update(self, series: pl.Series) -> None:
        if series.null_count():
            missing = np.flatnonzero(series.is_null().to_numpy()) + self._rows
            self._nulls.update(missing.tobytes())
        self._rows += len(series)
        # Some rows at a time, so that no copy of a long column is needed.
        for part in series.to_frame().iter_slices(_SLICE):
            self._take(part.to_series())

    def _take(self, series: pl.Series) -> None:
        if self._elements:
            self._sizes.update(_numbers(series.list.len()))
            self._elements.update(series.explode())
        elif isinstance(self._dtype, pl.String | pl.Categorical):
            text = series.cast(pl.String)
            self._sizes.update(_numbers(text.str.len_bytes()))
            self._values.update(_joined(text))
        elif self._dtype == pl.Binary:
            self._sizes.update(_numbers(series.bin.size()))
            self._values.update(b"".join(series.drop_nulls().to_list()))
        else:
            self._values.update(_numbers(series.to_physical()))

    def described(self) -> str:
        parts = (self._dtype, self._rows, *(part.hexdigest() for part in (self._nulls, self._sizes, self._values)))
        elements = f"[{self._elements.described()}]" if self._elements else ""
        return ":".join(map(str, parts)) + elements


def _numbers(values: pl.Series) -> memoryview:
    """Numbers or truths one after the other, 0 for null; not copied where none is."""
    if values.null_count():
        values = values.fill_null(value=False) if values.dtype == pl.Boolean else values.fill_null(0)
    return np.ascontiguousarray(values.to_numpy()).data


def _joined(texts: pl.Series) -> bytes:
    """All texts after one another: as a CSV file of one column that has neither quotes nor ends of lines."""
    file = BytesIO()
    texts.to_frame().write_csv(file, include_header=False, quote_style="never", line_terminator="")
    return file.getvalue()
