"""What happened to each interaction, as columns on disk from the first moment: a killed run leaves what it knew.

Numbers live in memory-mapped files under ``partial/``, one per column; the names that answers gave are appended to
``partial/answers.tsv``. Finishing turns both into ``load.parquet`` (``tables.LOAD``); so does recovering them later.
"""

import mmap
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from simulator.domain import tables
from simulator.errors import InputError, OutputError
from simulator.storage import explained, whole

OUTCOMES: Final = ("ok", "refused", "unknown")
NOT_SENT: Final = -1
"""Status of an interaction never sent, because what it refers to was never created."""

_COLUMNS: Final[dict[str, str]] = {
    "released": "q",
    "sent": "q",
    "done": "q",
    "status": "h",
    "outcome": "b",
    "bytes": "i",
}
_ANSWERS: Final = "answers.tsv"
_RUN: Final = "run.json"


class Recorder:
    """The columns of one replay, addressed by position in the trace; times in nanoseconds from its start."""

    def __init__(self, folder: Path, size: int, window: dict[str, object]) -> None:
        self.folder = folder
        _begin(folder, size, window)
        views = {name: _mapped(_partial(folder) / name, size, code) for name, code in _COLUMNS.items()}
        self.released, self.sent, self.done = views["released"], views["sent"], views["done"]
        self.status, self.outcome, self.bytes = views["status"], views["outcome"], views["bytes"]
        self._names: list[tuple[int, str, str]] = []
        self._answers = (_partial(folder) / _ANSWERS).open("a", encoding="utf-8")

    def name(self, position: int, resource: str, version: str) -> None:
        """Note the resource and version an answer named."""
        self._names.append((position, resource, version))

    def flush(self) -> None:
        """Append the names noted since the last time; raises DiskFullError when the disk is full."""
        lines = "".join(f"{i}\t{resource}\t{version}\n" for i, resource, version in self._names)
        self._names.clear()
        try:
            self._answers.write(lines)
            self._answers.flush()
        except OSError as error:
            raise explained(error.errno, self.folder) from None

    def discard(self) -> None:
        """Forget the replay: nothing was released."""
        self._answers.close()
        shutil.rmtree(_partial(self.folder), ignore_errors=True)

    def finish(self, care: pl.DataFrame, intended: Sequence[int], end_ns: int) -> pl.DataFrame:
        """Write ``load.parquet`` and remove the partial files; the frame has one row per interaction released."""
        self.flush()
        self._answers.close()
        return recover(self.folder, care, intended, end_ns)


def recover(folder: Path, care: pl.DataFrame, intended: Sequence[int], end_ns: int = 0) -> pl.DataFrame:
    """Turn what a replay left under ``partial/`` into ``load.parquet``; raises InputError when there is nothing.

    An interaction released but without an answer when the recording ended (at ``end_ns``, or with the last instant
    recorded) is ``unknown`` and done at that end.
    """
    partial = _partial(folder)
    size = care.height
    try:
        columns = {n: np.fromfile(partial / n, dtype=np.dtype(code), count=size) for n, code in _COLUMNS.items()}
    except FileNotFoundError:
        raise InputError("no partial results here", where=str(partial), remedy="Run the load again.") from None
    end = max(end_ns, int(columns["done"].max(initial=0)), int(columns["released"].max(initial=0)))
    unanswered = (columns["released"] >= 0) & (columns["done"] < 0)
    columns["done"][unanswered] = end
    columns["outcome"][unanswered] = OUTCOMES.index("unknown")
    frame = _frame(care, intended, columns, _read_answers(partial / _ANSWERS, size))
    with whole(folder / "load.parquet") as part:
        frame.write_parquet(part)
    shutil.rmtree(partial, ignore_errors=True)
    return frame


def window_of(folder: Path) -> dict[str, object]:
    """What the interrupted replay in ``folder`` was told; raises InputError when there is none."""
    path = _partial(folder) / _RUN
    try:
        told = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        raise InputError("no partial results here", where=str(path.parent), remedy="Run the load again.") from None
    return dict(told)


def _frame(
    care: pl.DataFrame,
    intended: Sequence[int],
    columns: dict[str, NDArray[np.int64]],
    names: tuple[list[str | None], ...],
) -> pl.DataFrame:
    resource, version = names
    frame = care.select("interaction", "resident", "profession", "pathway", "verb", "type").with_columns(
        pl.Series("intended", intended, dtype=pl.Int64),
        *(pl.Series(name, columns[name]) for name in ("released", "sent", "done", "status", "bytes")),
        pl.Series("outcome", [OUTCOMES[code] for code in columns["outcome"].tolist()]),
        pl.Series("resource", resource, dtype=pl.String),
        pl.Series("version", version, dtype=pl.String),
    )
    columns_cast = [pl.col(name).cast(kind) for name, kind in tables.LOAD.items()]
    return frame.filter(pl.col("released") >= 0).select(columns_cast)


def _read_answers(path: Path, size: int) -> tuple[list[str | None], list[str | None]]:
    resource: list[str | None] = [None] * size
    version: list[str | None] = [None] * size
    if path.exists():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True):
            fields = line.rstrip("\n").split("\t")
            if line.endswith("\n") and len(fields) == 3 and fields[0].isdigit() and int(fields[0]) < size:
                resource[int(fields[0])], version[int(fields[0])] = fields[1] or None, fields[2] or None
    return resource, version


def _partial(folder: Path) -> Path:
    return folder / "partial"


def _begin(folder: Path, size: int, window: dict[str, object]) -> None:
    if (folder / "load.parquet").exists():
        raise OutputError("holds the results of an earlier load run", where=str(folder), remedy="Use another folder.")
    try:
        _partial(folder).mkdir()
    except FileExistsError:
        raise OutputError(
            "a load run is under way here, or was interrupted",
            where=str(folder),
            remedy="Wait for it, read it with --recover, or use another folder.",
        ) from None
    except OSError as error:
        raise explained(error.errno, folder) from None
    try:
        (_partial(folder) / _RUN).write_bytes(orjson.dumps(window))
        for name, code in _COLUMNS.items():
            with (_partial(folder) / name).open("wb") as file:
                # Taken up front, so that a full disk is an error here and not a bus error later.
                os.posix_fallocate(file.fileno(), 0, size * np.dtype(code).itemsize)
                np.full(size, 0 if code != "q" else -1, dtype=np.dtype(code)).tofile(file)
    except OSError as error:
        shutil.rmtree(_partial(folder), ignore_errors=True)
        raise explained(error.errno, folder) from None


def _mapped(path: Path, size: int, code: str) -> memoryview:
    with path.open("r+b") as file:
        return memoryview(mmap.mmap(file.fileno(), size * np.dtype(code).itemsize)).cast(code)  # type: ignore[call-overload,no-any-return]  # the code comes from the table above
