"""What one worker does: simulates the shards it is given and leaves their events where they can be merged from."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import polars as pl

from simulator.care.engine import Engine
from simulator.care.plan import Plan
from simulator.care.shards import Shard
from simulator.care.timeline import accounts_of, events_of

_BATCH = 20_000
"""Events that are read at a time when shards are merged."""


@dataclass(frozen=True, slots=True)
class Part:
    """The events of a shard in order of time, in a file or, from another machine, by themselves; and its accounts."""

    shard: int
    accounts: pl.DataFrame
    file: Path
    data: bytes = b""

    def kept(self, folder: Path) -> "Part":
        """The part with its events in a file of this machine."""
        if not self.data:
            return self
        file = folder / self.file
        file.write_bytes(self.data)
        return Part(self.shard, self.accounts, file)


class Station:
    """A worker's hands and memory. Where it is, in this process or far away, is the crew's affair."""

    def __init__(self, plan: Plan, folder: Path | None) -> None:
        self._plan = plan
        self._folder = folder
        """Where to leave events; None to send them."""

    def simulate(self, shard: Shard) -> Part:
        """A shard from before the period to its end, by itself."""
        engine = Engine(self._plan, shard.people())
        return self._part(shard, engine)

    def _part(self, shard: Shard, engine: Engine) -> Part:
        events = events_of(engine, engine.run()).sort("at", maintain_order=True)
        name, accounts = f"events-{shard.number}.arrow", accounts_of(engine)
        if self._folder is not None:
            events.write_ipc(self._folder / name, compression="uncompressed", record_batch_size=_BATCH)
            return Part(shard.number, accounts, self._folder / name)
        sent = BytesIO()
        events.write_ipc(sent, compression="lz4", record_batch_size=_BATCH)
        return Part(shard.number, accounts, Path(name), sent.getvalue())
