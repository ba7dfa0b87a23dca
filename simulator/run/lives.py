"""Events in people's lives for those pathways that start from them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import polars as pl

from simulator.care.episodes import BIRTH
from simulator.domain.scenario import LifeEvent, Study
from simulator.figures import Figures
from simulator.population import READ_OF_LIVES, life_events_of


def lives_of(
    study: Study, people: pl.DataFrame | pl.LazyFrame, figures: Figures, *, workers: int = 1
) -> pl.DataFrame | None:
    """Events in people's lives (tables.LIFE_EVENTS) of the kinds that pathways ask for; None when none does.

    Told for some municipalities at a time by as many threads as ``workers``: lives depend on nobody elsewhere.
    """
    kinds = {pathway.demand.kind for pathway in study.pathways if isinstance(pathway.demand, LifeEvent)}
    return _told(kinds, study, people, figures, workers) if kinds else None


def births_of(study: Study, people: pl.DataFrame, figures: Figures, *, workers: int = 1) -> pl.DataFrame | None:
    """The births among what :func:`lives_of` tells; None when no pathway asks for births."""
    kinds = {pathway.demand.kind for pathway in study.pathways if isinstance(pathway.demand, LifeEvent)} & {BIRTH}
    return _told(kinds, study, people, figures, workers) if kinds else None


def _told(
    kinds: set[str], study: Study, people: pl.DataFrame | pl.LazyFrame, figures: Figures, workers: int
) -> pl.DataFrame:
    asking = [pathway for pathway in study.pathways if isinstance(pathway.demand, LifeEvent)]
    before = max(study.warm_up, *(pathway.before for pathway in asking))
    days = before + study.days + max(pathway.beyond for pathway in asking)
    whole = people.lazy().select(READ_OF_LIVES).collect()
    codes = whole["kommunenummer"].unique().sort()
    parts = [
        whole.filter(pl.col("kommunenummer").is_in(codes.gather_every(workers, n).to_list())) for n in range(workers)
    ]
    period = study.start - timedelta(days=before), days
    with ThreadPoolExecutor(workers) as pool:
        told = pool.map(lambda part: life_events_of(kinds, part, figures, study.seed, period), filter(len, parts))
        return pl.concat(told).sort("at", "resident", "kind")
