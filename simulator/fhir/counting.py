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
        told = events.with_columns(reads=pl.col("reads").list.len())
        for (_, _, reads, records, message), rows in told.group_by(_ALIKE, maintain_order=True):
            writes = _writes(records)
            certain = sum(not _depends(write) for write in writes)
            self.interactions += (reads + certain + (message is not None)) * rows.height
            for write in filter(_matters, writes):
                self._weigh(write, rows["episode"].to_list())

    def _weigh(self, write: Create | Change, episodes: list[str]) -> None:
        """What is changed only where it was made: remember who made it, and count the changes of those."""
        if isinstance(write, Create):
            self._made.setdefault(write.kept or write.name, set()).update(episodes)
        else:
            self.interactions += sum(episode in self._made.get(write.of, ()) for episode in episodes)


def _writes(records: Iterable[str]) -> list[Create | Change]:
    return [write for word in sorted(records, key=ORDER.__getitem__) for write in WRITES[word]]


def _depends(write: Create | Change) -> bool:
    """Whether it happens only where something was made before."""
    return isinstance(write, Change) and write.earlier is None and not write.standing


_DEPENDED_ON: Final = {w.of for writes in WRITES.values() for w in writes if isinstance(w, Change) and _depends(w)}


def _matters(write: Create | Change) -> bool:
    """Whether it depends on something, or something depends on it."""
    return _depends(write) or (isinstance(write, Create) and (write.kept or write.name) in _DEPENDED_ON)
