"""Means, intervals, pairs and the stopping rule against known answers."""

from statistics import NormalDist

import numpy as np
import polars as pl
import pytest

from simulator.domain.measurement import Measurement
from simulator.measures.intervals import mean_of, paired, t_quantile, within
from simulator.measures.replications import Rule, differences, enough, estimates, result_rows


def results(**alternatives: list[float]) -> pl.DataFrame:
    """One share over replications, by alternative."""
    return pl.concat(
        result_rows(name, number, [Measurement("information.missing_share", value, "share", 1, "all")])
        for name, values in alternatives.items()
        for number, value in enumerate(values)
    )


@pytest.mark.parametrize(
    ("freedom", "expected"),
    [
        (1, 12.7062),
        (2, 4.30265),
        (3, 3.18245),
        (4, 2.77645),
        (9, 2.26216),
        (10, 2.22814),
        (30, 2.04227),
        (120, 1.97993),
    ],
)
def test_t_quantiles_are_those_of_the_tables(freedom: int, expected: float) -> None:
    """The two-sided 95 % points as printed in any table of Student's t."""
    assert t_quantile(freedom) == pytest.approx(expected, abs=2e-5)


def test_t_nears_the_normal_distribution() -> None:
    """With many degrees of freedom t stays within what a normal number stays within."""
    assert within(1.5, 100_000) == pytest.approx(2 * NormalDist().cdf(1.5) - 1, abs=1e-5)


def test_a_mean_has_the_interval_of_the_textbook() -> None:
    """1 to 5: mean 3, standard deviation 1.5811, half-width 2.77645 x 1.5811 / sqrt(5) = 1.9632."""
    mean = mean_of([1, 2, 3, 4, 5])
    assert (mean.value, mean.n) == (3, 5)
    assert mean.half_width == pytest.approx(1.9632, abs=1e-4)


