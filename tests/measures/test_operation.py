"""What a load run says of the national peak: a broken limit is broken, a kept one says only what its load allows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from simulator.measures.operation import Asked, chart_openings, judge_load

ASKED = Asked({"R-NFR-04B": 1.0, "R-NFR-04C": 1.0}, peak=20.0, factor=2.0, sessions={"R-NFR-06A": 500}, write_s=1.0)
Make = Callable[..., pl.DataFrame]


@pytest.fixture
def trace() -> pl.DataFrame:
    """Four interactions to a care event."""
    return pl.DataFrame({"interaction": [f"i{n}" for n in range(4000)], "event": [n // 4 for n in range(4000)]})


def half_read(n: int) -> list[str]:
    """Every other interaction is a look-up."""
    return ["search" if number % 2 else "create" for number in range(n)]


@pytest.mark.parametrize(
    "case",
    [
        (20.0, ASKED, "pass"),
        (20.0, replace(ASKED, peak=200.0, sessions={"R-NFR-06A": 5000}), "not_applicable"),
        (1500.0, ASKED, "fail"),
        (1500.0, replace(ASKED, peak=200.0, sessions={"R-NFR-06A": 5000}), "fail"),
    ],
)
def test_a_kept_limit_says_what_its_load_allows(
    make_load: Make, generator: dict[str, Any], trace: pl.DataFrame, case: tuple[float, Asked, str]
) -> None:
    """100 interactions a second pass where 40 are asked for and have not tried 400; too slow is too slow."""
    ms, asked, outcome = case
    load = make_load([ms] * 4000, verb=half_read(4000))
    assert {f.outcome for f in judge_load(load, trace, generator, asked).values()} == {outcome}


def test_what_is_refused_at_once_is_not_in_time(
    make_load: Make, generator: dict[str, Any], trace: pl.DataFrame
) -> None:
    """One of ten writes refused within 5 ms leaves nine of ten acknowledged, where nineteen of twenty are asked for."""
    refused = [number % 20 == 0 for number in range(4000)]
    outcome = ["refused" if no else "ok" for no in refused]
    load = make_load([5.0] * 4000, verb=half_read(4000), status=[500 if no else 201 for no in refused], outcome=outcome)
    found = judge_load(load, trace, generator, ASKED)
    assert {rule: f.outcome for rule, f in found.items()} == {
        "R-NFR-04B": "pass",
        "R-NFR-04C": "fail",
        "R-NFR-06A": "fail",
    }
    assert "∞ (∞ to ∞) s" in found["R-NFR-04C"].message


def test_what_was_never_sent_is_no_load(make_load: Make, generator: dict[str, Any], trace: pl.DataFrame) -> None:
    """A hundred interactions a second were due, of which 30 came to the candidate, and 40 are asked for."""
    unsent = [number % 10 > 2 for number in range(4000)]
    status, outcome = [-1 if no else 201 for no in unsent], ["refused" if no else "ok" for no in unsent]
    load = make_load([5.0] * 4000, verb=["search"] * 4000, status=status, outcome=outcome)
    found = judge_load(load, trace, generator, ASKED)["R-NFR-04B"]
    assert found.outcome == "not_applicable"
    assert "30.0 interactions a second" in found.message


def test_a_chart_is_not_open_while_part_of_it_is_refused(make_load: Make) -> None:
    """Two look-ups in time and one refused open nothing."""
    load = make_load([10.0, 70.0, 30.0], gap_ms=0, verb=["search"] * 3, outcome=["ok", "ok", "refused"])
    values, _ = chart_openings(load.with_columns(event=pl.Series([1, 1, 1])))
    assert values.min() > 1e9


def test_a_run_held_back_says_nothing(make_load: Make, generator: dict[str, Any], trace: pl.DataFrame) -> None:
    """When the generator was the bottleneck no limit is broken and none kept."""
    load = make_load([1500.0] * 4000)
    found = judge_load(load, trace, generator | {"verdict": "generator-bound"}, ASKED)
    assert {(f.outcome, f.attribution) for f in found.values()} == {("inconclusive", "bench")}


def test_a_chart_is_open_when_all_of_it_is_there(make_load: Make) -> None:
    """Look-ups due together are one opening, as long as its slowest; one alone is none."""
    load = make_load([10.0, 70.0, 30.0], gap_ms=0, verb=["search"] * 3)
    values, _ = chart_openings(load.with_columns(event=pl.Series([1, 1, 2])))
    assert values.tolist() == [70.0]


def test_too_few_answers_say_nothing(make_load: Make, generator: dict[str, Any], trace: pl.DataFrame) -> None:
    """Without an interval nothing is said."""
    found = judge_load(make_load([10.0] * 20), trace, generator, replace(ASKED, peak=0.1, sessions={"R-NFR-06A": 1}))
    assert {f.outcome for f in found.values()} == {"inconclusive"}
