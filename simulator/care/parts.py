"""What comes of a shard: its events, where they can be merged from, and its accounts."""

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl


@dataclass(frozen=True, slots=True)
class Part:
    """The events of a shard in order of time, in a file or, from another machine, by themselves; and its accounts."""

    shard: int
    accounts: pl.DataFrame
    places: pl.DataFrame
    """What became of its places, schema ``timeline.PLACES``."""
    notices: pl.DataFrame
    """Schema ``tables.NOTICES``."""
    file: Path
    data: bytes = b""

    def kept(self, folder: Path) -> "Part":
        """The part with its events in a file of this machine."""
        if not self.data:
            return self
        file = folder / self.file
        file.write_bytes(self.data)
        return replace(self, file=file, data=b"")
