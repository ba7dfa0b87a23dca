"""Which organisations of a study are outside the common journal."""

import numpy as np
import polars as pl
from simpy import Environment

from simulator.care.plan import make_plan
from simulator.care.roads import CODE
from simulator.care.site import Site
from simulator.care.users import Users
from simulator.domain.scenario import Study
from simulator.domain.systems import COMMON
from simulator.domain.tables import LIFE_EVENTS
from simulator.figures import Figures


def outside(study: Study, people: pl.DataFrame, figures: Figures) -> frozenset[str]:
    """The organisations (as ``tables.EVENTS`` names them) of the people (``tables.POPULATION``) with another system.

    Organisations that share no system with others because they have none are among them: those on paper.
    """
    plan = make_plan(study, figures, lives=pl.DataFrame(schema=LIFE_EVENTS))
    site = Site(plan, people, Environment())
    users = Users(site, plan.systems)
    found: set[str] = set()
    for kind in plan.organisations:
        if users.possible(kind) != {CODE[COMMON]}:
            rows = np.flatnonzero(users.codes(kind) != CODE[COMMON])
            found.update(site.organisation(kind, rows).drop_nulls().unique().to_list())
    return frozenset(found)
