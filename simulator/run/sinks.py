"""Tables written a part at a time, so that a nation need not fit into memory."""

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Final

import polars as pl
from polars.io.plugins import register_io_source

from simulator.storage import whole

_WAITING: Final = 2
_ROW_GROUP: Final = 262_144
"""Rows that a Parquet file compresses together; fewer would take more room."""

Schema = Mapping[str, pl.DataType | type[pl.DataType]]


class Sink:
    """A table on its way to a file; a thread writes what came while the next part is made."""

    def __init__(self, path: Path, schema: Schema, *, csv: bool) -> None:
        self._parts: Queue[pl.DataFrame | None] = Queue(_WAITING)
        self._rows = register_io_source(lambda *_: self._drain(), schema=pl.Schema(schema))
        self._ended = False
        self._fault: BaseException | None = None
        self._thread = Thread(target=self._work, args=(path, csv))
        self._thread.start()

    def write(self, part: pl.DataFrame) -> None:
        """The next rows; raises what went wrong with earlier ones."""
        if self._fault:
            raise self._fault
        self._parts.put(part)

    def close(self) -> None:
        """Wait until all is written; raises what went wrong. Once more does no harm."""
        self._parts.put(None)
        self._thread.join()
        if self._fault:
            raise self._fault

    def abandon(self) -> None:
        """Stop, for a reason that matters more than what is written."""
        self._parts.put(None)
        self._thread.join()

    def _work(self, path: Path, csv: bool) -> None:
        try:
            if csv:
                self._rows.sink_csv(path, check_extension=False)
            else:
                # A higher level saves 2 % of the bytes.
                self._rows.sink_parquet(path, compression="zstd", compression_level=1, row_group_size=_ROW_GROUP)
        except BaseException as error:  # noqa: BLE001  told by whoever writes or closes
            # Of Ctrl-C polars tells whatever thread it is working for.
            self._fault = error
        # What is still to come is taken and let go, so that whoever writes never waits for room.
        deque(self._drain(), maxlen=0)

    def _drain(self) -> Iterator[pl.DataFrame]:
        while not self._ended:
            part = self._parts.get()
            if part is None:
                self._ended = True
            else:
                yield part


@contextmanager
def sink(target: Path, schema: Schema, *, csv: bool) -> Iterator[Sink]:
    """A table to write to ``target``, which is there when the block ends well and not at all otherwise."""
    with whole(target) as part:
        opened = Sink(part, schema, csv=csv)
        try:
            yield opened
        except BaseException:
            opened.abandon()
            raise
        opened.close()
