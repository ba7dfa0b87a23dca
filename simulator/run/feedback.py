"""Feeds a candidate's measured response times and outages back into a study (``response: {from: RUN}``)."""

from dataclasses import replace
from pathlib import Path

import orjson
import polars as pl

from simulator.care.clock import Clock
from simulator.domain.scenario import Study
from simulator.domain.systems import Outage, Response
from simulator.domain.tables import LOAD
from simulator.errors import InputError
from simulator.measures.feedback import mean_seconds, stretches_without_answer
from simulator.stored import stored_table

_LOAD = "load/load.parquet"
_DAY = 86400
_CANDIDATE = "common"
"""The system a candidate stands in for."""


def with_feedback(study: Study, root: Path = Path("runs")) -> Study:
    """The study, and each alternative, with what the run it names measured; unchanged when it names none.

    Raises InputError when there is no such run, or it measured no load.
    """
    others = {name: _fed(other, root) for name, other in study.alternatives.items()}
    return replace(_fed(study, root), alternatives=others)


def _fed(study: Study, root: Path) -> Study:
    if not study.response.run:
        return study
    folder = _folder(study.response.run, study.path, root)
    try:
        load = stored_table(folder / _LOAD, LOAD)
        plan = orjson.loads((folder / "manifest.json").read_bytes()).get("load_plan") or {}
        overall, by_role = mean_seconds(load)
        down = stretches_without_answer(load)
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise InputError(f"the measured load cannot be read: {error}", where=str(folder / _LOAD)) from None
    outages = _outages(study, int(plan.get("window_start", 0)), down)
    told = sorted([*study.outages, *outages], key=lambda outage: (outage.at, outage.system))
    return replace(study, response=Response(overall, study.response.run, by_role), outages=tuple(told))


def _outages(study: Study, window_start: int, down: list[tuple[int, int]]) -> list[Outage]:
    """Those that begin in the period, at the time of day that a clock on the wall showed in the measured run."""
    day, second = divmod(window_start, _DAY)
    if day >= study.days:
        return []
    clock = Clock(study.start, 0, study.days)
    begins, end = clock.on_the_wall(day, second), clock.midnight(study.days)
    return [Outage(_CANDIDATE, begins + at, lasts) for at, lasts in down if begins + at < end]


def _folder(named: str, study: Path, root: Path) -> Path:
    """The run's folder: a path, a path beside the study, or the name of a run."""
    for folder in (Path(named), study.parent / named, root / named):
        if (folder / _LOAD).is_file():
            return folder
    raise InputError(
        f"'{named}' holds no measured load",
        expected="the folder of a finished run with load/load.parquet",
        where=f"{study}: response",
        remedy="Run 'journalbenk load' against the candidate first, and name the folder it wrote.",
    )
