"""Events in people's lives for those pathways that start from them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import polars as pl

from simulator.domain.scenario import LifeEvent, Study
from simulator.figures import Figures
from simulator.population import READ_OF_LIVES, life_events


def lives_of(
    study: Study, people: pl.DataFrame | pl.LazyFrame, figures: Figures, *, workers: int = 1
) -> pl.DataFrame | None:
    """Events in the lives of the people (tables.LIFE_EVENTS), from before the period; None when no pathway asks.

    Told for some municipalities at a time by as many threads as ``workers``: lives depend on nobody elsewhere.
    """
    asking = [pathway for pathway in study.pathways if isinstance(pathway.demand, LifeEvent)]
    if not asking:
        return None
    before = max(study.warm_up, *(pathway.before for pathway in asking))
    days = before + study.days + max(pathway.beyond for pathway in asking)
    whole = people.lazy().select(READ_OF_LIVES).collect()
    codes = whole["kommunenummer"].unique().sort()
    parts = [
        whole.filter(pl.col("kommunenummer").is_in(codes.gather_every(workers, n).to_list())) for n in range(workers)
    ]
    first = study.start - timedelta(days=before)
    with ThreadPoolExecutor(workers) as pool:
        told = pool.map(lambda part: life_events(part, figures, study.seed, first, days), filter(len, parts))
        return pl.concat(told).sort("at", "resident", "kind")
