"""Counts the interactions that care events are worth, without writing them: those ``render`` would give for care."""

from collections.abc import Iterable

import polars as pl

from simulator.fhir.words import ORDER, WRITES, Change, Create

_KINDS = ("reads", "records", "message")


class Count:
    """Adds up interactions over slices of events (``tables.EVENTS``) in their order."""

    def __init__(self) -> None:
        self.interactions = 0
        self._made: dict[str, set[str]] = {}
        """Episodes that have made what later steps change only if it is there, by name."""

    def add(self, events: pl.DataFrame) -> None:
        """Count a slice: searches for what is read, creates and updates for what is recorded, and the message."""
        for (reads, records, message), rows in _alike(events):
            certain, depending = _writes(records)
            each = len(reads or ()) + certain + (message is not None)
            self.interactions += each * rows.height
            for write in depending:
                self._weigh(write, rows["episode"].to_list())

    def _weigh(self, write: Create | Change, episodes: list[str]) -> None:
        """What is changed only where it was made: remember who made it, and count the changes of those."""
        if isinstance(write, Create):
            self._made.setdefault(write.name, set()).update(episodes)
        else:
            self.interactions += sum(episode in self._made.get(write.of, ()) for episode in episodes)


def _alike(events: pl.DataFrame) -> Iterable[tuple[tuple[list[str], list[str], str | None], pl.DataFrame]]:
    """Events that read, record and send the same, in the order in which such events first occur."""
    for _, rows in events.select(*_KINDS, "episode", "step", "pathway").group_by(
        "pathway", "step", *_KINDS, maintain_order=True
    ):
        first = rows.row(0, named=True)
        yield (first["reads"], first["records"], first["message"]), rows


def _writes(records: list[str] | None) -> tuple[int, list[Create | Change]]:
    """How many writes happen whatever came before, and those that something else depends on or that depend on it."""
    conditional = {w.of for writes in WRITES.values() for w in writes if isinstance(w, Change) and w.earlier is None}
    writes = [write for word in sorted(records or (), key=ORDER.__getitem__) for write in WRITES[word]]
    certain = [write for write in writes if isinstance(write, Create) or write.earlier is not None]
    depending = [w for w in writes if (w.name if isinstance(w, Create) else w.of) in conditional]
    return len(certain), [w for w in depending if isinstance(w, Create) or w.earlier is None]
