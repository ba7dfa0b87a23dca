"""Events in people's lives for those pathways that start from them."""

from datetime import timedelta

import polars as pl

from simulator.domain.scenario import LifeEvent, Study
from simulator.figures import Figures
from simulator.population import READ_OF_LIVES, life_events


def lives_of(study: Study, people: pl.DataFrame | pl.LazyFrame, figures: Figures) -> pl.DataFrame | None:
    """Events in the lives of the people (tables.LIFE_EVENTS), from before the period; None when no pathway asks."""
    asking = [pathway for pathway in study.pathways if isinstance(pathway.demand, LifeEvent)]
    if not asking:
        return None
    before = max(study.warm_up, *(pathway.before for pathway in asking))
    days = before + study.days + max(pathway.beyond for pathway in asking)
    whole = people.lazy().select(READ_OF_LIVES).collect()
    return life_events(whole, figures, study.seed, study.start - timedelta(days=before), days)
