"""The figures rendering rests on are told with their origin."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import orjson
import polars as pl

from simulator.fhir import assumptions
from simulator.fhir.assumptions import assumption
from simulator.fhir.observation import blood_pressure


def test_every_figure_has_unit_year_source_and_status() -> None:
    """Reports can say what is assumed."""
    for use in assumptions():
        assert use.unit
        assert use.source
        assert use.year >= 2000
        assert use.status in {"official", "derived", "assumed"}


def test_no_diastolic_pressure_is_above_the_systolic() -> None:
    """Whatever is drawn for the two, which go together as assumed and have the means and spreads assumed."""
    contact: Any = SimpleNamespace(subject={}, at="2026-01-12", author="x", encounter=None)
    drawn = []
    for identity in range(0, 1 << 16, 5):
        contact.identity = f"{identity:04x}"
        drawn.append([part["valueQuantity"]["value"] for part in blood_pressure(contact)["component"]])
    systolic, diastolic = np.array(drawn).T
    assert (systolic - diastolic > 0).all()
    assert abs(np.corrcoef(systolic, diastolic)[0, 1] - assumption("blood_pressure_correlation")) < 0.02
    for values, name in ((systolic, "systolic"), (diastolic, "diastolic")):
        assert abs(values.mean() - assumption(f"{name}_mean")) < 0.5
        assert abs(values.std() - assumption(f"{name}_spread")) < 0.5


def test_vital_signs_follow_the_assumed_figures(interactions: pl.DataFrame) -> None:
    """No value lies further out than three standard deviations, where the quantiles end."""
    bodies = interactions.filter(pl.col("type") == "Observation")["body"].drop_nulls()
    pulses = [orjson.loads(body)["valueQuantity"]["value"] for body in bodies if b"8867-4" in body]
    assert pulses
    for pulse in pulses:
        assert abs(pulse - assumption("heart_rate_mean")) <= 3 * assumption("heart_rate_spread") + 1
