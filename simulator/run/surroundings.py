"""What a simulation takes from elsewhere: events in people's lives, and a candidate's measured response times."""

from datetime import timedelta
from pathlib import Path
from typing import Final

import polars as pl

from simulator.domain.scenario import LifeEvent, Study
from simulator.domain.systems import Response
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.population import life_events

MEASURED: Final = Path("load") / "load.parquet"


def lives_of(study: Study, people: pl.DataFrame | pl.LazyFrame, figures: Figures) -> pl.DataFrame | None:
    """Events in the lives of the people (tables.LIFE_EVENTS), from before the period; None when no pathway asks."""
    asking = [pathway for pathway in study.pathways if isinstance(pathway.demand, LifeEvent)]
    if not asking:
        return None
    before = max(study.warm_up, *(pathway.before for pathway in asking))
    days = before + study.days + max(pathway.beyond for pathway in asking)
    return life_events(people.lazy().collect(), figures, study.seed, study.start - timedelta(days=before), days)


def measured(response: Response) -> Response:
    """The response times of the run that is named, by role; the response itself when none is.

    Mean seconds from intended to answered of what each role waited for (tables.LOAD). Raises InputError when the run
    measured nothing.
    """
    if not response.run:
        return response
    path = Path(response.run) / MEASURED
    if not path.is_file():
        raise InputError(
            "no response times were measured there",
            where=str(path),
            expected="the folder of a run with load",
            remedy="Name one under runs/, or give 'seconds'.",
        )
    answered = pl.read_parquet(path, columns=["profession", "intended", "done", "outcome"]).filter(
        pl.col("outcome").cast(pl.String) != "unknown"
    )
    if answered.is_empty():
        raise InputError("nothing was answered in that run", where=str(path))
    seconds = (pl.col("done") - pl.col("intended")) / 1e9
    means = answered.group_by("profession").agg(seconds.mean().alias("s")).sort("profession")
    whole = float(answered.select(seconds.mean()).item())
    return Response(whole, response.run, dict(means.iter_rows()))
