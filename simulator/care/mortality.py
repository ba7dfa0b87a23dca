"""The dead: nothing more is done for them but what a death itself brings, and their places are free."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from simulator.care.effects import free
from simulator.care.lines import Line, Work
from simulator.care.plan import LifePlan
from simulator.care.site import Site
from simulator.domain.scenario import Following

DEATH: Final = "death"


def deaths(site: Site) -> dict[int, int]:
    """Row of each resident who dies to the second of it, where the study has deaths."""
    dead = site.lives.filter(pl.col("kind").cast(pl.String) == DEATH)
    told = dead.select("resident", at=pl.col("at").dt.epoch("s") - site.plan.clock.origin)
    rows = told.join(site.frame.select("resident").with_row_index("row"), on="resident")
    return dict(rows.select(pl.col("row").cast(pl.Int64), "at").iter_rows())


def of_the_living(works: list[Work]) -> Iterator[Line]:
    """The steps of all pathways but those that a death starts, directly or by way of others."""
    after: set[str] = set()
    for work in works:
        demand = work.plan.pathway.demand
        begun = isinstance(work.plan.demand, LifePlan) and work.plan.demand.kind == DEATH
        if begun or (isinstance(demand, Following) and {source.pathway for source in demand.sources} <= after):
            after.add(work.plan.pathway.name)
        else:
            yield from work.lines


def leave(works: list[Work], row: int, at: int) -> None:
    """Free the places that a resident had."""
    for work in works:
        for line in work.lines:
            for episode in [held for held in line.held if line.rows[held] == row]:
                free(line, episode, at)
