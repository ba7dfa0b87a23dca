"""What a load run says of a candidate that those who wait for it would notice: seconds by role, and being down."""

from typing import Final

import numpy as np
import polars as pl

from simulator.errors import InputError

SECOND: Final = 1_000_000_000
_ABSENT: Final = (502, 503, 504)
"""What stands in front of a candidate says when nobody is behind it, or nobody there can serve."""
SHORTEST_S: Final = 5
"""Seconds without any answer, though answers were due, from which a candidate counts as down."""


def mean_seconds(load: pl.DataFrame) -> tuple[float, dict[str, float]]:
    """Mean response time in seconds over all and by profession, from the intended instant, of what was answered.

    Raises InputError when nothing was.
    """
    answered = load.filter(pl.col("outcome").cast(pl.String) == "ok")
    if answered.is_empty():
        raise InputError("nothing was answered in the run", expected="at least one answer")
    seconds = (pl.col("done") - pl.col("intended")) / SECOND
    by_role = answered.group_by("profession").agg(seconds.mean()).sort("profession")
    found = {name: float(value) for name, value in by_role.iter_rows() if name}
    return float((answered["done"] - answered["intended"]).to_numpy().mean() / SECOND), found


def stretches_without_answer(load: pl.DataFrame) -> list[tuple[int, int]]:
    """Stretches in which everything due went unanswered, as (second they began, length), from the window's start.

    A stretch ends when the next interaction is due that was answered; seconds in which nothing was due neither begin
    nor end one. What was never sent, because what it refers to was never created, tells of neither; a refusal is an
    answer, but not that there is nobody to give one.
    """
    answered = (pl.col("outcome").cast(pl.String) != "unknown") & ~pl.col("status").is_in(_ABSENT)
    due = load.filter(pl.col("status") >= 0).select(second=pl.col("intended") // SECOND, answered=answered)
    seconds = due.group_by("second").agg(pl.col("answered").any()).sort("second")
    down = ~seconds["answered"].to_numpy()
    at = seconds["second"].to_numpy()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], down, [False]]).astype(np.int8)))
    found = []
    for first, after in zip(edges[::2], edges[1::2], strict=True):
        end = int(at[after]) if after < len(at) else int(at[-1]) + 1
        if end - int(at[first]) >= SHORTEST_S:
            found.append((int(at[first]), end - int(at[first])))
    return found
