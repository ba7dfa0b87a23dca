"""``journalbenk simulate``: a study's people and care, its alternatives and replications, figures and a page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

import reports
from simulator import __version__
from simulator.care.plan import make_plan
from simulator.domain.scenario import Study
from simulator.domain.tables import LIFE_EVENTS
from simulator.errors import InputError, nearest
from simulator.figures import Figures
from simulator.run.calibration import calibration_rows
from simulator.run.ending import left_readable
from simulator.run.experiment import Experiment, rule_of
from simulator.run.feedback import with_feedback
from simulator.run.folder import RunFolder
from simulator.run.job import Job
from simulator.run.progress import Silent, Watcher
from simulator.run.provenance import figures_used, machine, versions
from simulator.run.replication import hands_for
from simulator.run.timeline import PEOPLE_FILE, describe, make_people, render_events
from simulator.scenario import load_study
from simulator.scenario.studies import study_digest


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for on the command line."""

    study: str
    seed: int | None = None
    workers: int = 1
    cluster: str = ""
    """Address of a Dask scheduler whose workers simulate; none for processes of this machine."""
    out: Path | None = None
    lang: str = "en"
    municipalities: tuple[str, ...] = ()
    """Only these of the study's municipalities, by kommunenummer or name; all when empty."""
    replications: int | None = None
    """So many, whatever the study's rule says."""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Simulated:
    """Where it is, and what it came to."""

    folder: Path
    report: Path
    digests: dict[str, str]
    replications: int


def simulate_study(asked: Asked, watch: Watcher | None = None) -> Simulated:
    """Simulate a study, as often and in as many alternatives as it says, measure it, and write its page.

    Stopped by hand it leaves the figures of the replications done by then, and a page that says it is partial.
    """
    job = Job(Figures.load(), watch or Silent(), asked.workers, asked.cluster)
    study = with_feedback(_study(asked, job.figures))
    with hands_for(study, job) as hands:
        return _simulated(study, asked, replace(job, hands=hands))


def _simulated(study: Study, asked: Asked, job: Job) -> Simulated:
    for one in (study, *study.alternatives.values()):
        # So that a figure that is missing is said now, and its use is recorded; nobody has a life yet.
        make_plan(one, job.figures, lives=pl.DataFrame(schema=LIFE_EVENTS))
    folder = RunFolder.create(asked.out, study.name)
    with left_readable(folder, asked.lang):
        folder.note(version=__version__, command=asked.command, machine=machine(), versions=versions())
        folder.note(asked={"study": asked.study, "municipalities": asked.municipalities})
        folder.note(**describe(study, job.figures), seed=study.seed, **figures_used(job.figures, study))
        digests = {"study_digest": study.digest, "population_digest": make_people(study, folder, job)}
        folder.json("calibration.json", calibration_rows(study, job.figures))
        residents = int(pl.scan_parquet(folder.path / PEOPLE_FILE).select(pl.len()).collect().item())
        experiment = Experiment(study, rule_of(study, asked.replications), folder, residents)
        experiment.run(job)
        digests["timeline_digest"] = experiment.first.timeline_digest
        if study.interactions == "rendered":
            digests["interactions_digest"] = render_events(experiment.alternatives[study.baseline], folder, job)
        else:
            first = experiment.first
            folder.note(interactions_counted=first.interactions, interactions_common=first.common)
        folder.note(**digests, **figures_used(job.figures, study))
        folder.finish()
        with job.watch.stage("Writing the report"):
            report = Path(reports.write(folder.path, lang=asked.lang))
    return Simulated(folder.path, report, digests, experiment.made)


def _study(asked: Asked, figures: Figures) -> Study:
    """The study with the seed and the municipalities asked for."""
    study = load_study(asked.study, figures)
    if asked.seed is not None:
        study = _changed(study, seed=asked.seed)
    if asked.municipalities:
        wanted = tuple(figures.municipality(name).kommunenummer for name in asked.municipalities)
        for name, number in zip(asked.municipalities, wanted, strict=True):
            if number not in study.municipalities:
                names = [figures.municipality(code).name for code in study.municipalities]
                raise InputError(f"'{name}' is not in the study", where="--municipality", remedy=nearest(name, names))
        study = _changed(study, municipalities=tuple(code for code in study.municipalities if code in wanted))
    return study


def _changed(study: Study, **fields: object) -> Study:
    """The study, and every alternative, with other fields and the digest that goes with them."""
    others: Mapping[str, Study] = {name: _changed(other, **fields) for name, other in study.alternatives.items()}
    changed: Study = replace(study, alternatives=others, **fields)  # type: ignore[arg-type]  # named by the caller
    return replace(changed, digest=study_digest(changed))
