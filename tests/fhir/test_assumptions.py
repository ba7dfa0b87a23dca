"""The figures rendering rests on are told with their origin."""

import orjson
import polars as pl

from simulator.fhir import assumptions
from simulator.fhir.assumptions import assumption


def test_every_figure_has_unit_year_source_and_status() -> None:
    """Reports can say what is assumed."""
    for use in assumptions():
        assert use.unit
        assert use.source
        assert use.year >= 2000
        assert use.status in {"official", "derived", "assumed"}


def test_vital_signs_follow_the_assumed_figures(interactions: pl.DataFrame) -> None:
    """No value lies further out than three standard deviations, where the quantiles end."""
    bodies = interactions.filter(pl.col("type") == "Observation")["body"].drop_nulls()
    pulses = [orjson.loads(body)["valueQuantity"]["value"] for body in bodies if b"8867-4" in body]
    assert pulses
    for pulse in pulses:
        assert abs(pulse - assumption("heart_rate_mean")) <= 3 * assumption("heart_rate_spread") + 1
