"""Figures over replications: means with intervals, paired differences between alternatives, and when it is enough.

The results of an experiment are a table (``RESULTS``): one row per figure, replication and alternative. Replications
of the same number share their random numbers over all alternatives, so differences are taken pair by pair.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from simulator.domain.measurement import Measurement
from simulator.measures.intervals import Mean, mean_of, paired

RESULTS: Final = {
    "alternative": pl.String,
    "replication": pl.Int64,
    "name": pl.String,
    "over": pl.String,
    "unit": pl.String,
    "value": pl.Float64,
}
_MEANS: Final = ("mean", "p50", "p90")
_FIGURE: Final = ("name", "over", "unit")


@dataclass(frozen=True, slots=True)
class Rule:
    """When to stop: after ``least`` replications as soon as ``measure`` is known well enough, at ``most`` in any case.

    Well enough is an interval of which half is at most ``half_width`` of the mean, in every alternative (Hoad,
    Robinson and Davies 2010). Without a measure ``most`` are made.
    """

    least: int
    most: int
    measure: str = ""
    half_width: float = 0.0
    over: str = "all"


def result_rows(alternative: str, replication: int, figures: Iterable[Measurement]) -> pl.DataFrame:
    """One replication's figures in the schema ``RESULTS``."""
    rows = [(alternative, replication, m.name, m.over, m.unit, float(m.value)) for m in figures]
    return pl.DataFrame(rows, schema=RESULTS, orient="row")


def enough(results: pl.DataFrame, rule: Rule) -> bool:
    """Whether no further replication is needed."""
    done = results["replication"].n_unique()
    if done < rule.least or not rule.measure:
        return done >= rule.most
    if done >= rule.most:
        return True
    asked = results.filter((pl.col("name") == rule.measure) & (pl.col("over") == rule.over))
    if asked.is_empty():
        return False
    figure = asked.row(0, named=True)
    means = [mean_of(values) for values in _known(results, _key(figure))]
    return all(_precise(mean, rule.half_width) for mean in means)


def _known(results: pl.DataFrame, key: tuple[str, ...]) -> Iterator[list[float]]:
    """What each alternative has of a figure, as :func:`estimates` takes it: without a value where there is none."""
    for _, frame in _by_alternative(results):
        for figure, values in _series(frame, results):
            if _key(figure) == key:
                yield [value for value in values if value is not None]


def _precise(mean: Mean, half_width: float) -> bool:
    return mean.half_width is not None and mean.half_width <= half_width * abs(mean.value)


def estimates(results: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows of ``measurements.json``: per alternative and figure the mean over replications with its 95 % interval.

    ``n`` is the number of replications behind it. A count that a replication does not name, though another one of any
    alternative does, is 0 there; a share or a mean without anything to share is left out. No figure is below 0 and
    hardly a share above 1 (that of working hours may be), so no interval is either.
    """
    return [
        {"alternative": alternative, **figure, "value": m.value, **_bounds(m, figure["unit"]), "n": m.n}
        for alternative, frame in _by_alternative(results)
        for figure, values in _series(frame, results)
        for m in [mean_of([value for value in values if value is not None])]
    ]


def _bounds(mean: Mean, unit: str) -> dict[str, float | None]:
    if mean.low is None or mean.high is None:
        return {"low": None, "high": None}
    return {"low": max(0.0, mean.low), "high": min(max(1.0, mean.value), mean.high) if unit == "share" else mean.high}


def differences(results: pl.DataFrame, baseline: str) -> list[dict[str, Any]]:
    """Rows of ``comparison.json``: each other alternative less the baseline, with the paired 95 % interval.

    ``verdict``: ``higher`` or ``lower`` when the interval leaves out zero, ``same`` when all pairs are equal,
    ``unclear`` when it holds zero, ``too-few`` with fewer than two pairs.
    """
    frames = dict(_by_alternative(results))
    base = {_key(figure): values for figure, values in _series(frames[baseline], results)}
    return [
        {"alternative": alternative, **figure, **_difference(base[_key(figure)], values)}
        for alternative, frame in frames.items()
        if alternative != baseline
        for figure, values in _series(frame, results)
        if _key(figure) in base and _pairs(base[_key(figure)], values)
    ]


def _difference(before: "Values", after: "Values") -> dict[str, Any]:
    pairs = _pairs(before, after)
    base, other = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    mean = paired(base, other)
    return {
        "baseline": mean_of(base).value,
        "value": mean_of(other).value,
        "difference": mean.value,
        "low": mean.low,
        "high": mean.high,
        "n": mean.n,
        "verdict": _verdict(mean, same=base == other),
    }


def _verdict(mean: Mean, *, same: bool) -> str:
    if mean.n < 2:
        return "too-few"
    if same:
        return "same"
    return ("higher" if mean.value > 0 else "lower") if mean.sure else "unclear"


Values = Sequence[float | None]


def _pairs(before: Values, after: Values) -> list[tuple[float, float]]:
    return [(a, b) for a, b in zip(before, after, strict=True) if a is not None and b is not None]


def _key(figure: dict[str, str]) -> tuple[str, ...]:
    return tuple(figure[name] for name in _FIGURE)


def _by_alternative(results: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    for frame in results.partition_by("alternative", maintain_order=True):
        yield frame["alternative"][0], frame


def _series(frame: pl.DataFrame, results: pl.DataFrame) -> Iterator[tuple[dict[str, str], Values]]:
    """Each figure of one alternative with its value in every replication, in the order they were first measured.

    Then the counts that only others of ``results`` name, 0 in all of them.
    """
    numbers = sorted(results["replication"].unique().to_list())
    measured = frame.group_by(_FIGURE, maintain_order=True).agg("replication", "value")
    others = (
        results.select(_FIGURE)
        .unique(maintain_order=True)
        .join(measured, on=_FIGURE, how="anti", maintain_order="left")
    )
    for group in (*measured.iter_rows(named=True), *others.iter_rows(named=True)):
        figure = {name: group[name] for name in _FIGURE}
        total = is_total(figure["name"], figure["unit"])
        if total or "value" in group:
            found = dict(zip(group.get("replication", ()), group.get("value", ()), strict=True))
            yield figure, [found.get(number, 0.0 if total else None) for number in numbers]


def is_total(name: str, unit: str) -> bool:
    """Whether a figure is a count or sum, which is 0 where there was nothing; shares and means then have no value."""
    return unit != "share" and name.rpartition(".")[2] not in _MEANS
