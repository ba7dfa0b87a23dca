"""The whole chain for one candidate: people, care, interactions, conformance, load, report."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import reports
from simulator import __version__
from simulator.candidates import load_candidate, running
from simulator.domain.candidate import Candidate
from simulator.domain.scenario import Selection, Study
from simulator.domain.verdict import Verdict
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.run.conformance import by_requirement, check_features, run_features
from simulator.run.ending import left_readable
from simulator.run.folder import RunFolder
from simulator.run.job import Job
from simulator.run.load import LoadResult, run_load
from simulator.run.national import chosen, write_verdicts
from simulator.run.progress import Silent, Watcher
from simulator.run.provenance import machine, versions
from simulator.run.timeline import make_timeline
from simulator.scenario import load_study

PASSED, FAILED, CANNOT_SAY = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Options:
    """What a person asked for on the command line."""

    study: str
    candidate: str = ""
    seed: int | None = None
    workers: int = 1
    out: Path | None = None
    lang: str = "en"
    conformance: bool = True
    load: bool = True
    only: Selection | None = None
    """Capabilities and requirements to test, instead of the study's own choice."""
    allow_remote: bool = False
    command: str = ""
    cluster: str = ""
    """Address of a Dask scheduler whose workers simulate; none for processes of this machine."""


@dataclass(frozen=True, slots=True)
class Result:
    """Where the run is and what it came to."""

    folder: Path
    report: Path | None
    exit_code: int
    outcomes: dict[str, str]
    """Of each required requirement."""
    recommended: dict[str, str]
    """Of each that is only recommended."""
    load: LoadResult
    digests: dict[str, str]


def folders_of(candidates: Sequence[str], out: Path | None) -> list[Path | None]:
    """Where the run of each candidate goes: ``out``, or within it a folder of the candidate's name for one of several.

    Raises InputError for whatever candidate is described wrongly, before the first is run.
    """
    names = [load_candidate(candidate).name for candidate in candidates]
    if out is None or len(names) == 1:
        return [out] * len(names)
    before = [names[:place].count(name) for place, name in enumerate(names)]
    return [out / (f"{name}-{n + 1}" if n else name) for name, n in zip(names, before, strict=True)]


def run_campaign(options: Options, watch: Watcher | None = None) -> Result:
    """The whole chain (or conformance or load alone) against one candidate, ending with a report."""
    job = Job(Figures.load(), watch or Silent(), options.workers, options.cluster, options.allow_remote)
    candidate = load_candidate(options.candidate)
    if options.load and candidate.tokens is not None:
        raise InputError(
            f"{candidate.name} takes tokens that must be renewed, which load does not do",
            expected="'auth: none' or 'auth: bearer'",
            remedy="Run `journalbenk conformance` instead.",
        )
    study = load_study(options.study, job.figures)
    _check_rendered(study)
    if options.conformance:
        check_features()
    study = replace(study, seed=_seed(options, study.seed, candidate))
    folder = RunFolder.create(options.out, f"{study.name}-{candidate.name}")
    verdicts: list[Verdict] = []
    loaded = LoadResult("", ())
    with left_readable(folder, options.lang):
        folder.note(version=__version__, command=options.command, machine=machine(), versions=versions())
        folder.note(candidate={"name": candidate.name, "title": candidate.title}, asked=_asked(options))
        digests = make_timeline(study, folder, job)
        if options.conformance:
            with running(candidate, folder.path / "candidate") as system:
                folder.note(candidate=_described(candidate, system.base_url, system.software))
                only = options.only or study.conformance
                verdicts = run_features(folder, system, options.candidate, job.watch, only)
            folder.forget("candidate")
        if options.load:
            loaded = run_load(folder, study, candidate, job)
            told = chosen(loaded.verdicts, options.only or study.conformance)
            if told:
                write_verdicts(folder, told)
            verdicts += told
        folder.finish()
        with job.watch.stage("Writing the report"):
            report = reports.write(folder.path, lang=options.lang)
    outcomes, recommended = by_requirement(verdicts)
    code = exit_code([*outcomes.values(), *loaded.outcomes], loaded.limits)
    return Result(folder.path, report, code, dict(outcomes), dict(recommended), loaded, digests)


def _check_rendered(study: Study) -> None:
    if study.interactions != "rendered":
        raise InputError(
            f"the study's interactions are {study.interactions}, so there is nothing to send to a candidate",
            expected="interactions: rendered",
            where=str(study.path),
            remedy="Simulate it with `journalbenk simulate`, or choose another study.",
        )


def exit_code(outcomes: Iterable[str], load_verdict: str) -> int:
    """0 when all required passed, 1 when a requirement or limit failed, 3 when the bench cannot say."""
    found = set(outcomes)
    if "fail" in found or load_verdict == "not_met":
        return FAILED
    if found & {"error", "inconclusive"} or load_verdict in {"undecided", "not_said"}:
        return CANNOT_SAY
    return PASSED


def _seed(options: Options, study_seed: int, candidate: Candidate) -> int:
    """The seed asked for, the study's own, or a new one for a candidate that keeps what earlier runs stored."""
    if options.seed is not None:
        return options.seed
    if candidate.start is not None:
        return study_seed
    from time import time_ns  # noqa: PLC0415  only here does a run depend on the moment; the manifest records it

    return time_ns() // 1_000_000_000


def _asked(options: Options) -> dict[str, Any]:
    """What has to be said again to run a part of this run again."""
    return {"candidate": options.candidate, "study": options.study, "seed": options.seed}


def _described(candidate: Candidate, base_url: str, software: str) -> dict[str, Any]:
    return {
        "name": candidate.name,
        "title": candidate.title,
        "version": candidate.version,
        "software": software,
        "base_url": base_url,
    }