def test_one_value_has_no_interval() -> None:
    """From one replication nothing is known of the spread."""
    assert mean_of([7.0]).low is None
    assert not mean_of([7.0]).sure


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of 2 000 intervals from five normal numbers each, 95 % hold the true mean (within three standard errors)."""
    random = np.random.default_rng(1)
    means = [mean_of(random.normal(10, 3, 5).tolist()) for _ in range(2000)]
    held = sum(m.low <= 10 <= m.high for m in means if m.low is not None and m.high is not None)
    assert held / 2000 == pytest.approx(0.95, abs=0.015)


def test_pairs_are_sharper_than_means_apart() -> None:
    """What both alternatives have in common falls out of the difference."""
    base = [10.0, 20.0, 30.0, 40.0]
    difference = paired(base, [11.0, 21.1, 30.9, 41.0])
    alone = mean_of(base)
    assert difference.value == pytest.approx(1.0)
    assert difference.sure
    assert difference.half_width is not None
    assert alone.half_width is not None
    assert difference.half_width < alone.half_width / 100


def test_a_difference_is_only_told_when_its_interval_leaves_out_zero() -> None:
    """Lower in every replication is lower; up and down is unclear; equal to the last digit is the same."""
    found = differences(results(today=[0.3, 0.4, 0.35], common=[0.1, 0.2, 0.16]), "today")
    assert [(row["alternative"], row["verdict"], row["n"]) for row in found] == [("common", "lower", 3)]
    assert found[0]["difference"] == pytest.approx(-0.19667, abs=1e-5)
    unclear = differences(results(today=[0.3, 0.4, 0.35], other=[0.4, 0.3, 0.36]), "today")
    same = differences(results(today=[0.3, 0.4, 0.35], other=[0.3, 0.4, 0.35]), "today")
    few = differences(results(today=[0.3], other=[0.1]), "today")
    assert [rows[0]["verdict"] for rows in (unclear, same, few)] == ["unclear", "same", "too-few"]


def test_a_count_without_rows_is_zero_and_a_share_is_left_out() -> None:
    """A replication in which nothing was lost counts as none lost; one without messages has no share lost."""
    first = [Measurement("messages.lost", 4, "messages", 9, "all"), Measurement("a.x_share", 0.5, "share", 9, "all")]
    frame = pl.concat([result_rows("", 0, first), result_rows("", 1, [Measurement("other", 1, "steps", 1, "all")])])
    found = {row["name"]: (row["value"], row["n"]) for row in estimates(frame)}
    assert found["messages.lost"] == (2, 2)
    assert found["a.x_share"] == (0.5, 1)


def test_an_interval_stays_where_its_figure_can_be() -> None:
    """No share is below nothing or above all, however few the replications."""
    low, high = estimates(results(rare=[0.0, 0.01, 0.2], usual=[1.0, 0.99, 0.8]))
    assert (low["low"], high["high"]) == (0, 1)
    assert low["high"] > low["value"]
    assert high["low"] < high["value"]


RULE = Rule(least=3, most=6, measure="information.missing_share", half_width=0.1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([0.3, 0.3], False, id="fewer than the least, however alike"),
        pytest.param([0.3, 0.301, 0.299], True, id="alike after the least"),
        pytest.param([0.1, 0.3, 0.5], False, id="too different"),
        pytest.param([0.1, 0.3, 0.5, 0.1, 0.3, 0.5], True, id="the most that may be"),
        pytest.param([0.0, 0.0, 0.0], True, id="nothing at all, and surely so"),
    ],
)
def test_replications_end_when_the_figure_is_known_well_enough(values: list[float], expected: bool) -> None:
    """Half an interval within a tenth of the mean is enough, between the least and the most."""
    assert enough(results(only=values), RULE) is expected


def test_every_alternative_must_be_known_well_enough() -> None:
    """One alternative that is still uncertain keeps all going."""
    assert not enough(results(sure=[0.3, 0.3, 0.3], unsure=[0.1, 0.3, 0.5]), RULE)


def test_a_replication_with_nothing_to_count_counts_as_none() -> None:
    """Ten days of waiting in every other replication are no certain ten, though only those tell of days at all."""
    days = [
        [Measurement("discharge.waiting_days", 10.0, "days", 1, "all")] if number % 2 else [] for number in range(4)
    ]
    steps = Measurement("work.steps", 7.0, "steps", 7, "all")
    found = pl.concat(result_rows("only", number, [steps, *some]) for number, some in enumerate(days))
    assert not enough(found, Rule(2, 9, "discharge.waiting_days", 0.1))
    assert enough(found, Rule(2, 9, "work.steps", 0.1))


def test_a_rule_without_a_measure_makes_the_most() -> None:
    """Without a figure to watch, the number asked for is made."""
    assert not enough(results(only=[0.3] * 4), Rule(2, 5))
    assert enough(results(only=[0.3] * 5), Rule(2, 5))


def test_a_measure_that_is_not_there_goes_on_to_the_most() -> None:
    """A rule about something that never happened does not stop early."""
    rule = Rule(2, 4, "deadlines.broken_share", 0.1)
    assert not enough(results(only=[0.3] * 3), rule)
    assert enough(results(only=[0.3] * 4), rule)


def test_a_count_that_one_alternative_never_has_is_none_of_it_there() -> None:
    """Reminders that the new system ends are told as a difference; a mean without anything behind it is not."""
    rows = [
        *(("old", n, [Measurement("messages.reminders", 5 + n, "messages", 9, "message/EPIKRISE")]) for n in range(3)),
        *(("old", n, [Measurement("queue.minutes.mean", 5 + n, "min", 9, "gp.doctor")]) for n in range(3)),
        *(("new", n, [Measurement("work.steps", 9.0, "steps", 9, "all")]) for n in range(3)),
    ]
    table = pl.concat(result_rows(*row) for row in rows)
    (reminders,) = (row for row in differences(table, "old") if row["name"] == "messages.reminders")
    assert (reminders["baseline"], reminders["value"], reminders["verdict"]) == (6, 0, "lower")
    (steps,) = (row for row in differences(table, "old") if row["name"] == "work.steps")
    assert (steps["baseline"], steps["value"]) == (0, 9)
    told = {(row["alternative"], row["name"]): row["value"] for row in estimates(table)}
    assert told["new", "messages.reminders"] == told["old", "work.steps"] == 0
    assert ("new", "queue.minutes.mean") not in told
    assert len(differences(table, "old")) == 2
