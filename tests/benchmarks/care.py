"""How many events the care engine carries through per CPU-second, against a bare SimPy resource cycle.

An event is one of the four of a resource cycle: arrive, be given a person, finish the work, give the person back. Both
sides are counted alike: four for each piece of work a person did, one for a step that takes no time. Demand is drawn
beforehand on both sides; what is measured is the simulation itself, the engine's also writing every step down.
"""

from collections.abc import Generator
from statistics import median
from time import process_time
from typing import Any, Final

import numpy as np
import polars as pl
import simpy

from simulator.care.engine import Engine
from simulator.care.plan import make_plan
from simulator.domain.scenario import Study
from simulator.figures import Figures
from simulator.population import make_population
from simulator.scenario import load_study

EVENTS_PER_CYCLE: Final = 4
REPEATS: Final = 7
TARGET: Final = 0.5


def run() -> list[dict[str, Any]]:
    """One row: events per CPU-second of the engine, the bare cycle's, and their ratio with its spread."""
    figures = Figures.load()
    study = load_study("quickstart", figures)
    people = make_population(figures, study.municipalities, study.seed)
    pairs = [(_engine(study, people, figures), _bare(30_000)) for _ in range(REPEATS)]
    ours, bare = (median(pair[side] for pair in pairs) for side in (0, 1))
    ratios = sorted(mine / theirs for mine, theirs in pairs)
    return [
        {
            "name": "simulated_events",
            "value": ours,
            "unit": "events per CPU-second",
            "baseline": "bare SimPy resource cycle",
            "baseline_value": bare,
            "ratio": median(ratios),
            "target": TARGET,
            "n": REPEATS,
            "low": ratios[0],
            "high": ratios[-1],
        }
    ]


def _engine(study: Study, people: pl.DataFrame, figures: Figures) -> float:
    engine = Engine(make_plan(study, figures), people)
    begun = process_time()
    engine.run()
    spent = process_time() - begun
    events = sum(
        line.done * (1 if line.takes is None else EVENTS_PER_CYCLE) for work in engine.works for line in work.lines
    )
    return events / spent


def _bare(customers: int) -> float:
    """As many customers as a week of Tromsø's, served by a hundred servers that are nine tenths busy."""
    env = simpy.Environment()
    servers = simpy.Resource(env, capacity=100)
    gaps = np.random.default_rng(1).exponential(1.0, customers).tolist()
    work = np.random.default_rng(2).exponential(90.0, customers).tolist()

    def serve(needed: float) -> Generator[simpy.Event, Any, None]:
        with servers.request() as turn:
            yield turn
            yield env.timeout(needed)

    def arrive() -> Generator[simpy.Event, Any, None]:
        for gap, needed in zip(gaps, work, strict=True):
            yield env.timeout(gap)
            env.process(serve(needed))

    env.process(arrive())
    begun = process_time()
    env.run()
    return customers * EVENTS_PER_CYCLE / (process_time() - begun)
