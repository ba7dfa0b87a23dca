"""Targets of the GPs' lists, of illnesses that come together, and of how unevenly people use the GP."""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.figure import OLDEST
from simulator.domain.tables import CONDITIONS
from simulator.figures import Figures
from simulator.population.fit_rows import CELL, ERRORS, TOTAL, Floats, Row, drawn_off, drawn_row, make_row

_ILLNESSES: Final = [f"has_{name}" for name in CONDITIONS if not name.startswith(("allergy_", "polypharmacy_"))]
# Percentage points within which the shares of several illnesses, and of dementia in nursing homes, are known.
_SEVERAL: Final = 0.08
_DEMENTIA: Final = 0.10
_ENOUGH: Final = 100
"""People of an age band whose use of the GP can be held against a distribution."""


def list_rows(frame: pl.DataFrame, figures: Figures) -> list[Row]:
    """The lists' mean, median and spread, and the residents without a GP."""
    with_gp = frame.select("replica", "kommunenummer", "fastlege").filter(pl.col("fastlege") >= 0)
    sizes = with_gp.group_by("replica", "kommunenummer", "fastlege").len()["len"].to_numpy()
    on_lists = with_gp.group_by("replica", "kommunenummer").len()["len"].to_numpy()
    lists, mean = max(1, len(sizes)), figures.value("gp.list_mean")
    # A municipality has a whole number of lists, and one at least: the mean cannot be nearer than half a list each, nor
    # than where all have the number nearest to theirs.
    nearest = on_lists.sum() / max(1.0, np.maximum(1, np.rint(on_lists / mean)).sum())
    whole = max(len(on_lists) / (2 * lists), abs(nearest / mean - 1)) if len(on_lists) else 0.0
    median_error = ERRORS * 1.25 * figures.value("gp.list_size_spread") / np.sqrt(lists)
    found = [
        ("gp.list_mean", with_gp.height / lists, TOTAL + whole),
        ("gp.list_median", float(np.median(sizes)) if len(sizes) else 0.0, max(CELL, median_error) + whole),
    ]
    rows = [make_row(name, figures.value(name), made, off, figures.origin(name)) for name, made, off in found]
    spread = {
        "gp.list_501_to_1000_share": int(((sizes > 500) & (sizes <= 1000)).sum()) / lists,
        "gp.list_over_1400_share": int((sizes > 1400).sum()) / lists,
    }
    for name, made in spread.items():
        share = figures.value(name)
        error = ERRORS * np.sqrt((1 - share) / (share * lists))
        rows.append(make_row(name, share, made, float(max(CELL, error)) + 2 * whole, figures.origin(name)))
    name = "gp.without_gp_share"
    nobody, everybody = np.array(figures.value(name)), np.array(float(frame.height))
    return [*rows, drawn_row(name, nobody, everybody, frame.height - with_gp.height, figures.origin(name))]


def health_rows(frame: pl.DataFrame, figures: Figures) -> list[Row]:
    """Several illnesses at once by age, dementia in nursing homes, and the spread of GP use by age."""
    age = frame["age"].to_numpy().astype(np.int64)
    people = np.bincount(age, minlength=OLDEST + 1).astype(np.float64)
    several = frame.select(pl.sum_horizontal(_ILLNESSES) >= 2).to_series().to_numpy()
    several_by_age = np.bincount(age, weights=several, minlength=OLDEST + 1)
    name = "health.multimorbidity_share"
    rows = []
    for ages, share in _bands(figures.by_age_sex(name)[0]):
        count, made = people[ages].sum(), several_by_age[ages].sum()
        # A share smaller than what it is known to within says nothing.
        if count and share > _SEVERAL:
            off = _SEVERAL / share + drawn_off(share * count, share * (1 - share) * count, 0.0)
            rows.append(make_row(f"{name} {_words(ages)}", share * count, made, off, figures.origin(name)))
    return [*rows, *_dementia(frame, figures), *_use(frame, age, figures)]


def _dementia(frame: pl.DataFrame, figures: Figures) -> list[Row]:
    name = "care.nursing_home_dementia_share"
    living, share = frame.select("nursing_home", "has_dementia").filter("nursing_home"), figures.value(name)
    if not living.height:
        return []
    made = int(living["has_dementia"].sum())
    off = _DEMENTIA / share + drawn_off(share * living.height, share * (1 - share) * living.height, 0.0)
    return [make_row(name, share * living.height, made, off, figures.origin(name))]


def _use(frame: pl.DataFrame, age: NDArray[np.int64], figures: Figures) -> list[Row]:
    """Means of 1 and variances of 1 / k: what makes the contacts of a year negative binomial."""
    use = frame["gp_use"].to_numpy().astype(np.float64)
    people = np.bincount(age, minlength=OLDEST + 1).astype(np.float64)
    sums = [np.bincount(age, weights=use**power, minlength=OLDEST + 1) for power in (1, 2)]
    origin = figures.origin("gp.use_dispersion")
    rows = []
    for ages, k in _bands(figures.by_age_sex("gp.use_dispersion")[0]):
        count = people[ages].sum()
        # Few have a variance of their own that says nothing.
        if count < _ENOUGH:
            continue
        mean = sums[0][ages].sum() / count
        variance = sums[1][ages].sum() / count - mean**2
        # Standard errors of a gamma distribution's mean and variance, relative to them.
        off = ERRORS * float(np.sqrt(1 / (k * count))), ERRORS * float(np.sqrt((2 + 6 / k) / count))
        rows.append(make_row(f"gp_use mean {_words(ages)}", 1.0, mean, max(CELL, off[0]), origin))
        rows.append(make_row(f"gp_use variance {_words(ages)}", 1 / k, variance, max(CELL, off[1]), origin))
    return rows


def _bands(by_age: Floats) -> list[tuple[slice, float]]:
    """Consecutive ages with one value."""
    starts = np.flatnonzero(np.diff(by_age, prepend=np.nan) != 0)
    ends = [*starts[1:], len(by_age)]
    return [(slice(int(a), int(b)), float(by_age[a])) for a, b in zip(starts, ends, strict=True)]


def _words(ages: slice) -> str:
    return f"aged {ages.start}-{ages.stop - 1}"
