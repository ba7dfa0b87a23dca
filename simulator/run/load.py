"""Prepares the people of the load plan, replays their care against a candidate, and measures what came of it."""

import os
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import gettempdir
from zoneinfo import ZoneInfo

import orjson
import polars as pl

from simulator.candidates import Running, running
from simulator.care import Settings, simulate
from simulator.domain.candidate import Candidate
from simulator.domain.digest import table_digest
from simulator.domain.scenario import LoadPlan, Study
from simulator.domain.verdict import Verdict, VerdictOutcome
from simulator.errors import BenchError, InputError
from simulator.fhir import render
from simulator.population import make_population
from simulator.run.feedback import with_feedback
from simulator.run.folder import RunFolder
from simulator.run.job import Job
from simulator.run.lives import lives_of
from simulator.run.load_figures import load_figures
from simulator.run.national import load_verdicts
from simulator.run.process import ended, last_lines, run_process
from simulator.run.reaching import reaching
from simulator.storage import room, writing

_OSLO = ZoneInfo("Europe/Oslo")
_LONGEST_WORK_S = 4 * 3600
"""Work that begins in the window is simulated to its end, up to this long, so that its look-ups are in the trace."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What the load came to."""

    limits: str
    """Worst of the limits' verdicts: ``met``, ``not_met``, ``undecided``, ``not_said``; empty when no load was run."""
    outcomes: tuple[VerdictOutcome, ...]
    """Of what the candidate had to keep under load."""
    verdicts: tuple[Verdict, ...] = ()
    """On the requirements that only a load run can speak for."""


def run_load(folder: RunFolder, study: Study, candidate: Candidate, job: Job) -> LoadResult:
    """Replay the study's window against the candidate, measure, and judge."""
    plan = study.load
    if plan is None:
        return LoadResult("", ())
    interactions = prepare(study, plan, job)
    folder.table("load/interactions.parquet", interactions)
    folder.note(load_digest=table_digest(interactions))
    with running(candidate, folder.path / "candidate-load") as system:
        replay(folder, system, plan, window_start(study, plan), job)
    folder.forget("candidate-load")
    return replace(judged(folder, plan), verdicts=tuple(load_verdicts(folder.path, job.figures)))


def judged(folder: RunFolder, plan: LoadPlan) -> LoadResult:
    """Measure what the generator recorded, hold it against the plan's limits, and write both into the folder."""
    files = load_figures(folder.path, plan.limits)
    for name, rows in files.items():
        folder.json(name, rows)
    limits = [row["verdict"] for row in files["load-limits.json"]]
    return LoadResult(_worst(limits), tuple(row["outcome"] for row in files["load-correctness.json"]))


def window_start(study: Study, plan: LoadPlan) -> datetime:
    """The instant the window of the plan begins."""
    return (_midnight(study) + timedelta(seconds=plan.window_start)).astimezone(UTC)


def simulated_until(study: Study, plan: LoadPlan) -> int:
    """Seconds from the period's start, as they pass and not as clocks show them, to the end of the window's work."""
    window = window_start(study, plan) - _midnight(study).astimezone(UTC)
    return round(window.total_seconds()) + plan.window_seconds + _LONGEST_WORK_S


def _midnight(study: Study) -> datetime:
    """When the period begins, in Oslo."""
    return datetime.combine(study.start, datetime.min.time(), _OSLO)


def prepare(study: Study, plan: LoadPlan, job: Job) -> pl.DataFrame:
    """The interactions of the window for all the plan's people, with everything they rest on.

    Raises InputError when nothing happens in the window.
    """
    study = with_feedback(study)
    begin = window_start(study, plan)
    end = begin + timedelta(seconds=plan.window_seconds)
    title = f"Making {plan.people} times the people for load"
    with job.watch.stage(title) as advance, room(Path(gettempdir())):
        population = make_population(job.figures, study.municipalities, study.seed, replicas=plan.people)
        lives = lives_of(study, population, job.figures)
        settings = Settings(until=simulated_until(study, plan), lives=lives, on_progress=advance, cluster=job.cluster)
        events = simulate(study, population, job.figures, workers=job.workers, settings=settings)
        needed = in_window(events, begin, end)
        interactions = render(
            reaching(needed, population, study, job.figures),
            population,
            job.figures,
            seed=study.seed,
            start=study.start,
            professions=study.staffing.professions,
            lives=lives,
        )
    due = (pl.col("phase") == "care") & pl.col("at").is_between(begin, end, closed="left")
    if interactions.filter(due).is_empty():
        raise InputError(
            f"nothing happens in the load window of {plan.window_seconds} s with {plan.people} times the people",
            where=str(study.path),
            remedy="Choose another 'window_start', a longer 'window', or more 'people'.",
        )
    return interactions


def in_window(events: pl.DataFrame, begin: datetime, end: datetime) -> pl.DataFrame:
    """The events that begin or end in the window, and what went before in the same episodes."""
    touched = pl.any_horizontal(pl.col(column).is_between(begin, end, closed="left") for column in ("began", "at"))
    episodes = events.filter(touched).select("episode").unique()
    return events.filter(pl.col("began") < end).join(episodes, on="episode", how="semi", maintain_order="left")


def replay(folder: RunFolder, system: Running, plan: LoadPlan, begin: datetime, job: Job) -> None:
    """Run the load generator as a process of its own and wait for it."""
    command = [sys.executable, "-m", "loadtests", str(folder.path / "load"), "--base-url", system.base_url]
    command += ["--window-start", begin.isoformat(), "--seconds", str(plan.window_seconds)]
    if system.candidate.token_variable:
        command += ["--token-variable", system.candidate.token_variable]
    if job.allow_remote:
        command.append("--allow-remote")
    log = folder.path / "load" / "generator.log"
    title = f"Load: seeding, then {plan.window_seconds} s by the clock"
    with job.watch.stage(title) as advance, writing(log):
        code = run_process(command, log, environment=os.environ, tick=lambda: advance(*_told(log)))
    if code:
        kind = InputError if code == InputError.exit_code else BenchError
        # One that was killed has said nothing of it; its last line is how far it had come.
        raise kind(f"the load could not be run: {last_lines(log, 1) if code > 0 else ended(code)}", where=str(log))


def _told(log: Path) -> tuple[int, int | None]:
    """How far the generator says it has come, in the stage it is in."""
    last = log.read_bytes().rstrip(b"\n").rpartition(b"\n")[2]
    try:
        told = orjson.loads(last)
        return int(told["done"]), int(told["of"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return 0, None


def _worst(verdicts: list[str]) -> str:
    order = ("not_met", "not_said", "undecided", "met")
    return next((word for word in order if word in verdicts), "undecided")
