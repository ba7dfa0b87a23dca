"""Events in people's lives for those pathways that start from them."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import date, timedelta
from typing import Any

import polars as pl

from simulator.care.episodes import BIRTH
from simulator.domain.scenario import LifeEvent, Study
from simulator.figures import Figures
from simulator.population import READ_OF_LIVES, Hand, life_events_of


def lives_of(
    study: Study,
    people: pl.DataFrame | pl.LazyFrame,
    figures: Figures,
    *,
    workers: int = 1,
    hands: Sequence[Hand] = (),
) -> pl.DataFrame | None:
    """Events in people's lives (tables.LIFE_EVENTS) of the kinds that pathways ask for; None when none does.

    Told for some municipalities at a time by as many threads as ``workers``, or by ``hands`` when there are any: lives
    depend on nobody elsewhere.
    """
    kinds = {pathway.demand.kind for pathway in study.pathways if isinstance(pathway.demand, LifeEvent)}
    with nullcontext(hands) if hands else _threads(workers) as tellers:
        return _told(kinds, study, people, figures, tellers) if kinds else None


def births_of(study: Study, people: pl.DataFrame, figures: Figures, *, workers: int = 1) -> pl.DataFrame | None:
    """The births among what :func:`lives_of` tells; None when no pathway asks for births."""
    kinds = {pathway.demand.kind for pathway in study.pathways if isinstance(pathway.demand, LifeEvent)} & {BIRTH}
    with _threads(workers) as tellers:
        return _told(kinds, study, people, figures, tellers) if kinds else None


class _Thread:
    """A thread that tells lives."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool

    def ask(self, function: Callable[..., Any], *given: Any) -> "Future[Any]":
        """Have it call a function."""
        return self._pool.submit(function, *given)


@contextmanager
def _threads(count: int) -> Iterator[Sequence[Hand]]:
    with ThreadPoolExecutor(count) as pool:
        yield [_Thread(pool)] * count


def _told(
    kinds: set[str],
    study: Study,
    people: pl.DataFrame | pl.LazyFrame,
    figures: Figures,
    tellers: Sequence[Hand],
) -> pl.DataFrame:
    asking = [pathway for pathway in study.pathways if isinstance(pathway.demand, LifeEvent)]
    before = max(study.warm_up, *(pathway.before for pathway in asking))
    days = before + study.days + max(pathway.beyond for pathway in asking)
    period = study.start - timedelta(days=before), days
    codes = sorted(people.lazy().select(pl.col("kommunenummer").unique()).collect()["kommunenummer"])
    shares = [codes[n :: len(tellers)] for n in range(len(tellers))]
    told = [
        teller.ask(_among, share, people.lazy(), kinds, figures, (study.seed, period))
        for teller, share in zip(tellers, shares, strict=True)
        if share
    ]
    parts: list[pl.DataFrame] = [some.result() for some in told]
    return pl.concat(parts).sort("at", "resident", "kind")


def _among(
    codes: list[str], people: pl.LazyFrame, kinds: set[str], figures: Figures, keyed: tuple[int, tuple[date, int]]
) -> pl.DataFrame:
    """What is told of some municipalities' people."""
    seed, period = keyed
    some = people.filter(pl.col("kommunenummer").is_in(codes)).select(READ_OF_LIVES).collect()
    return life_events_of(kinds, some, figures, seed, period)
