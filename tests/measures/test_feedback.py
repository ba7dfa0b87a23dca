"""What a load run says of the waiting a candidate causes, on loads made by hand."""

from collections.abc import Callable

import polars as pl
import pytest

from simulator.errors import InputError
from simulator.measures.feedback import mean_seconds, stretches_without_answer

Make = Callable[..., pl.DataFrame]


def test_the_mean_is_over_what_was_answered_by_profession(make_load: Make) -> None:
    """Two fast doctors, two slow nurses, and one who was never answered."""
    load = make_load(
        [1000, 3000, 10_000, 12_000, 60_000],
        profession=["gp.doctor", "gp.doctor", "home-care.nurse", "home-care.nurse", "home-care.nurse"],
        outcome=["ok", "ok", "ok", "ok", "unknown"],
    )
    overall, by_role = mean_seconds(load)
    assert overall == pytest.approx(6.5)
    assert by_role == {"gp.doctor": pytest.approx(2.0), "home-care.nurse": pytest.approx(11.0)}


def test_a_run_without_answers_has_no_times(make_load: Make) -> None:
    """Nothing can be fed back from it, and that is said."""
    with pytest.raises(InputError, match="nothing was answered"):
        mean_seconds(make_load([100], outcome=["unknown"]))


def test_a_stretch_without_answers_is_an_outage(make_load: Make) -> None:
    """Answers for 10 s, none for 20 s, then answers again; a lonely failure is no outage."""
    lost = [10 <= second < 30 or second == 35 for second in range(40)]
    load = make_load([100] * 40, gap_ms=1000, outcome=["unknown" if down else "ok" for down in lost])
    assert stretches_without_answer(load) == [(10, 20)]


def test_an_outage_may_last_to_the_end(make_load: Make) -> None:
    """One that no answer ends runs to the last second something was due."""
    load = make_load([100] * 20, gap_ms=1000, outcome=["ok"] * 8 + ["unknown"] * 12)
    assert stretches_without_answer(load) == [(8, 12)]


def test_what_was_never_sent_ends_no_outage(make_load: Make) -> None:
    """Whatever refers to what a dead candidate did not create is refused by nobody."""
    status = [201] * 8 + [0, -1] * 6
    outcome = ["ok"] * 8 + ["unknown", "refused"] * 6
    load = make_load([100] * 20, gap_ms=1000, status=status, outcome=outcome)
    assert stretches_without_answer(load) == [(8, 11)]


@pytest.mark.parametrize("status", [502, 503, 504])
def test_an_answer_that_nobody_is_there_is_none(make_load: Make, status: int) -> None:
    """A candidate behind a gateway is down when the gateway says so."""
    load = make_load([100] * 20, gap_ms=1000, status=[201] * 8 + [status] * 12, outcome=["ok"] * 8 + ["refused"] * 12)
    assert stretches_without_answer(load) == [(8, 12)]


def test_a_refusal_is_an_answer(make_load: Make) -> None:
    """A candidate that says no is not down."""
    assert stretches_without_answer(make_load([100] * 20, gap_ms=1000, outcome=["refused"] * 20)) == []
