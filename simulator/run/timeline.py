"""From a study to its people, its care and its interactions: the part of a run that needs no candidate."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl

from simulator.care import Settings, simulated
from simulator.care.crew import at_work
from simulator.domain.digest import TableDigest, table_digest
from simulator.domain.scenario import Study
from simulator.domain.tables import EVENTS, POPULATION
from simulator.fhir import render
from simulator.figures import Figures
from simulator.population import counted, population_blocks, population_fit, spread_blocks
from simulator.run.feedback import with_feedback
from simulator.run.folder import RunFolder
from simulator.run.job import Job
from simulator.run.lives import births_of, lives_of
from simulator.run.provenance import figures_used
from simulator.run.reaching import Worth, reaching
from simulator.run.sinks import sink
from simulator.storage import room

PEOPLE_FILE: Final = "population.parquet"
EVENTS_FILE: Final = "events.parquet"
NOTICES_FILE: Final = "notices.parquet"


def make_timeline(study: Study, folder: RunFolder, job: Job) -> dict[str, str]:
    """Simulate ``study`` and write population, fit, events and interactions into ``folder``; returns their digests.

    Each stage reads what the one before it wrote, so that a nation's tables are never in memory together.
    """
    study = with_feedback(study)
    digests = {"study_digest": study.digest, "population_digest": make_people(study, folder, job)}
    digests["timeline_digest"], count = _simulate(study, folder, job)
    if study.interactions == "rendered":
        digests["interactions_digest"] = render_events(study, folder, job)
    else:
        folder.note(interactions_counted=count.interactions, interactions_common=count.common)
    folder.note(**describe(study, job.figures), seed=study.seed, **digests, **figures_used(job.figures, study))
    return digests


def make_people(study: Study, folder: RunFolder, job: Job) -> str:
    """Make and write the people and how well they fit; returns their digest."""
    digest, few = TableDigest(), []
    with job.watch.stage("Making people"):
        with _blocks(study, folder, job) as blocks, sink(folder.path / PEOPLE_FILE, POPULATION, csv=False) as people:
            for block in blocks:
                people.write(block)
                digest.update(block)
                few.append(counted(block, job.figures))
        folder.json("population-fit.json", population_fit(pl.concat(few), job.figures))
    return digest.hexdigest()


@contextmanager
def _blocks(study: Study, folder: RunFolder, job: Job) -> Iterator[Iterator[pl.DataFrame]]:
    """The people by some municipalities at a time, made by the processes that are there, else by threads."""
    if not job.hands:
        yield population_blocks(job.figures, study.municipalities, study.seed, workers=job.workers)
        return
    with room(folder.path), TemporaryDirectory(prefix="people-", dir=folder.path) as name, at_work(job.hands):
        yield spread_blocks(job.figures, study.municipalities, study.seed, job.hands, Path(name))


def _simulate(study: Study, folder: RunFolder, job: Job) -> tuple[str, Worth]:
    """Simulate and write the events; returns their digest, and how many interactions they are worth."""
    digest = TableDigest()
    people = pl.scan_parquet(folder.path / PEOPLE_FILE)
    count = Worth(study, people, job.figures)
    with job.watch.stage("Simulating care") as advance:
        lives = lives_of(study, people, job.figures, workers=job.workers)
        settings = Settings(on_progress=advance, lives=lives, cluster=job.cluster, scratch=folder.path)
        with (
            room(folder.path),
            simulated(study, people, job.figures, workers=job.workers, settings=settings) as told,
            sink(folder.path / EVENTS_FILE, EVENTS, csv=False) as written,
        ):
            for events in told.slices():
                written.write(events)
                digest.update(events)
                count.add(events)
            notices = told.notices
    folder.table(NOTICES_FILE, notices)
    folder.note(notices_digest=table_digest(notices))
    return digest.hexdigest(), count


def render_events(study: Study, folder: RunFolder, job: Job) -> str:
    """Write what the events are in FHIR; returns the digest of it."""
    events, population = (pl.read_parquet(folder.path / name) for name in (EVENTS_FILE, PEOPLE_FILE))
    with job.watch.stage("Writing FHIR interactions") as advance:
        interactions = render(
            reaching(events, population, study, job.figures),
            population,
            job.figures,
            seed=study.seed,
            start=study.start,
            professions=study.staffing.professions,
            lives=births_of(study, population, job.figures, workers=job.workers),
            progress=advance,
        )
        folder.table("interactions.parquet", interactions)
    return table_digest(interactions)


def describe(study: Study, figures: Figures) -> dict[str, Any]:
    """What the manifest says of a study."""
    places = [figures.municipality(number) for number in study.municipalities]
    return {
        "study": study.name,
        "study_title": dict(study.title),
        "titles": _titles(study),
        "municipalities": [
            {"kommunenummer": m.kommunenummer, "name": m.name, "population": m.population} for m in places
        ],
        "period": {"start": study.start.isoformat(), "days": study.days},
        "payment_day_nok": figures.value("hospital.discharge_ready_day_price_nok"),
        "load_plan": asdict(study.load) if study.load else None,
        "study_file": str(Path(study.path).name),
    }


def _titles(study: Study) -> dict[str, dict[str, Any]]:
    """What the study's own files call its roles, pathways and steps, by language."""
    return {
        "role": {name: dict(role.title) for name, role in study.staffing.roles.items()},
        "pathway": {pathway.name: dict(pathway.title) for pathway in study.pathways},
        "step": {f"{p.name}.{step.id}": dict(step.title) for p in study.pathways for step in p.steps if step.title},
    }
