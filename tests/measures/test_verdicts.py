"""The run's verdict on itself, and each profession's against its limit."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from simulator.measures import judge_limits, judge_run
from simulator.measures.limits import never_seen, wilson


@dataclass(frozen=True)
class Limit:
    """A limit as a study gives it."""

    p95_ms: float
    error_share: float
    status: str = "assumed"


def test_a_punctual_generator_is_valid(generator: Any) -> None:
    """Nothing to hold against the run: valid, without reasons."""
    assert judge_run(generator).verdict == "valid"
    assert judge_run(generator).reasons == ()


@pytest.mark.parametrize(
    "change",
    [
        {"released_within_5ms_share": 0.98},
        {"released_within_50ms_share": 0.998},
        {"run_queue_wait_share": 0.021},
        {"slot_wait_share": 0.02, "in_flight_mean": 100.0},
        {"released": 0},
    ],
)
def test_a_held_back_generator_is_said_so(generator: Any, change: dict[str, Any]) -> None:
    """Late releases, waits for the processor, too few slots, nothing released: each alone is enough."""
    verdict = judge_run(generator | change)
    assert verdict.verdict == "generator-bound"
    assert len(verdict.reasons) == 1


def test_slots_taken_by_a_slow_candidate_are_not_the_generators_fault(generator: Any) -> None:
    """Full slots with slow answers are the candidate's doing."""
    slow = {"slot_wait_share": 0.5, "in_flight_mean": 127.0, "service_time_ms": {"p50": 900.0}}
    assert judge_run(generator | slow).verdict == "valid"


def test_a_stopped_run_is_partial(generator: Any) -> None:
    """Stopped before its end it is partial, and says how far it came."""
    verdict = judge_run(generator | {"interrupted": True, "released": 12})
    assert verdict.verdict == "partial"
    assert "12 of 1000" in verdict.reasons[0]


@pytest.mark.parametrize(
    ("limit", "expected"), [(60.0, "met"), (20.0, "not_met"), (30.0, "undecided")], ids=["above", "below", "straddled"]
)
def test_limits_need_the_whole_interval_on_one_side(
    make_load: Any, generator: Any, limit: float, expected: str
) -> None:
    """Met or not met only when the interval of p95 (about 30 ms here) does not straddle the limit."""
    load = make_load(np.random.default_rng(3).exponential(10.0, 4000))
    (verdict,) = judge_limits(load, generator, {"gp.doctor": Limit(limit, 0.01)})
    assert verdict.verdict == expected
    assert verdict.n == 4000


def test_errors_above_the_limit_are_not_met_however_fast(make_load: Any, generator: Any) -> None:
    """A quick candidate that refuses a tenth does not meet a limit of one in a hundred."""
    load = make_load([1.0] * 4000, outcome=["ok"] * 3600 + ["refused"] * 400)
    (verdict,) = judge_limits(load, generator, {"all": Limit(100.0, 0.01)})
    assert verdict.verdict == "not_met"


def test_too_few_observations_are_undecided(make_load: Any, generator: Any) -> None:
    """No rows, or too few for p95, decide nothing."""
    verdicts = judge_limits(make_load([1.0] * 50), generator, {"gp.doctor": Limit(9, 0.1), "citizen": Limit(9, 0.1)})
    assert [v.verdict for v in verdicts] == ["undecided", "undecided"]
    assert [v.n for v in verdicts] == [50, 0]


def test_a_generator_bound_run_says_nothing_of_limits(make_load: Any, generator: Any) -> None:
    """Whatever the figures, nothing is said of the candidate."""
    held = generator | {"verdict": "generator-bound"}
    (verdict,) = judge_limits(make_load([1.0] * 4000), held, {"all": Limit(100.0, 0.01)})
    assert verdict.verdict == "not_said"


def test_wilsons_interval_is_the_books() -> None:
    """Zero of ten gives 0 to 0.278 (Wilson 1927)."""
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.2775), abs=1e-3)
    assert wilson(0.0, 0) == (0.0, 1.0)


def test_what_was_never_seen_may_be_three_of_as_many() -> None:
    """With none in n the share may be about 3/n (95 %); of nothing, all."""
    assert never_seen(1000) == pytest.approx(0.0029912, abs=1e-6)
    assert (1 - never_seen(300)) ** 300 == pytest.approx(0.05)
    assert never_seen(0) == 1.0
