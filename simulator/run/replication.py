"""One replication of one alternative of a study, simulated and measured, here or in a process of its own."""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import active_children, get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final, Protocol

import polars as pl

from simulator.care import Settings, simulated
from simulator.care.calm import unheard
from simulator.care.crew import Beside, hired
from simulator.care.simulation import SCRATCH, Progress
from simulator.domain.digest import TableDigest
from simulator.domain.measurement import Measurement
from simulator.domain.scenario import Study
from simulator.domain.tables import EVENTS
from simulator.errors import BenchError
from simulator.figures import Figures
from simulator.measures import MEASURED, Stays, measure_care
from simulator.measures.replications import result_rows
from simulator.measures.workload import at_work, by_hour, occupancy, places_taken
from simulator.run.job import Job
from simulator.run.lives import lives_of
from simulator.run.reaching import Worth
from simulator.run.sinks import sink
from simulator.storage import room
from simulator.streams import stream

LARGE: Final = 1_000_000
"""From so many residents on, replications follow one another and each is spread over the processes by itself."""
DAY_PRICE: Final = "hospital.discharge_ready_day_price_nok"
_SEED_BITS: Final = 31


@dataclass(frozen=True, slots=True)
class Task:
    """What to simulate: ``study`` is the alternative, with the seed of the replication."""

    alternative: str
    replication: int
    study: Study
    keep: Path | None = None
    """File to write the care events to; None when only the figures are wanted."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    alternative: str
    replication: int
    seed: int
    results: pl.DataFrame
    """Schema ``measures.replications.RESULTS``."""
    hours: pl.DataFrame
    """Columns role, hour, n."""
    timeline_digest: str
    interactions: int
    """FHIR interactions that the care is worth."""
    common: int
    """Of these, with the common journal."""


class Map(Protocol):
    """Carries out tasks, giving outcomes in their order as they come."""

    def __call__(self, tasks: list[Task]) -> Iterator[Outcome]:
        """The outcome of each task."""
        ...


def task_of(study: Study, alternative: str, replication: int, keep: Path | None = None) -> Task:
    """The task of one replication: the first has the study's own seed, the others one derived from it."""
    seed = study.seed
    if replication:
        seed = stream(study.seed, "replication", replication).bits(0) >> (64 - _SEED_BITS)
    return Task(alternative, replication, replace(study, seed=seed), keep)


@dataclass(frozen=True, slots=True)
class Means:
    """With what tasks are carried out."""

    file: Path
    """The people, schema ``tables.POPULATION``."""
    figures: Figures
    workers: int = 1
    cluster: str = ""
    """Address of a Dask scheduler; none for processes of this machine."""
    hands: Sequence[Beside] = ()
    """Processes of this machine that are ready to simulate."""
    hours: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Hours on duty by role, for each alternative."""
    advance: Progress | None = None
    """Told how far the only task has come; None when there are several, which are counted."""


def carry_out(task: Task, means: Means) -> Outcome:
    """Simulate and measure one task; the same for any number of workers.

    Events come some hours at a time and only what is measured is kept of them, so that a nation's fit in memory. What
    is put aside meanwhile lies beside the people: raises DiskFullError when there is no room for it.
    """
    digest = TableDigest()
    people = pl.scan_parquet(means.file)
    count = Worth(task.study, people, means.figures)
    lives = lives_of(task.study, people, means.figures, workers=means.workers, hands=means.hands)
    settings = Settings(
        lives=lives,
        on_progress=means.advance,
        cluster=means.cluster,
        hands=means.hands,
        last=means.advance is not None,
        scratch=means.file.parent,
    )
    kept, work, counted = [pl.DataFrame(schema=EVENTS).select(MEASURED)], [], _counted(task.study)
    with (
        room(means.file.parent),
        simulated(task.study, people, means.figures, workers=means.workers, settings=settings) as told,
        sink(task.keep, EVENTS, csv=False) if task.keep else nullcontext() as written,
    ):
        for events in told.slices():
            if written is not None:
                written.write(events)
            digest.update(events)
            count.add(events)
            kept.append(events.select(MEASURED))
            work.append(at_work(events, counted))
        accounts, places = _by_role(told.accounts, task.study), told.places
        stays = Stays(told.notices, task.study.start, task.study.days, means.figures.value(DAY_PRICE))
    found = _figures(pl.concat(kept), accounts, count, stays)
    hours = means.hours.get(task.alternative, {})
    figures = [*found[0], *occupancy(pl.concat(work), hours), *places_taken(places)]
    results = result_rows(task.alternative, task.replication, figures)
    worth = (count.interactions, count.common)
    return Outcome(task.alternative, task.replication, task.study.seed, results, found[1], digest.hexdigest(), *worth)


def _figures(
    events: pl.DataFrame, accounts: pl.DataFrame, worth: Worth, stays: Stays
) -> tuple[list[Measurement], pl.DataFrame]:
    """The figures of a task's events, and its steps by hour."""
    n, missed = events.height, int(accounts["missed"].sum())
    overdue = accounts.select("role", "pathway", n="overdue")
    found = [
        *measure_care(events, stays, overdue),
        Measurement("care.given_up", missed, "steps", n + missed, "all"),
        Measurement("care.interactions", worth.interactions, "interactions", n, "all"),
        Measurement("care.interactions_common", worth.common, "interactions", n, "all"),
    ]
    return found, by_hour(events)


