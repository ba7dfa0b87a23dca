"""From a study to its people, its care and its interactions: the part of a run that needs no candidate."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from simulator.care import Settings, simulate
from simulator.domain.digest import table_digest
from simulator.domain.scenario import Study
from simulator.fhir import render
from simulator.figures import Figures
from simulator.population import make_population, population_fit
from simulator.run.folder import RunFolder
from simulator.run.progress import Watcher
from simulator.run.provenance import figures_used


@dataclass(frozen=True, slots=True)
class Timeline:
    """A study simulated: who lives there, what happened, and what is to be sent."""

    study: Study
    population: pl.DataFrame
    events: pl.DataFrame
    interactions: pl.DataFrame
    digests: dict[str, str]


def make_timeline(study: Study, figures: Figures, folder: RunFolder, *, workers: int, watch: Watcher) -> Timeline:
    """Simulate ``study`` and write population, fit, events and interactions into ``folder``."""
    seed = study.seed
    with watch.stage("Making people"):
        population = make_population(figures, study.municipalities, seed)
        folder.table("population.parquet", population)
        folder.json("population-fit.json", population_fit(population, figures))
    with watch.stage("Simulating care") as advance:
        events = simulate(study, population, figures, workers=workers, settings=Settings(on_progress=advance))
        folder.table("events.parquet", events)
    with watch.stage("Writing FHIR interactions") as advance:
        interactions = render(events, population, figures, seed=seed, start=study.start, progress=advance)
        folder.table("interactions.parquet", interactions)
    digests = {
        "study_digest": study.digest,
        "population_digest": table_digest(population),
        "timeline_digest": table_digest(events),
        "interactions_digest": table_digest(interactions),
    }
    folder.note(**describe(study, figures), seed=seed, **digests, **figures_used(figures, study))
    return Timeline(study, population, events, interactions, digests)


def describe(study: Study, figures: Figures) -> dict[str, Any]:
    """What the manifest says of a study."""
    places = [figures.municipality(number) for number in study.municipalities]
    return {
        "study": study.name,
        "study_title": dict(study.title),
        "municipalities": [
            {"kommunenummer": m.kommunenummer, "name": m.name, "population": m.population} for m in places
        ],
        "period": {"start": study.start.isoformat(), "days": study.days},
        "load_plan": asdict(study.load) if study.load else None,
        "study_file": str(Path(study.path).name),
    }
