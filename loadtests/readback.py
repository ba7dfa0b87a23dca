"""Reading back after the load: is what the candidate acknowledged still there?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from loadtests.client import Connection
from loadtests.references import from_etag
from loadtests.wire import Writer
from simulator.storage import whole

_UNANSWERED: Final = 10
"""After so many reads in a row without an answer, the candidate is not asked any more."""
SCHEMA: Final = {"resource": pl.String, "status": pl.Int16, "version": pl.String}


def choose(load: pl.DataFrame, at_most: int) -> list[str]:
    """Resources whose write was acknowledged, evenly spread over the run; at most so many."""
    written = load.filter((pl.col("outcome") == "ok") & pl.col("verb").is_in(["create", "update", "patch"]))
    deleted = load.filter((pl.col("verb") == "delete") & (pl.col("outcome") != "refused"))
    left = written.filter(~pl.col("resource").is_in(deleted["resource"].drop_nulls().implode()))
    resources = left["resource"].drop_nulls().unique(maintain_order=True).to_list()
    step = max(1, -(-len(resources) // max(1, at_most)))
    return resources[::step][: max(0, at_most)]


def read_back(folder: Path, resources: Sequence[str], writer: Writer, connection: Connection) -> pl.DataFrame:
    """Read each resource once and write ``readback.parquet``: resource, status (0 without an answer), version."""
    rows: list[tuple[str, int, str | None]] = []
    silent = 0
    for resource in resources:
        if silent >= _UNANSWERED:
            rows.append((resource, 0, None))
            continue
        answer = connection.exchange(writer.read(resource))
        silent = 0 if answer.status else silent + 1
        rows.append((resource, answer.status, from_etag(answer.etag).decode("ascii") or None))
    connection.close()
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    with whole(folder / "readback.parquet") as part:
        frame.write_parquet(part)
    return frame
