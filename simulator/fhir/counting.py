"""Counts the interactions that care events are worth, without writing them: those ``render`` would give for care."""

from collections.abc import Iterable
from typing import Final

import polars as pl

from simulator.fhir.words import ORDER, WRITES, Change, Create

_ALIKE: Final = ("pathway", "step", "reads", "records", "message")


class Count:
    """Adds up interactions over slices of events (``tables.EVENTS``) in their order."""

    def __init__(self) -> None:
        self.interactions = 0
        self._made: dict[str, set[str]] = {}
        """Episodes that have made what later steps change only if it is there, by name."""

    def add(self, events: pl.DataFrame) -> None:
        """Count a slice: searches for what is read, creates and updates for what is recorded, and the message."""
        told = events.with_columns(reads=pl.col("reads").list.len()).with_row_index("row")
        weighed: list[tuple[list[Create | Change], pl.DataFrame]] = []
        for (_, _, reads, records, message), rows in told.group_by(_ALIKE, maintain_order=True):
            writes = _writes(records)
            certain = sum(not _depends(write) for write in writes)
            self.interactions += (reads + certain + (message is not None)) * rows.height
            if mattering := [write for write in writes if _matters(write)]:
                weighed.append((mattering, rows.select("row", "episode", kind=pl.lit(len(weighed)))))
        # What is there is so by the order of events, whatever their kinds.
        for _, episode, kind in pl.concat(rows for _, rows in weighed).sort("row").iter_rows() if weighed else ():
            for write in weighed[kind][0]:
                self._weigh(write, episode)

    def _weigh(self, write: Create | Change, episode: str) -> None:
        """What is changed only where it was made: remember who made it, and count the changes of those."""
        if isinstance(write, Create):
            self._made.setdefault(write.kept or write.name, set()).add(episode)
        else:
            self.interactions += episode in self._made.get(write.of, ())


def _writes(records: Iterable[str]) -> list[Create | Change]:
    return [write for word in sorted(records, key=ORDER.__getitem__) for write in WRITES[word]]


def _depends(write: Create | Change) -> bool:
    """Whether it happens only where something was made before."""
    return isinstance(write, Change) and write.earlier is None and not write.standing


_DEPENDED_ON: Final = {w.of for writes in WRITES.values() for w in writes if isinstance(w, Change) and _depends(w)}


def _matters(write: Create | Change) -> bool:
    """Whether it depends on something, or something depends on it."""
    return _depends(write) or (isinstance(write, Create) and (write.kept or write.name) in _DEPENDED_ON)
