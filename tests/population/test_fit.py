"""The fit of a population: green for the figures it was made from, red for others."""

from collections.abc import Callable

import polars as pl
import pytest

from simulator.figures import Figures
from simulator.population import RecordFit, make_population, make_record, population_fit

KEYS = ["target", "official", "made", "error", "tolerance", "status", "source", "ok"]
Spoil = Callable[[str, str, str], Figures]


def wrong(frame: pl.DataFrame, figures: Figures) -> list[str]:
    """Targets that left their tolerance."""
    return [row["target"] for row in population_fit(frame, figures) if not row["ok"]]


def test_every_target_is_met(tromso: pl.DataFrame, several: pl.DataFrame, official: Figures) -> None:
    """One municipality, and several with replicas, fit the figures they were made from."""
    assert wrong(tromso, official) == []
    assert wrong(several, official) == []


@pytest.mark.parametrize(("kommunenummer", "seed"), [("1151", 9), ("1151", 10), ("1816", 8), ("5043", 7)])
def test_the_smallest_municipalities_fit(official: Figures, kommunenummer: str, seed: int) -> None:
    """Two hundred people have one list, however short, and one of them may have what one in ten thousand has."""
    frame, fit = make_population(official, [kommunenummer], seed), RecordFit(official)
    fit.add(frame, make_record(frame, official, seed))
    assert wrong(frame, official) == []
    assert [row["target"] for row in fit.rows() if not row["ok"]] == []


def test_two_lists_for_two_hundred_people_are_one_too_many(official: Figures) -> None:
    """A short list is right only where there is no other."""
    frame = make_population(official, ["1151"], 7)
    parted = frame.with_columns(fastlege=pl.when(pl.col("fastlege") < 0).then(-1).otherwise(pl.col("resident") % 2))
    assert "gp.list_mean" in wrong(parted, official)


def test_bands_are_exact(several: pl.DataFrame, official: Figures) -> None:
    """Official counts by municipality, sex and age band are met to the person."""
    rows = [row for row in population_fit(several, official) if row["status"] == "official" and "aged" in row["target"]]
    assert len(rows) == 34
    assert all(row["error"] == 0 for row in rows)


def test_rows_tell_origin_and_tolerance(tromso: pl.DataFrame, official: Figures) -> None:
    """Each row has the keys of population-fit.json, a status and a source; totals hold to 3 %."""
    rows = population_fit(tromso, official)
    assert all(list(row) == KEYS for row in rows)
    assert {row["status"] for row in rows} == {"official", "derived", "assumed"}
    assert all(row["source"] for row in rows)
    assert {row["tolerance"] for row in rows if row["target"].startswith("residents")} == {0.03}


@pytest.mark.parametrize(
    ("change", "target"),
    [
        (("prevalence.csv", "dementia,male,80,89,0.205", "dementia,male,80,89,0.605"), "condition dementia"),
        (
            ("rates.csv", "care.nursing_home_share,all,90,120,,0.2", "care.nursing_home_share,all,90,120,,0.6"),
            "care.nursing_home_share",
        ),
        (("rates.csv", "gp.list_mean,all,,,,991", "gp.list_mean,all,,,,700"), "gp.list_mean"),
        (
            ("rates.csv", "care.home_hours_per_week,all,18,49,,16.4", "care.home_hours_per_week,all,18,49,,32.8"),
            "care.home_hours_per_week",
        ),
    ],
)
def test_a_spoilt_figure_turns_its_target_red(
    tromso: pl.DataFrame, with_text: Spoil, change: tuple[str, str, str], target: str
) -> None:
    """Held against another figure than it was made from, a population no longer fits."""
    assert target in wrong(tromso, with_text(*change))


def test_missing_people_turn_totals_red(tromso: pl.DataFrame, official: Figures) -> None:
    """A population that lost its oldest is not whole."""
    assert "female aged 95-120" in wrong(tromso.filter(pl.col("age") < 95), official)
    assert "residents" in wrong(tromso.filter(pl.col("age") < 70), official)