def _counted(study: Study) -> pl.DataFrame:
    """The steps that need somebody of whom there are so many: columns pathway and step."""
    steps = [(pathway.name, step.id) for pathway in study.pathways for step in pathway.steps if step.needs]
    return pl.DataFrame(steps, schema={"pathway": pl.String, "step": pl.String}, orient="row")


def _by_role(accounts: pl.DataFrame, study: Study) -> pl.DataFrame:
    """Accounts of pathways and steps with the role whose they are; those of inquiries and answers have none."""
    steps = [(pathway.name, step.id, step.by) for pathway in study.pathways for step in pathway.steps]
    roles = pl.DataFrame(steps, schema={"pathway": pl.String, "step": pl.String, "role": pl.String}, orient="row")
    return accounts.join(roles, on=("pathway", "step"), how="left", maintain_order="left")


def hands_for(study: Study, job: Job) -> AbstractContextManager[Sequence[Beside]]:
    """Processes that get ready while the people are made, for a study that will be spread over them.

    Nobody for one whose replications have a process each, or that a cluster simulates.
    """
    residents = sum(job.figures.municipality(code).population for code in study.municipalities)
    return hired(job.workers) if residents >= LARGE and not job.cluster else nullcontext(())


@contextmanager
def mapped(means: Means, residents: int) -> Iterator[Map]:
    """Carries out tasks: several at a time, each in a process of its own, or each spread over the processes by itself.

    Ending the block early stops the processes at once, and takes away what they had put aside. Raises BenchError when
    one of them is killed.
    """
    if means.workers <= 1 or means.cluster or means.advance or residents >= LARGE:
        yield lambda tasks: (carry_out(task, means) for task in tasks)
        return
    # Spawned, not forked: the columns' library keeps threads that a fork would cut off.
    pool = ProcessPoolExecutor(
        means.workers,
        mp_context=get_context("spawn"),
        initializer=_begin,
        initargs=(means.file, means.figures.directory, means.hours),
    )
    try:
        yield partial(_spread, pool)
    except BaseException as error:
        pool.shutdown(wait=False, cancel_futures=True)
        _end(active_children(), means.file.parent)
        if isinstance(error, BrokenProcessPool):
            raise BenchError(
                "a worker process ended while it simulated a replication",
                remedy="It was killed, often for want of memory: take fewer --workers or fewer municipalities.",
            ) from None
        raise
    pool.shutdown(cancel_futures=True)


def _end(processes: list[BaseProcess], folder: Path) -> None:
    """Stop processes that carry out tasks, and clear the run's folder of what they cannot clear any more."""
    for process in processes:
        process.terminate()
    for process in processes:
        process.join()
        for part in folder.glob(f".*.{process.pid}.part"):
            part.unlink(missing_ok=True)
    for left in folder.glob(f"{SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)


def _spread(pool: ProcessPoolExecutor, tasks: Iterable[Task]) -> Iterator[Outcome]:
    with unheard():  # the pool starts its processes when it is first given work
        return pool.map(_carry_out_here, tasks)


_here: dict[str, Means] = {}


def _begin(file: Path, figures: Path, hours: Mapping[str, Mapping[str, float]]) -> None:
    """Make a worker process ready."""
    _here["means"] = Means(file, Figures.load(figures), hours=hours)


def _carry_out_here(task: Task) -> Outcome:
    return carry_out(task, _here["means"])
