"""From a study to its people, its care and its interactions: the part of a run that needs no candidate."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from simulator.care import Settings, simulate
from simulator.domain.digest import table_digest
from simulator.domain.scenario import Study
from simulator.fhir import render
from simulator.figures import Figures
from simulator.population import make_population, population_fit
from simulator.run.folder import RunFolder
from simulator.run.job import Job
from simulator.run.provenance import figures_used


def make_timeline(study: Study, folder: RunFolder, job: Job) -> dict[str, str]:
    """Simulate ``study`` and write population, fit, events and interactions into ``folder``; returns their digests."""
    with job.watch.stage("Making people"):
        population = make_population(job.figures, study.municipalities, study.seed)
        folder.table("population.parquet", population)
        folder.json("population-fit.json", population_fit(population, job.figures))
    with job.watch.stage("Simulating care") as advance:
        settings = Settings(on_progress=advance)
        events = simulate(study, population, job.figures, workers=job.workers, settings=settings)
        folder.table("events.parquet", events)
    with job.watch.stage("Writing FHIR interactions") as advance:
        interactions = render(
            events,
            population,
            job.figures,
            seed=study.seed,
            start=study.start,
            professions=study.staffing.professions,
            progress=advance,
        )
        folder.table("interactions.parquet", interactions)
    digests = {
        "study_digest": study.digest,
        "population_digest": table_digest(population),
        "timeline_digest": table_digest(events),
        "interactions_digest": table_digest(interactions),
    }
    folder.note(**describe(study, job.figures), seed=study.seed, **digests, **figures_used(job.figures, study))
    return digests


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
        "payment_day_nok": figures.value("hospital.discharge_ready_day_price_nok"),
        "load_plan": asdict(study.load) if study.load else None,
        "study_file": str(Path(study.path).name),
    }
