"""The figures of a load run."""

from typing import Any

import numpy as np
import pytest

from simulator.measures import measure


def _value(found: Any, name: str, over: str = "all") -> float:
    return float(next(m.value for m in found if (m.name, m.over) == (name, over)))


def test_response_time_runs_from_the_intended_instant(make_load: Any, generator: Any) -> None:
    """A request sent 500 ms late and answered in 1 ms took 501 ms; its service time is 1 ms."""
    load = make_load([501.0] * 1000)
    late = load.with_columns(sent=load["done"] - 1_000_000)
    found = measure(late, generator)
    assert _value(found, "response_time.p95") == pytest.approx(501.0)
    assert _value(found, "service_time.p95") == pytest.approx(1.0)


def test_professions_are_measured_apart(make_load: Any, generator: Any) -> None:
    """Each profession gets its own percentiles beside those over all."""
    load = make_load([1.0] * 500 + [9.0] * 500, profession=["gp.doctor"] * 500 + ["citizen"] * 500)
    found = measure(load, generator)
    assert _value(found, "response_time.p95", "gp.doctor") == pytest.approx(1.0)
    assert _value(found, "response_time.p95", "citizen") == pytest.approx(9.0)
    assert _value(found, "requests") == 1000


def test_errors_throughput_and_release_error(make_load: Any, generator: Any) -> None:
    """Shares, rates and the generator's own error come from the rows."""
    load = make_load([1.0] * 1000, outcome=["ok"] * 900 + ["refused"] * 60 + ["unknown"] * 40)
    found = measure(load, generator)
    assert _value(found, "error_share") == pytest.approx(0.1)
    assert _value(found, "throughput") == pytest.approx(900 / 40)
    assert _value(found, "release_error.p99") == pytest.approx(0.05)
    assert _value(found, "outstanding.max") == 1


def test_what_was_never_sent_counts_as_error_but_not_as_fast(make_load: Any, generator: Any) -> None:
    """Rows whose reference never came (status -1) do not flatter the percentiles."""
    load = make_load(
        [100.0] * 500 + [0.1] * 500, status=[201] * 500 + [-1] * 500, outcome=["ok"] * 500 + ["refused"] * 500
    )
    found = measure(load, generator)
    assert _value(found, "response_time.p50") == pytest.approx(100.0)
    assert _value(found, "error_share") == pytest.approx(0.5)


def test_littles_law_holds_for_a_sound_recording(make_load: Any, generator: Any) -> None:
    """Requests in flight as sampled agree with arrivals times service time."""
    load = make_load([100.0] * 4000, gap_ms=10.0)
    sampled = generator | {"in_flight_mean": 100.0 * 0.1}
    assert _value(measure(load, sampled), "littles_law.ratio") == pytest.approx(1.0, abs=0.01)


def test_an_empty_run_has_no_figures(make_load: Any, generator: Any) -> None:
    """Nothing released, nothing measured."""
    assert measure(make_load(np.array([])), generator) == []
