"""Requirements that a load run speaks for: response times at twice the national peak, and people writing at once.

Pure functions over what the load recorded (``tables.LOAD``), the trace it replayed and the generator's own account. A
limit broken at a lesser load is broken at the peak too; a limit kept at a lesser load has not been tried. What was not
answered as it should be is in time for nobody, however soon that was said; what was never sent is no load.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.verdict import Finding, VerdictOutcome
from simulator.measures.percentiles import Percentile, percentile_interval
from simulator.measures.response import response_times, window_seconds

READS: Final = ("search", "read", "vread", "history")
MINUTE_NS: Final = 60_000_000_000
_NEVER_MS: Final = 1e12
"""The time of what was not answered as it should be, so that no percentile of times counts it as in time."""
_SHOWN_MS: Final = 1e9
"""Above that a time is one that never came, or lies between one that did and one that did not."""
Times = tuple[NDArray[np.float64], NDArray[np.int64]]
"""Response times in ms, and the intended instants in ns, shape (n,) each."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the requirements ask of a load."""

    limits_s: Mapping[str, float]
    """By rule of ``TIMED``, the largest response time in seconds."""
    peak: float
    """Interactions a second of the whole country in its busiest hour."""
    factor: float
    """How many times that is asked for."""
    sessions: Mapping[str, float]
    """By rule, how many contacts are written in within a minute."""
    write_s: float
    """The limit for a write while so many write, in seconds."""


def judge_load(
    load: pl.DataFrame, trace: pl.DataFrame, generator: Mapping[str, Any], asked: Asked
) -> dict[str, Finding]:
    """The finding for each rule that is asked for; ``trace`` has the columns interaction and event.

    A run that the generator held back, or that was stopped, says nothing.
    """
    if generator.get("verdict") != "valid" or load.is_empty():
        held = Finding("inconclusive", "The generator held the run back, or the run was stopped.", (), "bench")
        return dict.fromkeys([*asked.limits_s, *asked.sessions], held)
    rows = load.join(trace.select("interaction", "event"), on="interaction", how="left")
    window = window_seconds(generator)
    found = {rule: _timed(rule, rows, window, asked) for rule in asked.limits_s}
    return found | {rule: _crowded(rows, window, asked, sessions) for rule, sessions in asked.sessions.items()}


def chart_openings(rows: pl.DataFrame) -> Times:
    """From the instant at which a chart is to be opened until all that is looked up together then is there."""
    looked_up = rows.filter((pl.col("verb") == "search") & (pl.col("status") >= 0) & pl.col("event").is_not_null())
    whole = (pl.col("outcome").cast(pl.String) == "ok").all()
    opened = looked_up.group_by("event", "intended").agg(pl.len(), pl.col("done").max(), whole=whole)
    opened = opened.filter(pl.col("len") > 1)
    intended = opened["intended"].to_numpy()
    return np.where(opened["whole"].to_numpy(), (opened["done"].to_numpy() - intended) * 1e-6, _NEVER_MS), intended


def _answers(rows: pl.DataFrame) -> Times:
    values, intended = response_times(rows)
    good = rows.filter(pl.col("status") >= 0)["outcome"].cast(pl.String) == "ok"
    return np.where(good.to_numpy(), values, _NEVER_MS), intended


def _reads(rows: pl.DataFrame) -> Times:
    return _answers(rows.filter(pl.col("verb").is_in(READS)))


def _writes(rows: pl.DataFrame) -> Times:
    return _answers(rows.filter(~pl.col("verb").is_in(READS)))


TIMED: Final[dict[str, tuple[str, Callable[[pl.DataFrame], Times], float]]] = {
    "R-NFR-04A": ("The 95th percentile of opening a chart", chart_openings, 0.95),
    "R-NFR-04B": ("The 95th percentile of reading", _reads, 0.95),
    "R-NFR-04C": ("The 95th percentile of writing", _writes, 0.95),
    "R-NFR-04D": ("The 99th percentile of all answers", _answers, 0.99),
}
"""What each rule is about: in words, the times, and the percentile."""


def _timed(rule: str, rows: pl.DataFrame, window: float, asked: Asked) -> Finding:
    """A percentile against its limit, and what may be said from the load it was seen at."""
    what, times, q = TIMED[rule]
    sent = rows.filter(pl.col("status") >= 0).height
    rate, wanted, limit = sent / window, asked.factor * asked.peak, asked.limits_s[rule]
    at = f"{rate:.1f} interactions a second, {rate / wanted:.0%} of {asked.factor:g} × the national peak"
    unsaid: VerdictOutcome = "not_applicable" if rate < wanted else "inconclusive"
    found = _percentile(times(rows), q, window)
    if found is None or found.low is None or found.high is None:
        return Finding(unsaid, f"{what} rests on too few answers or too short a window, at {at}.", (), "bench")
    seen = f"{what} was {_told(found)} s at {at}"
    if found.low > limit * 1000:
        return Finding("fail", f"{seen}; {limit:g} s are allowed")
    if found.high > limit * 1000:
        return Finding(unsaid, f"{seen}; {limit:g} s lie within the interval.", (), "environment")
    if rate < wanted:
        return Finding(unsaid, f"{seen}, within {limit:g} s; a larger load was not tried.", (), "bench")
    return Finding("pass", f"{seen}, within {limit:g} s.")


def _crowded(rows: pl.DataFrame, window: float, asked: Asked, sessions: float) -> Finding:
    """The most contacts written in within a minute, and how long a write took meanwhile."""
    written = rows.filter(~pl.col("verb").is_in(READS) & (pl.col("outcome") == "ok") & pl.col("event").is_not_null())
    minutes = written.group_by(pl.col("intended") // MINUTE_NS).agg(pl.col("event").n_unique())
    most = int(minutes["event"].max() or 0)  # type: ignore[arg-type]  # a count
    unsaid: VerdictOutcome = "not_applicable" if most < sessions else "inconclusive"
    found = _percentile(_writes(rows), 0.95, window)
    if found is None or found.low is None or found.high is None:
        return Finding(unsaid, f"{most} contacts were written in within a minute: too few to say.", (), "bench")
    seen = f"{most} contacts were written in within a minute, {_told(found)} s a write (95th percentile)"
    if found.low > asked.write_s * 1000:
        return Finding("fail", f"{seen}; {asked.write_s:g} s are allowed")
    if most < sessions or found.high > asked.write_s * 1000:
        return Finding(unsaid, f"{seen}; {sessions:g} within {asked.write_s:g} s are asked for.", (), "bench")
    return Finding("pass", f"{seen}, where {sessions:g} are asked for.")


def _percentile(times: Times, q: float, window: float) -> Percentile | None:
    values, intended = times
    return percentile_interval(values, intended, (q,), window_s=window).get(q)


def _told(found: Percentile) -> str:
    low, high = found.low or 0.0, found.high or 0.0
    return f"{_seconds(found.value)} ({_seconds(low)} to {_seconds(high)})"


def _seconds(ms: float) -> str:
    return "∞" if ms > _SHOWN_MS else f"{ms / 1000:.3f}"
