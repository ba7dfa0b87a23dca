"""How many interactions a CPU-second renders, on the mix of a week's GP consultations and home-care rounds."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from statistics import median
from time import process_time
from typing import Any, Final

import numpy as np
import orjson
import polars as pl

from simulator.domain.tables import EVENTS
from simulator.fhir import render
from simulator.figures import Figures
from simulator.population import make_population
from simulator.streams import stream

_REPEATS: Final = 5
_MUNICIPALITY: Final = "5501"
_START: Final = date(2026, 1, 12)
_VISITS: Final = 12_000
_CONSULTATIONS: Final = 2_500
_BASELINE_SAMPLE: Final = 2_000
_TARGET: Final = 50_000


def run() -> list[dict[str, Any]]:
    """One figure: interactions per CPU-second; the baseline writes such resources through fhir.resources' models."""
    figures = Figures.load()
    population = make_population(figures, [_MUNICIPALITY], 1)
    events = week(population)
    rates = []
    for _ in range(_REPEATS):
        began = process_time()
        rendered = render(events, population, figures, seed=1, start=_START)
        rates.append(rendered.height / (process_time() - began))
    baseline = _through_models(rendered)
    value = median(rates)
    return [
        {
            "name": "interactions_rendered",
            "value": value,
            "unit": "interactions per CPU-second",
            "baseline": "fhir.resources models, one resource at a time",
            "baseline_value": baseline,
            "ratio": value / baseline,
            "target": _TARGET,
            "target_of": "value",
            "n": _REPEATS,
            "low": min(rates) / baseline,
            "high": max(rates) / baseline,
        }
    ]


def week(population: pl.DataFrame) -> pl.DataFrame:
    """Events in the proportions of one week of Tromsø: home visits, consultations and their bookings."""
    recipients = population.filter(pl.col("home_care_hours") > 0)["resident"].to_numpy()
    listed = population.filter(pl.col("fastlege") >= 0)
    draws = stream(1, "benchmark").uniforms(np.arange(_VISITS + _CONSULTATIONS, dtype=np.uint64))
    rows = [_visit(n, int(recipients[int(draws[n] * len(recipients))])) for n in range(_VISITS)]
    people = listed.select("resident", "fastlege").rows()
    for n in range(_CONSULTATIONS):
        resident, doctor = people[int(draws[_VISITS + n] * len(people))]
        rows += _consultation(len(rows), n, resident, doctor)
    return pl.DataFrame(rows, schema=EVENTS).sort("at", "event")


def _visit(number: int, resident: int) -> dict[str, Any]:
    return {
        **_event(number, resident, "home-care-round", f"home-care-round/{resident}/{number}", number * 40),
        "step": "visit",
        "role": "home-care.nurse",
        "organisation": f"{_MUNICIPALITY}/home-care",
        "staff": number % 300,
        "channel": "home",
        "records": ["visit", "note"],
        "reads": ["identity", "critical-info", "plan", "medication"],
    }


def _consultation(number: int, count: int, resident: int, doctor: int) -> list[dict[str, Any]]:
    episode = f"gp-consultation/{resident}/{count}"
    office = {"organisation": f"{_MUNICIPALITY}/gp/{doctor}", "reason": "R74", "channel": "in-person"}
    booked = {
        **_event(number, resident, "gp-consultation", episode, count * 100),
        **office,
        "step": "booked",
        "role": "citizen",
        "staff": -1,
        "records": ["appointment"],
        "reads": [],
    }
    held = {
        **_event(number + 1, resident, "gp-consultation", episode, count * 100 + 86_400),
        **office,
        "step": "consultation",
        "role": "gp.doctor",
        "staff": 0,
        "records": ["consultation", "diagnosis", "vital-signs", "note"],
        "reads": ["identity", "critical-info", "summary", "medication"],
    }
    return [booked, held]


def _event(number: int, resident: int, pathway: str, episode: str, second: int) -> dict[str, Any]:
    began = datetime(2026, 1, 12, 6, tzinfo=UTC) + timedelta(seconds=second)
    return {
        "event": number,
        "at": began + timedelta(minutes=15),
        "began": began,
        "wanted": began,
        "pathway": pathway,
        "episode": episode,
        "resident": resident,
        "kommunenummer": _MUNICIPALITY,
    }


def _through_models(rendered: pl.DataFrame) -> float:
    bodies = rendered["body"].drop_nulls().sample(_BASELINE_SAMPLE, seed=1)
    resources = [orjson.loads(body) for body in bodies]
    models = {r["resourceType"]: _model(r["resourceType"]) for r in resources}
    began = process_time()
    for resource in resources:
        models[resource["resourceType"]].model_validate(resource).model_dump_json()
    return len(resources) / (process_time() - began)


def _model(kind: str) -> Any:
    return getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
