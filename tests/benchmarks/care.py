"""How many events a second the care engine carries through in its steady state, against bare SimPy with as much alive.

An event is one of the four of a resource cycle: arrive, be given a person, finish the work, give the person back. Both
sides are counted alike: four for each piece of work a person did, one for a step that takes no time. Demand is drawn
beforehand on both sides, and the first day is left out; what is measured is the simulation itself, the engine's also
writing every step down.
"""

from collections.abc import Generator
from dataclasses import replace
from statistics import mean, median
from time import process_time
from typing import Any, Final

import numpy as np
import polars as pl
import simpy

from simulator.care.engine import Engine
from simulator.care.plan import make_plan
from simulator.care.sharing import kinds_elsewhere
from simulator.domain.scenario import Study
from simulator.figures import Figures
from simulator.population import make_population
from simulator.scenario import load_study

EVENTS_PER_CYCLE: Final = 4
REPEATS: Final = 7
TARGET: Final = 0.6
_DAY: Final = 86400
_UTILISATION: Final = 0.9


def run() -> list[dict[str, Any]]:
    """One row: events per CPU-second of the engine, the bare cycle's, and their ratio with its spread."""
    figures = Figures.load()
    study = load_study("quickstart", figures)
    # What is done at hospitals is asked for there, and would wait for an answer in an engine by itself.
    alone = [p for p in study.pathways if not kinds_elsewhere(make_plan(replace(study, pathways=(p,)), figures))]
    study = replace(study, pathways=tuple(alone))
    people = make_population(figures, study.municipalities, study.seed)
    pairs = []
    for _ in range(REPEATS):
        mine, live = _engine(study, people, figures)
        pairs.append((mine, bare(30_000, live)))
    ours, theirs = (median(pair[side] for pair in pairs) for side in (0, 1))
    ratios = sorted(mine / other for mine, other in pairs)
    return [
        {
            "name": "simulated_events",
            "value": ours,
            "unit": "events per CPU-second",
            "baseline": f"bare SimPy resource cycle, {live} processes alive",
            "baseline_value": theirs,
            "ratio": median(ratios),
            "target": TARGET,
            "n": REPEATS,
            "low": ratios[0],
            "high": ratios[-1],
        }
    ]


def _engine(study: Study, people: pl.DataFrame, figures: Figures) -> tuple[float, int]:
    """Events per CPU-second from the second day on, and how many things were to come on average."""
    engine = Engine(make_plan(study, figures), people)
    engine.start()
    engine.env.run(until=_DAY)
    before, spent, live = _events(engine), 0.0, []
    for day in range(1, study.days):
        begun = process_time()
        engine.env.run(until=(day + 1) * _DAY)
        spent += process_time() - begun
        live.append(engine.env.to_come())
    return (_events(engine) - before) / spent, round(mean(live))


def _events(engine: Engine) -> int:
    return sum(
        line.done * (1 if line.takes is None else EVENTS_PER_CYCLE) for work in engine.works for line in work.lines
    )


def bare(cycles: int, live: int) -> float:
    """Events per CPU-second of ``live`` processes, each coming back again and again to servers nine tenths busy."""
    env = simpy.Environment()
    servers = simpy.Resource(env, capacity=max(live // 10, 1))
    work = np.random.default_rng(1).exponential(90.0, cycles).tolist()
    # A tenth of the processes at work at a time, as many as there are servers.
    away = np.random.default_rng(2).exponential(90.0 * (10 / _UTILISATION - 1), cycles).tolist()
    jobs = iter(zip(away, work, strict=True))

    def serve() -> Generator[simpy.Event, Any, None]:
        for elsewhere, needed in jobs:
            yield env.timeout(elsewhere)
            with servers.request() as turn:
                yield turn
                yield env.timeout(needed)

    for _ in range(live):
        env.process(serve())
    begun = process_time()
    env.run()
    return cycles * EVENTS_PER_CYCLE / (process_time() - begun)
