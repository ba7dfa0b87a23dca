"""Who in hospital was ready to leave, who had left and who had died, from the days before the period on."""

import numpy as np
import polars as pl

from simulator.care.engine import OVERTIME, WIDTH, Engine
from simulator.care.timeline import steps_of
from simulator.domain.tables import DEAD, DISCHARGED, INSTANT, NOTICES, READY, WITHDRAWN

_NOTICES = (READY, WITHDRAWN, DISCHARGED, DEAD)


def notices_of(engine: Engine) -> pl.DataFrame:
    """What was sent of those whose municipality is told that they are ready to leave, schema ``tables.NOTICES``.

    Among the events the days before the period are left out; here they are not, for who was ready then may wait still.
    """
    lines = [
        line.number
        for work in engine.works
        if any(line.plan.step.sends == READY for line in work.lines)
        for line in work.lines
        if line.plan.step.sends in _NOTICES
    ]
    done = np.frombuffer(engine.rows, dtype=np.int64).reshape(-1, OVERTIME)
    rows = done[np.isin(done[:, 4], lines) & (done[:, 0] < engine.plan.end)]
    if not len(rows):
        return pl.DataFrame(schema=NOTICES)
    whole = np.zeros((len(rows), WIDTH), dtype=np.int64)
    whole[:, :OVERTIME] = rows
    sent = steps_of(engine, whole)[0].select(list(NOTICES)).cast(pl.Schema(NOTICES))
    return pl.concat([sent, _deaths(engine, sent)])


def _deaths(engine: Engine, sent: pl.DataFrame) -> pl.DataFrame:
    """A notice at the death of each who was ready by then and has not left."""
    origin, end = engine.plan.clock.origin, engine.plan.end
    dead = [(int(engine.site.people.resident[row]), at) for row, at in engine.dies.items() if at < end]
    died = pl.DataFrame(dead, schema={"resident": pl.Int64, "died": pl.Int64}, orient="row")
    left = sent.filter(pl.col("message").is_in([DISCHARGED, DEAD]))
    stays = sent.filter(pl.col("message") == READY).join(left, on="episode", how="anti")
    found = stays.join(died.select("resident", died=((pl.col("died") + origin) * 1000).cast(INSTANT)), on="resident")
    last = found.group_by("episode", "resident", "kommunenummer", "died", maintain_order=True).agg(pl.col("at").max())
    told = last.filter(pl.col("died") >= pl.col("at")).with_columns(at="died", message=pl.lit(DEAD))
    return told.select(list(NOTICES)).cast(pl.Schema(NOTICES))
