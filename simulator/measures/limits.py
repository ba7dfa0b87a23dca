"""Does each profession get what it can live with? Its 95th percentile and its errors against the study's limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final, Literal, Protocol

import polars as pl

from simulator.measures.percentiles import Percentile, percentile_interval
from simulator.measures.response import ALL, error_share, response_times, window_seconds

Answer = Literal["met", "not_met", "undecided", "not_said"]
_Z: Final = 1.959964
_RARE: Final = 0.05


class Limit(Protocol):
    """What one profession can live with."""

    @property
    def p95_ms(self) -> float:
        """Largest 95th percentile of the response time, ms."""

    @property
    def error_share(self) -> float:
        """Largest share of requests not answered as they should be."""

    @property
    def status(self) -> str:
        """Where the limit comes from: official, derived or assumed."""


@dataclass(frozen=True, slots=True)
class LimitVerdict:
    """One profession against its limit; times in ms, shares from 0 to 1."""

    profession: str
    p95_ms: float
    error_limit: float
    status: str
    verdict: Answer
    value: float | None
    low: float | None
    high: float | None
    error_share: float
    n: int
    why: str
    """One sentence."""


def judge_limits(
    load: pl.DataFrame, generator: Mapping[str, Any], limits: Mapping[str, Limit], *, seed: int = 0
) -> list[LimitVerdict]:
    """Each limit's verdict, in the order given; the profession ``all`` stands for everybody.

    ``met`` and ``not_met`` need the whole interval on one side of the limit; ``undecided`` otherwise, and with too
    few observations. Errors above their limit (lower Wilson bound) mean ``not_met``; where nobody saw an error none is
    held against anybody, though few observations cannot show that errors are rarer than the limit. A run that the
    generator itself held back, or that was stopped, says nothing in a profession's disfavour or favour: ``not_said``.
    """
    return [_judge(load, name, limit, generator, seed) for name, limit in limits.items()]


def _judge(load: pl.DataFrame, profession: str, limit: Limit, generator: Mapping[str, Any], seed: int) -> LimitVerdict:
    rows = load if profession == ALL else load.filter(pl.col("profession") == profession)
    values, intended = response_times(rows)
    found = percentile_interval(values, intended, (0.95,), window_s=window_seconds(generator), seed=seed).get(0.95)
    errors = error_share(rows)
    verdict, why = _compare(found, errors, rows.height, limit)
    if generator.get("verdict") != "valid":
        verdict, why = "not_said", "the generator held the run back, or the run was stopped"
    return LimitVerdict(
        profession=profession,
        p95_ms=limit.p95_ms,
        error_limit=limit.error_share,
        status=str(limit.status),
        verdict=verdict,
        value=found.value if found else None,
        low=found.low if found else None,
        high=found.high if found else None,
        error_share=errors,
        n=rows.height,
        why=why,
    )


def _compare(found: Percentile | None, errors: float, n: int, limit: Limit) -> tuple[Answer, str]:
    low, high = wilson(errors, n)
    if n and low > limit.error_share:
        return "not_met", "more errors than the limit allows"
    if found is None or found.low is None or found.high is None:
        return "undecided", "too few observations, or too short a window, for an interval"
    if found.low > limit.p95_ms:
        return "not_met", "the 95th percentile lies above the limit"
    if found.high > limit.p95_ms:
        return "undecided", "the interval of the 95th percentile straddles the limit"
    if errors and high > limit.error_share:
        return "undecided", "the interval of the error share straddles the limit"
    return "met", "the 95th percentile lies below the limit"


def wilson(share: float, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share seen in ``n`` observations; (0, 1) without any."""
    if not n:
        return 0.0, 1.0
    middle = share + _Z**2 / (2 * n)
    spread = _Z * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    whole = 1 + _Z**2 / n
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def never_seen(n: int) -> float:
    """How large a share may be that was not seen once in ``n`` observations, with 95 % certainty; about 3 of ``n``."""
    return 1.0 - _RARE ** (1 / n) if n else 1.0
